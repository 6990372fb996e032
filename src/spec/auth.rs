//! `auth`: how requests are authenticated.

use super::Value;
use crate::read::{spec_map, spec_tagged, spec_words};
use crate::source::{Spanned, Text};

spec_tagged! {
    /// How requests are authenticated. `none` alone switches it off.
    pub enum Auth {
        /// No credentials.
        None = "none",
        /// `Authorization: Bearer TOKEN`.
        Bearer(Bearer) = "bearer",
        /// A key in a header, the query, a cookie or the body.
        ApiKey(ApiKey) = "api_key",
        /// `Authorization: Basic …`.
        HttpBasic(HttpBasic) = "http_basic",
        /// A token fetched with client credentials.
        OAuth2(Box<OAuth2>) = "oauth2" | "oauth2_client_credentials",
        /// A choice of the connector's user.
        OneOf(OneOfAuth) = "one_of",
    }
    later { "session", "jwt" }
}

spec_map! {
    /// `Authorization: Bearer TOKEN`.
    pub struct Bearer {
        /// The token.
        required token: Text,
    }
}

spec_words! {
    /// Where an API key goes.
    pub enum KeyLocation {
        /// A header.
        Header = "header",
        /// A query parameter.
        Query = "query" | "param",
        /// A cookie.
        Cookie = "cookie",
        /// A key of the JSON or form body.
        Body = "body",
    }
}

spec_map! {
    /// A key in a header, the query, a cookie or the body.
    pub struct ApiKey {
        /// Name of the header, parameter, cookie or body key; `Authorization` for a header when absent.
        optional name: Text,
        /// The key.
        required api_key: Text,
        /// Where it goes; a header when absent.
        optional location: Spanned<KeyLocation>,
        /// Text before the key, for instance `Token ` (its blank included).
        optional prefix: Text,
    }
}

spec_map! {
    /// `Authorization: Basic …`.
    pub struct HttpBasic {
        /// User name.
        required username: Text,
        /// Password; may be the empty text.
        required password: Text,
    }
}

spec_words! {
    /// Grants of OAuth2.
    pub enum Grant {
        /// The client's own credentials.
        ClientCredentials = "client_credentials",
    }
    later { "refresh_token", "password" }
}

spec_words! {
    /// How the token request carries the client's credentials.
    pub enum CredentialsIn {
        /// `client_id` and `client_secret` in the form.
        Body = "body",
        /// HTTP Basic, each part form-encoded first (RFC 6749, section 2.3.1).
        Header = "header",
    }
}

spec_map! {
    /// OAuth2 client credentials: the token is fetched, kept, and refreshed a minute before it expires or on a 401.
    pub struct OAuth2 {
        /// Where tokens come from.
        required token_url ("token_url" | "access_token_url"): Text,
        /// The client.
        required client_id: Text,
        /// Its secret.
        required client_secret: Text,
        /// What to ask for; sent joined by blanks.
        default scopes: Vec<Text>,
        /// The grant; client credentials when absent.
        optional grant: Spanned<Grant>,
        /// Where the credentials go; the body when absent.
        optional credentials_in: Spanned<CredentialsIn>,
        /// More fields of the token request's form.
        default params ("params" | "access_token_request_data"): Vec<(Text, Value)>,
        /// More headers of the token request.
        default headers: Vec<(Text, Value)>,
        /// Where the answer has the token; `access_token` when absent.
        optional access_token_path: Text,
        /// Where the answer has its life in seconds; `expires_in` when absent.
        optional expires_in_path: Text,
        /// Life in seconds where the answer has none; 3600 when absent.
        optional expires_in ("expires_in" | "default_token_expiration"): Spanned<u64>,
    }
    later { "refresh_token", "username", "password", "assertion" }
}

spec_map! {
    /// A choice of the connector's user.
    pub struct OneOfAuth {
        /// The config field that decides: an `enum` or a `one_of`.
        required by: Text,
        /// One auth for each of its values.
        required options: Vec<(Text, Auth)>,
    }
}
