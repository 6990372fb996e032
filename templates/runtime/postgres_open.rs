//! Connects to PostgreSQL.

use std::env;
use std::time::Duration;

use postgres::config::{Host, SslMode};
use postgres::{Client, Config};

use super::error::{Error, Kind};
use super::postgres_error::Server;
use super::postgres_tls::{Tls, check};

/// How long a connection may take, if the URL does not say it.
const PATIENCE: Duration = Duration::from_secs(30);

/// Connects as a URL says, or the environment where it has no password.
pub(super) fn connect(url: &str, connector: &str) -> Result<(Server, Client), Error> {
    if url.matches('@').count() > 1 {
        // What is taken for the host would be a part of the password.
        return Err(unusable(
            "it has more than one `@`; in a user or password, write `%40`",
        ));
    }
    let (url, checked) = check(url);
    let mut config: Config = url.parse().map_err(|error: postgres::Error| {
        let reason = std::error::Error::source(&error)
            .map_or_else(|| error.to_string(), ToString::to_string);
        unusable(&reason)
    })?;
    let password = env::var("PGPASSWORD").ok();
    if let Some(password) = password.filter(|_| config.get_password().is_none()) {
        config.password(password);
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(PATIENCE);
    }
    if config.get_application_name().is_none() {
        config.application_name(connector);
    }
    let server = Server(name(&config));
    let connected = if config.get_ssl_mode() == SslMode::Disable {
        config.connect(postgres::NoTls)
    } else {
        config.connect(Tls::new(&checked).map_err(|reason| unusable(&reason))?)
    };
    let client = connected.map_err(|error| server.unreached(&error))?;
    Ok((server, client))
}

fn unusable(reason: &str) -> Error {
    let text = format!("the URL of PostgreSQL cannot be used: {reason}");
    Error::new(Kind::Config, text)
}

/// Where a database is, without what may be secret.
fn name(config: &Config) -> String {
    let host = match config.get_hosts().first() {
        Some(Host::Tcp(host)) => host.clone(),
        #[cfg(unix)]
        Some(Host::Unix(path)) => path.display().to_string(),
        None => String::new(),
    };
    let port = config.get_ports().first().copied().unwrap_or(5432);
    let database = config
        .get_dbname()
        .or(config.get_user())
        .unwrap_or_default();
    format!("{host}:{port}/{database}")
}
