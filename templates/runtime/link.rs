//! Links to the next page: in the body, or in the `Link` header (RFC 8288).

use super::endpoint::{Endpoint, Turn};
use super::error::{Error, Kind};

impl<E: Endpoint> Turn<'_, '_, E> {
    /// A link resolved against the page's URL; none where it is absent or empty.
    ///
    /// # Errors
    /// It is no URL, or leads to where no credentials may go.
    pub fn link(&self, link: Option<&str>) -> Result<Option<String>, Error> {
        let Some(link) = link.map(str::trim).filter(|link| !link.is_empty()) else {
            return Ok(None);
        };
        let refused =
            |error| Error::new(Kind::Paging, format!("the link to the next page: {error}"));
        let page = &self.answer.url;
        let url = page.join(link).map_err(refused)?;
        self.endpoint.session().permit(&url, Some(page))?;
        Ok(Some(url.into()))
    }

    /// The link of this relation in the `Link` header.
    ///
    /// # Errors
    /// As of [`Turn::link`].
    pub fn link_header(&self, rel: &str) -> Result<Option<String>, Error> {
        self.link(
            self.answer
                .header_values("link")
                .find_map(|field| find(field, rel)),
        )
    }
}

/// The target of the first link with a relation.
fn find<'a>(mut field: &'a str, rel: &str) -> Option<&'a str> {
    loop {
        let (target, rest) = field.split_once('<')?.1.split_once('>')?;
        let (params, next) = split_unquoted(rest, ',');
        let mut rels = params_of(params).filter(|(name, _)| name.eq_ignore_ascii_case("rel"));
        if rels.next().is_some_and(|(_, rels)| {
            rels.split_ascii_whitespace()
                .any(|one| one.eq_ignore_ascii_case(rel))
        }) {
            return Some(target);
        }
        field = next?;
    }
}

/// Parameters of a link: names and values, quoted or not.
fn params_of(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let (param, next) = split_unquoted(rest?, ';');
        rest = next;
        let (name, value) = param.split_once('=').unwrap_or((param, ""));
        Some((name.trim(), value.trim().trim_matches('"')))
    })
}

/// The text before a separator that is not inside quotation marks, and what comes after it.
fn split_unquoted(text: &str, separator: char) -> (&str, Option<&str>) {
    let (mut quoted, mut escaped) = (false, false);
    for (at, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if character == separator && !quoted => {
                return (
                    text.get(..at).unwrap_or(text),
                    text.get(at + separator.len_utf8()..),
                );
            }
            _ => {}
        }
    }
    (text, None)
}
