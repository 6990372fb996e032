//! How requests are authenticated.

use super::{Json, Param, Request, Template};
use serde::Serialize;
use std::time::Duration;

/// How requests are authenticated.
#[derive(Debug, Clone, PartialEq, Serialize)]
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
    /// OAuth2.
    OAuth2(Box<OAuth2>),
    /// A login.
    Login(Box<Login>),
    /// A token that the connector signs.
    Jwt {
        /// What it signs.
        token: Box<Signed>,
        /// How it is sent.
        send: Sending,
    },
    /// The module of this Rust name.
    Extend(String),
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
#[derive(Debug, Clone, PartialEq, Serialize)]
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

/// OAuth2.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OAuth2 {
    /// Where tokens come from: an absolute URL.
    pub token_url: Template,
    /// With what a token is asked for.
    pub grant: Grant,
    /// Who asks.
    pub client: OAuthClient,
    /// Sent joined; not sent when empty.
    pub scopes: Vec<Template>,
    /// What joins them.
    pub scope_separator: String,
    /// More form fields.
    pub params: Vec<Param>,
    /// More headers.
    pub headers: Vec<Param>,
    /// Wire names from the answer to the token.
    pub access_token_path: Vec<String>,
    /// Wire names from the answer to its life in seconds, or its end.
    pub expires_in_path: Vec<String>,
    /// Life in seconds where the answer has none.
    pub expires_in: u64,
    /// How tokens are sent.
    pub send: Sending,
}

/// With what a token is asked for.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Grant {
    /// The client's own credentials.
    ClientCredentials,
    /// A refresh token, which may change with each use.
    RefreshToken {
        /// The one that the user supplies.
        token: Template,
        /// Wire names from the answer to a new one.
        path: Vec<String>,
    },
    /// Name and password of a user.
    Password {
        /// User name.
        username: Template,
        /// Password.
        password: Template,
    },
    /// A token that the connector signs.
    JwtBearer(Box<Signed>),
}

/// Who asks for a token.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum OAuthClient {
    /// Nobody, or a client that the grant or the parameters name.
    Unnamed,
    /// A public client, in the form.
    Public(Template),
    /// A client and its secret.
    Secret {
        /// The client.
        id: Template,
        /// Its secret.
        secret: Template,
        /// HTTP Basic instead of the form.
        basic: bool,
    },
    /// A client that proves itself by a token that it signs.
    Assertion {
        /// The client, where it is named.
        id: Option<Template>,
        /// What it signs.
        token: Box<Signed>,
    },
}

/// A token that the connector signs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Signed {
    /// How.
    pub algorithm: Algorithm,
    /// With what.
    pub key: Template,
    /// The key stands in base64.
    pub base64: bool,
    /// An object: what the header says beside the algorithm and the type.
    pub headers: Json,
    /// An object: what it says beside its beginning and its end.
    pub claims: Json,
    /// How long it is valid.
    pub life: Duration,
}

/// How a token is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Algorithm {
    /// HMAC with SHA-256.
    Hs256,
    /// HMAC with SHA-384.
    Hs384,
    /// HMAC with SHA-512.
    Hs512,
    /// RSA with SHA-256.
    Rs256,
    /// RSA with SHA-384.
    Rs384,
    /// RSA with SHA-512.
    Rs512,
    /// RSA-PSS with SHA-256.
    Ps256,
    /// RSA-PSS with SHA-384.
    Ps384,
    /// RSA-PSS with SHA-512.
    Ps512,
    /// ECDSA on P-256.
    Es256,
    /// ECDSA on P-384.
    Es384,
}

impl Algorithm {
    /// Its name in Rust.
    #[must_use]
    pub fn rust(self) -> &'static str {
        match self {
            Self::Hs256 => "Hs256",
            Self::Hs384 => "Hs384",
            Self::Hs512 => "Hs512",
            Self::Rs256 => "Rs256",
            Self::Rs384 => "Rs384",
            Self::Rs512 => "Rs512",
            Self::Ps256 => "Ps256",
            Self::Ps384 => "Ps384",
            Self::Ps512 => "Ps512",
            Self::Es256 => "Es256",
            Self::Es384 => "Es384",
        }
    }

    /// The keys that it signs with.
    #[must_use]
    pub fn key_kind(self) -> KeyKind {
        match self {
            Self::Hs256 | Self::Hs384 | Self::Hs512 => KeyKind::Secret,
            Self::Rs256 | Self::Rs384 | Self::Rs512 | Self::Ps256 | Self::Ps384 | Self::Ps512 => {
                KeyKind::Rsa
            }
            Self::Es256 => KeyKind::P256,
            Self::Es384 => KeyKind::P384,
        }
    }
}

/// Kinds of keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// Any bytes.
    Secret,
    /// A private key of RSA.
    Rsa,
    /// A private key on the curve P-256.
    P256,
    /// A private key on the curve P-384.
    P384,
}

/// A login that gives a token.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Login {
    /// The request.
    pub request: Request,
    /// Its own credentials; they need nothing to be fetched.
    pub auth: Auth,
    /// Where the answer has the token.
    pub token: TokenPlace,
    /// How long the token lives; until it is refused where nobody says.
    pub life: Option<Duration>,
    /// How it is sent.
    pub send: Sending,
}

/// Where the answer to a login has the token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum TokenPlace {
    /// Wire names in its body.
    Body(Vec<String>),
    /// The whole body.
    Text,
    /// A header.
    Header(String),
    /// A cookie that it sets.
    Cookie(String),
    /// All cookies that it sets are the token.
    Cookies,
}

/// How a token is sent.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Sending {
    /// `Authorization: Bearer …`
    Bearer,
    /// As a key.
    Key {
        /// Where it goes and under which name.
        place: KeyPlace,
        /// Text before it.
        prefix: String,
    },
    /// As the cookies that it is.
    Cookies,
}

impl Auth {
    /// The ways that there are: itself, or the options of a choice.
    pub fn ways(&self) -> impl Iterator<Item = &Self> {
        let (itself, options) = match self {
            Self::OneOf { options, .. } => (None, options.as_slice()),
            other => (Some(other), [].as_slice()),
        };
        itself
            .into_iter()
            .chain(options.iter().map(|option| &option.auth))
    }

    /// Whether any of the ways puts something into the body of requests.
    #[must_use]
    pub fn needs_body(&self) -> bool {
        self.ways().any(|auth| {
            let place = match auth {
                Self::ApiKey { place, .. } => Some(place),
                Self::OAuth2(oauth2) => oauth2.send.place(),
                Self::Login(login) => login.send.place(),
                Self::Jwt { send, .. } => send.place(),
                _ => None,
            };
            matches!(place, Some(KeyPlace::Body(_)))
        })
    }

    /// Whether any of the ways can get another token.
    #[must_use]
    pub fn can_refresh(&self) -> bool {
        self.ways()
            .any(|auth| matches!(auth, Self::OAuth2(_) | Self::Login(_) | Self::Jwt { .. }))
    }

    /// What the connector signs in any of the ways.
    #[must_use]
    pub fn signed(&self) -> Vec<&Signed> {
        self.ways()
            .flat_map(|auth| match auth {
                Self::Jwt { token, .. } => vec![token.as_ref()],
                Self::OAuth2(oauth2) => oauth2.signed(),
                Self::Login(login) => login.auth.signed(),
                _ => Vec::new(),
            })
            .collect()
    }

    /// Whether any of the ways has refresh tokens, which may change with each use.
    #[must_use]
    pub fn keeps_tokens(&self) -> bool {
        self.ways().any(|auth| {
            matches!(auth, Self::OAuth2(oauth2) if matches!(oauth2.grant, Grant::RefreshToken { .. }))
        })
    }
}

impl OAuth2 {
    fn signed(&self) -> Vec<&Signed> {
        let grant = match &self.grant {
            Grant::JwtBearer(token) => Some(token),
            _ => None,
        };
        let client = match &self.client {
            OAuthClient::Assertion { token, .. } => Some(token),
            _ => None,
        };
        grant.into_iter().chain(client).map(AsRef::as_ref).collect()
    }
}

impl Sending {
    /// Where a key goes that has a name.
    #[must_use]
    pub fn place(&self) -> Option<&KeyPlace> {
        match self {
            Self::Bearer | Self::Cookies => None,
            Self::Key { place, .. } => Some(place),
        }
    }
}
