//! Keeps refresh tokens in a file that nobody but its owner may read.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::PathBuf;

use tokio::sync::Mutex;

use super::error::{Error, Kind};
use super::refresh_token::TokenStore;
use super::replace::replace;
use super::secret::Secret;
use super::session::BoxFuture;

/// A file of refresh tokens, for one program at a time: JSON, by the token that the user supplied.
#[derive(Debug)]
pub struct TokenFile {
    path: PathBuf,
    lock: Mutex<()>,
}

impl TokenFile {
    /// A file that is made when there is something to keep.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            lock: Mutex::default(),
        }
    }

    fn read(&self) -> Result<BTreeMap<String, String>, Error> {
        let text = match fs::read(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(BTreeMap::new()),
            Err(error) => return Err(self.failure("read from", error)),
        };
        // serde's own message would show a token.
        let broken = |_| io::Error::new(ErrorKind::InvalidData, "it is no map of tokens");
        serde_json::from_slice(&text)
            .map_err(broken)
            .map_err(|error| self.failure("read from", error))
    }

    fn write(&self, tokens: &BTreeMap<String, String>) -> io::Result<()> {
        let mut text = serde_json::to_vec_pretty(tokens)?;
        text.push(b'\n');
        replace(&self.path, &only_for_its_owner(), &text)
    }

    fn failure(&self, what: &str, error: io::Error) -> Error {
        let path = self.path.display();
        let text = format!("the refresh token cannot be {what} `{path}`: {error}");
        Error::new(Kind::Auth, text).because(error)
    }
}

impl TokenStore for TokenFile {
    fn load<'a>(&'a self, supplied: &'a Secret) -> BoxFuture<'a, Result<Option<Secret>, Error>> {
        Box::pin(async {
            let _alone = self.lock.lock().await;
            let mut tokens = self.read()?;
            Ok(tokens.remove(supplied.expose()).map(Secret::from))
        })
    }

    fn save<'a>(
        &'a self,
        supplied: &'a Secret,
        token: &'a Secret,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async {
            let _alone = self.lock.lock().await;
            let mut tokens = self.read()?;
            tokens.insert(supplied.expose().to_owned(), token.expose().to_owned());
            let written = self.write(&tokens);
            written.map_err(|error| self.failure("written to", error))
        })
    }
}

fn only_for_its_owner() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
