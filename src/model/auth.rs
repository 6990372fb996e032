//! How requests are authenticated.

use super::{Param, Template};
use serde::Serialize;

/// How requests are authenticated.
#[derive(Debug, Clone, Serialize)]
pub enum Auth {
    /// Not at all.
    None,
    /// `Authorization: Bearer …`
    Bearer {
        /// The token.
        token: Template,
    },
    /// A key.
    ApiKey {
        /// Where it goes and under which name.
        place: KeyPlace,
        /// The key.
        key: Template,
        /// Text before it.
        prefix: String,
    },
    /// `Authorization: Basic …`
    Basic {
        /// User name.
        username: Template,
        /// Password.
        password: Template,
    },
    /// OAuth2 client credentials.
    OAuth2(Box<OAuth2>),
    /// A choice of the connector's user.
    OneOf {
        /// Path of Rust field names from `Config` to the deciding field.
        by: Vec<String>,
        /// Rust name of the deciding enum.
        type_name: String,
        /// Whether the deciding type is a `one_of`, whose variants have fields.
        has_fields: bool,
        /// Rust variant, its word, and the auth; in the order of the config type, complete.
        options: Vec<AuthOption>,
    },
}

/// One option of [`Auth::OneOf`].
#[derive(Debug, Clone, Serialize)]
pub struct AuthOption {
    /// Rust name of the variant.
    pub variant: String,
    /// The word in the config.
    pub wire: String,
    /// Its auth; never itself a `OneOf`.
    pub auth: Auth,
}

/// Where an API key goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum KeyPlace {
    /// A header.
    Header(String),
    /// A query parameter.
    Query(String),
    /// A cookie.
    Cookie(String),
    /// A key of the JSON or form body.
    Body(String),
}

/// OAuth2 client credentials.
#[derive(Debug, Clone, Serialize)]
pub struct OAuth2 {
    /// Where tokens come from: an absolute URL.
    pub token_url: Template,
    /// The client.
    pub client_id: Template,
    /// Its secret.
    pub client_secret: Template,
    /// Sent joined by blanks; not sent when empty.
    pub scopes: Vec<Template>,
    /// HTTP Basic instead of the form.
    pub basic: bool,
    /// More form fields.
    pub params: Vec<Param>,
    /// More headers.
    pub headers: Vec<Param>,
    /// Wire names from the answer to the token.
    pub access_token_path: Vec<String>,
    /// Wire names from the answer to its life in seconds.
    pub expires_in_path: Vec<String>,
    /// Life in seconds where the answer has none.
    pub expires_in: u64,
}
