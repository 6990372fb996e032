//! `auth`: how requests are authenticated.

use super::{TextBody, Value};
use crate::read::{Node, spec_map, spec_tagged, spec_words};
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
        /// A token of OAuth2.
        OAuth2(Box<OAuth2>) = "oauth2" | "oauth2_client_credentials",
        /// A token that a login of the API's own gives.
        Session(Box<Session>) = "session",
        /// A token that the connector signs itself.
        Jwt(Box<Jwt>) = "jwt",
        /// Code of one's own.
        Extend(ExtendAuth) = "extend",
        /// A choice of the connector's user.
        OneOf(OneOfAuth) = "one_of",
    }
}

spec_map! {
    /// `Authorization: Bearer TOKEN`.
    pub struct Bearer {
        /// The token.
        required token: Text,
    }
}

spec_map! {
    /// Code of one's own: a Rust file beside the spec, with `pub struct Extension`, its function
    /// `new(config: &Config) -> Result<Self, Error>`, and an implementation of the trait `Authenticator` for it. The file
    /// becomes a module of the crate.
    pub struct ExtendAuth {
        /// The file, as `signature.rs`.
        required module: Text,
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
    /// Grants of OAuth2: with what a token is asked for.
    pub enum Grant {
        /// The client's own credentials.
        ClientCredentials = "client_credentials",
        /// A refresh token that the user supplies. A new one that the API gives in its place is saved before it is used.
        RefreshToken = "refresh_token",
        /// Name and password of a user.
        Password = "password",
        /// A token that the connector signs (RFC 7523), as service accounts do.
        JwtBearer = "jwt_bearer" | "urn:ietf:params:oauth:grant-type:jwt-bearer",
    }
    instead {
        "authorization_code" = "write `refresh_token`: a person gives the consent elsewhere, and the connector begins with the refresh token that it yields",
    }
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
    /// OAuth2: the token is asked for when it is needed, kept, shared by all streams, and renewed a minute before it
    /// expires or on a 401.
    pub struct OAuth2 {
        /// Where tokens come from.
        required token_url ("token_url" | "access_token_url"): Text,
        /// The grant; client credentials when absent.
        optional grant: Spanned<Grant>,
        /// The client; when absent, `params` or `headers` say in another way who asks.
        optional client_id: Text,
        /// Its secret; absent of a public client.
        optional client_secret: Text,
        /// Where the credentials go; the body when absent.
        optional credentials_in: Spanned<CredentialsIn>,
        /// Of the grant `refresh_token`: the token that the user supplies.
        optional refresh_token: Text,
        /// Of the grant `password`: the user's name.
        optional username: Text,
        /// Of the grant `password`: the user's password.
        optional password: Text,
        /// Of the grant `jwt_bearer`: what the connector signs.
        optional assertion ("assertion" | "profile_assertion"): Assertion,
        /// A token that the connector signs to prove the client, in place of `client_secret`.
        optional client_assertion: Assertion,
        /// What to ask for; sent joined by blanks.
        default scopes: Vec<Text>,
        /// What joins the scopes; a blank when absent.
        optional scope_separator: Text,
        /// More fields of the token request's form.
        default params ("params" | "access_token_request_data"): Vec<(Text, Value)>,
        /// More headers of the token request. Those of all requests are added where the token comes from the API itself.
        default headers: Vec<(Text, Value)>,
        /// Where the answer has the token; `access_token` when absent.
        optional access_token_path: Text,
        /// Where the answer has a new refresh token; `refresh_token` when absent.
        optional refresh_token_path: Text,
        /// Where the answer has the token's life in seconds, or the instant (RFC 3339) at which it ends; `expires_in` when absent.
        optional expires_in_path: Text,
        /// Life in seconds where the answer has none; 3600 when absent.
        optional expires_in ("expires_in" | "default_token_expiration"): Spanned<u64>,
        /// How the token is sent; as `Authorization: Bearer TOKEN` when absent.
        optional send: Sending,
    }
    instead {
        "token_refresh_endpoint" = "write `token_url`",
        "grant_type" = "write `grant`",
        "access_token_name" = "write `access_token_path`",
        "expires_in_name" = "write `expires_in_path`",
        "refresh_token_name" = "write `refresh_token_path`; a request that calls it otherwise names it under `params`",
        "client_id_name" = "leave `client_id` out and name it under `params`",
        "client_secret_name" = "leave `client_secret` out and name it under `params`",
        "refresh_request_body" = "write `params`",
        "refresh_request_headers" = "write `headers`",
        "refresh_token_updater" = "remove it: a new refresh token is always saved before it is used",
        "token_expiry_date" = "remove it: a token is asked for when the connector starts, and its life is read from the answer",
        "token_expiry_date_format" = "remove it: the end of a token is read as seconds or as RFC 3339",
        "token_expiry_is_time_of_expiration" = "remove it: seconds and instants are told apart",
        "access_token" = "write `type: bearer` for a token that does not change",
        "access_token_value" = "write `type: bearer` for a token that does not change",
        "session" = "remove it: the connector has one HTTP client",
    }
}

spec_words! {
    /// Where a token goes.
    pub enum TokenLocation {
        /// A header.
        Header = "header",
        /// A query parameter.
        Query = "query" | "param",
        /// A cookie.
        Cookie = "cookie",
        /// A key of the JSON or form body.
        Body = "body",
        /// Of a `session` only: the cookies that the login's answer sets, instead of a token.
        Cookies = "cookies",
    }
}

spec_map! {
    /// How a token is sent.
    pub struct Sending shorthand(location) {
        /// Where it goes; a header when absent.
        optional location: Spanned<TokenLocation>,
        /// Name of the header, parameter, cookie or body key; `Authorization` for a header when absent.
        optional name: Text,
        /// Text before it, for instance `Token ` (its blank included).
        optional prefix: Text,
    }
}

spec_words! {
    /// How a token is signed.
    pub enum Algorithm {
        /// HMAC with SHA-256: the key is a secret.
        Hs256 = "HS256",
        /// HMAC with SHA-384.
        Hs384 = "HS384",
        /// HMAC with SHA-512.
        Hs512 = "HS512",
        /// RSA with SHA-256: the key is a private key.
        Rs256 = "RS256",
        /// RSA with SHA-384.
        Rs384 = "RS384",
        /// RSA with SHA-512.
        Rs512 = "RS512",
        /// RSA-PSS with SHA-256.
        Ps256 = "PS256",
        /// RSA-PSS with SHA-384.
        Ps384 = "PS384",
        /// RSA-PSS with SHA-512.
        Ps512 = "PS512",
        /// ECDSA on the curve P-256: the key is a private key.
        Es256 = "ES256",
        /// ECDSA on the curve P-384.
        Es384 = "ES384",
    }
    instead {
        "none" = "write the algorithm that the API checks, as `RS256`: a token that is not signed proves nothing",
    }
}

spec_words! {
    /// How the configuration has the key.
    pub enum KeyEncoding {
        /// As it is.
        Text = "text",
        /// In base64.
        Base64 = "base64",
    }
}

spec_map! {
    /// A token that the connector signs itself. It is kept until a minute before its end.
    pub struct Jwt {
        /// How it is signed.
        required algorithm: Spanned<Algorithm>,
        /// With what: the secret of HS; of the others a private key as PEM (PKCS#8, or PKCS#1 of RSA).
        required key: Text,
        /// How the configuration has the key; as it is when absent.
        optional key_encoding: Spanned<KeyEncoding>,
        /// Which key it is: `kid` in the header.
        optional key_id: Text,
        /// What the token says, as JSON; `iat` and `exp` are set. What is absent is left out.
        default claims: Vec<(Text, Value)>,
        /// What its header says beside `alg`, `typ` and `kid`.
        default headers: Vec<(Text, Value)>,
        /// How long it is valid: at most a day; 20 minutes when absent.
        optional lifetime: Text,
        /// How it is sent; as `Authorization: Bearer TOKEN` when absent.
        optional send: Sending,
    }
    instead {
        "secret_key" = "write `key`",
        "private_key" = "write `key`",
        "token_duration" = "write `lifetime`",
        "header_prefix" = "write `send: { prefix: … }`",
        "base64_encode_secret_key" = "write `key_encoding: base64` for a key that stands in base64",
        "jwt_headers" = "write `key_id` and `headers`",
        "additional_jwt_headers" = "write `headers`",
        "jwt_payload" = "write `claims`",
        "additional_jwt_payload" = "write `claims`",
        "request_option" = "write `send`",
        "prefix" = "write `send: { prefix: … }`",
    }
}

spec_map! {
    /// A token that the connector signs for a request for another token. It has a `jti`, unless its claims say it.
    pub struct Assertion {
        /// How it is signed.
        required algorithm: Spanned<Algorithm>,
        /// With what: the secret of HS; of the others a private key as PEM (PKCS#8, or PKCS#1 of RSA).
        required key: Text,
        /// How the configuration has the key; as it is when absent.
        optional key_encoding: Spanned<KeyEncoding>,
        /// Which key it is: `kid` in the header.
        optional key_id: Text,
        /// What the token says, as JSON: at least `iss` and `aud`. `iat` and `exp` are set. What is absent is left out.
        default claims: Vec<(Text, Value)>,
        /// What its header says beside `alg`, `typ` and `kid`.
        default headers: Vec<(Text, Value)>,
        /// How long it is valid: at most a day; 20 minutes when absent.
        optional lifetime: Text,
    }
    instead {
        "secret_key" = "write `key`",
        "private_key" = "write `key`",
        "token_duration" = "write `lifetime`",
        "jwt_headers" = "write `key_id` and `headers`",
        "additional_jwt_headers" = "write `headers`",
        "jwt_payload" = "write `claims`",
        "additional_jwt_payload" = "write `claims`",
    }
}

spec_map! {
    /// A login: a request of the API's own that gives a token, or cookies. It is sent when they are needed, once for all
    /// streams, and again a minute before they end or on a 401.
    pub struct Session {
        /// The request that logs in.
        required login: Login,
        /// Where the body of the answer has the token: names, or `$` where it is nothing else.
        optional token_path: Text,
        /// The header of the answer that has it.
        optional token_header: Text,
        /// The cookie that has it: one that the answer sets.
        optional token_cookie ("token_cookie" | "cookie"): Text,
        /// How long it lives; until a 401 when absent.
        optional lifetime: Text,
        /// How it is sent; a cookie as it came, anything else as `Authorization: Bearer TOKEN` when absent.
        optional send: Sending,
    }
    instead {
        "login_requester" = "write `login`",
        "session_token_path" = "write `token_path`",
        "session_token_response_key" = "write `token_path`",
        "expiration_duration" = "write `lifetime`",
        "request_authentication" = "write `send`",
    }
}

spec_map! {
    /// The request that logs in. It has the headers of the client, and none of its parameters.
    pub struct Login shorthand(path) {
        /// Appended to `base_url`.
        optional path: Text,
        /// A whole URL, in place of `path`.
        optional url: Text,
        /// The HTTP method; POST when absent.
        optional method: Text,
        /// The credentials that it is sent with: `http_basic`, `bearer`, `api_key` or `jwt`; none when absent.
        optional auth: Box<Auth>,
        /// Query parameters.
        default params: Vec<(Text, Value)>,
        /// Headers.
        default headers: Vec<(Text, Value)>,
        /// A JSON body.
        optional json: Node,
        /// A form body.
        optional form ("form" | "data"): Vec<(Text, Value)>,
        /// A text body.
        optional body: TextBody,
    }
    instead {
        "url_base" = "write the whole URL as `url`",
        "http_method" = "write `method`",
        "authenticator" = "write `auth`",
        "request_headers" = "write `headers`",
        "request_parameters" = "write `params`",
        "request_body_json" = "write `json`",
        "request_body_data" = "write `form`",
    }
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
