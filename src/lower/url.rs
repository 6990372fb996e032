//! URLs of specs: only as much of them as can be judged before a request is made.

use std::ops::Range;

/// What is wrong with a URL, and the bytes it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrlFault {
    /// Where in the text.
    pub range: Range<usize>,
    /// What is wrong.
    pub message: &'static str,
    /// What to write instead.
    pub help: Option<&'static str>,
}

/// The parts of an absolute HTTP URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Url<'t> {
    /// `http` or `https`, in lower case.
    pub https: bool,
    /// The host, without brackets of IPv6.
    pub host: &'t str,
    /// Scheme, host and port, as written.
    pub origin: &'t str,
    /// From the first `/` behind the host; may be empty.
    pub path: Range<usize>,
}

fn fault(range: Range<usize>, message: &'static str, help: Option<&'static str>) -> UrlFault {
    UrlFault {
        range,
        message,
        help,
    }
}

/// Reads an absolute URL of a host, without query and fragment.
///
/// # Errors
/// The first fault of the text.
pub fn absolute(text: &str) -> Result<Url<'_>, UrlFault> {
    let whole = 0..text.len();
    if let Some((at, c)) = text
        .char_indices()
        .find(|(_, c)| c.is_whitespace() || c.is_control())
    {
        return Err(fault(
            at..at + c.len_utf8(),
            "a URL has no blanks or line breaks",
            None,
        ));
    }
    let Some(scheme_end) = text.find("://") else {
        return Err(fault(
            whole,
            "this is not a URL",
            Some("write the scheme as well, as `https://api.example.com`"),
        ));
    };
    let scheme = text
        .get(..scheme_end)
        .unwrap_or_default()
        .to_ascii_lowercase();
    if scheme != "https" && scheme != "http" {
        return Err(fault(
            0..scheme_end,
            "only `https` and `http` can be read",
            None,
        ));
    }
    let start = scheme_end + 3;
    let rest = text.get(start..).unwrap_or_default();
    let length = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    let authority = rest.get(..length).unwrap_or_default();
    if let Some(at) = authority.find('@') {
        return Err(fault(
            start..start + at + 1,
            "a URL must not hold credentials",
            Some("say them under `auth`"),
        ));
    }
    let host = host(authority, start)?;
    let path = start + length..text.len();
    for (c, message, help) in [
        (
            '?',
            "a query cannot stand here",
            Some("write it under `params`"),
        ),
        ('#', "a fragment is never sent", None),
        ('\\', "a URL has no `\\`", None),
    ] {
        if let Some(at) = text.get(path.clone()).unwrap_or_default().find(c) {
            return Err(fault(path.start + at..text.len(), message, help));
        }
    }
    Ok(Url {
        https: scheme == "https",
        host,
        origin: text.get(..path.start).unwrap_or_default(),
        path,
    })
}

fn host(authority: &str, start: usize) -> Result<&str, UrlFault> {
    let (host, port) = match authority
        .strip_prefix('[')
        .and_then(|inner| inner.split_once(']'))
    {
        Some((address, port)) => {
            if address.parse::<std::net::Ipv6Addr>().is_err() {
                return Err(fault(
                    start..start + authority.len(),
                    "between `[` and `]` stands an IPv6 address",
                    None,
                ));
            }
            (address, port.strip_prefix(':'))
        }
        None => match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    if host.is_empty() {
        return Err(fault(
            start..start + authority.len(),
            "this URL has no host",
            None,
        ));
    }
    let allowed = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.' | '_' | ':' | '~' | '%');
    if let Some((at, c)) = host.char_indices().find(|(_, c)| !allowed(*c)) {
        return Err(fault(
            start + at..start + at + c.len_utf8(),
            "this cannot stand in the name of a host",
            None,
        ));
    }
    if let Some(port) = port
        && port.parse::<u16>().is_err()
    {
        let at = start + authority.len() - port.len();
        return Err(fault(
            at..at + port.len(),
            "a port is a number up to 65535",
            None,
        ));
    }
    Ok(host)
}

/// Whether a host is this very machine.
#[must_use]
pub fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
        || host.to_ascii_lowercase().ends_with(".localhost")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_url() {
        let url = absolute("HTTPS://api.example.com:8443/v1/x").unwrap();
        assert!(url.https);
        assert_eq!(
            (url.host, url.origin, url.path),
            ("api.example.com", "HTTPS://api.example.com:8443", 28..33)
        );
        assert_eq!(absolute("http://[::1]:80").unwrap().host, "::1");
        assert_eq!(absolute("http://localhost").unwrap().path, 16..16);
    }

    #[test]
    fn what_is_no_url_is_told_with_its_place() {
        for (text, range) in [
            ("api.example.com", 0..15),
            ("ftp://x", 0..3),
            ("https://", 8..8),
            ("https://a b", 9..10),
            ("https://user:pw@x", 8..16),
            ("https://x:99999", 10..15),
            ("https://x/?a=1", 10..14),
            ("https://x#a", 9..11),
            ("https://<x>", 8..9),
            ("https://[zz]/", 8..12),
        ] {
            assert_eq!(absolute(text).unwrap_err().range, range, "{text}");
        }
    }

    #[test]
    fn loopback_hosts() {
        for host in ["localhost", "127.0.0.1", "127.8.8.8", "::1", "a.localhost"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["example.com", "10.0.0.1", "localhost.example.com"] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
