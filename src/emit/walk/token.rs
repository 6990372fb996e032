//! The requests for tokens, the answers to them, and how tokens are sent.

use crate::model::{Auth, Grant, Login, OAuth2, OAuthClient, Sending, Template, TokenPlace};
use serde_json::Value as Json;

use super::answer::Answer;
use super::page::put;
use super::request::{Asked, Requests, basic};
use super::url::encoded;
use super::value::{ANY, Value};

/// The token that the stub gives.
const TOKEN: &str = "t-1";
/// The cookies that it sets.
const COOKIES: [(&str, &str); 2] = [("lang", "en"), ("sid", TOKEN)];

impl Asked {
    /// Adds the token that the stub gave.
    pub fn token(&mut self, send: &Sending) {
        self.sent(send, TOKEN);
    }

    /// Adds a token that the connector signs.
    pub fn signed(&mut self, send: &Sending) {
        self.sent(send, ANY);
    }

    fn sent(&mut self, send: &Sending, token: &str) {
        let text = |text: String| Value::Text(text);
        match send {
            Sending::Bearer => self.header("Authorization", &text(format!("Bearer {token}"))),
            Sending::Key { place, prefix } => self.key(place, &format!("{prefix}{token}")),
            Sending::Cookies => {
                let pairs = COOKIES.map(|(name, value)| format!("{name}={value}"));
                self.header("Cookie", &text(pairs.join("; ")));
            }
        }
    }
}

impl Requests<'_> {
    /// The request for a token, and the answer to it.
    pub fn token(&self, auth: &Auth) -> Option<(Asked, Answer)> {
        match auth {
            Auth::OAuth2(oauth2) => Some((
                self.token_request(oauth2),
                answer(&oauth2.access_token_path),
            )),
            Auth::Login(login) => Some((self.login(login), login_answer(&login.token))),
            _ => None,
        }
    }

    fn token_request(&self, oauth2: &OAuth2) -> Asked {
        let mut asked = Asked::new("POST", self.scope.template(&oauth2.token_url).text());
        self.common_of_token(&mut asked);
        let text = |text: &str| Value::Text(text.to_owned());
        let value = |template: &Template| self.scope.template(template);
        match &oauth2.client {
            OAuthClient::Unnamed => {}
            OAuthClient::Public(id) => asked.form("client_id", &value(id)),
            OAuthClient::Secret {
                id,
                secret,
                basic: false,
            } => {
                asked.form("client_id", &value(id));
                asked.form("client_secret", &value(secret));
            }
            OAuthClient::Assertion { id, .. } => {
                if let Some(id) = id {
                    asked.form("client_id", &value(id));
                }
                let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
                asked.form("client_assertion_type", &text(kind));
                asked.form("client_assertion", &text(ANY));
            }
            OAuthClient::Secret { id, secret, .. } => {
                let pair = [id, secret].map(|part| encoded(&value(part).text()));
                asked.header("Authorization", &basic(&pair.join(":")));
            }
        }
        let scopes = oauth2.scopes.iter().map(|scope| value(scope).text());
        let scopes: Vec<_> = scopes.filter(|scope| !scope.is_empty()).collect();
        if !scopes.is_empty() {
            asked.form("scope", &text(&scopes.join(&oauth2.scope_separator)));
        }
        self.each(&oauth2.params, |name, value| asked.form(name, value));
        self.each(&oauth2.headers, |name, value| asked.header(name, value));
        match &oauth2.grant {
            Grant::ClientCredentials => asked.form("grant_type", &text("client_credentials")),
            Grant::RefreshToken { token, .. } => {
                asked.form("grant_type", &text("refresh_token"));
                asked.form("refresh_token", &value(token));
            }
            Grant::Password { username, password } => {
                asked.form("grant_type", &text("password"));
                asked.form("username", &value(username));
                asked.form("password", &value(password));
            }
            Grant::JwtBearer(_) => {
                let grant = "urn:ietf:params:oauth:grant-type:jwt-bearer";
                asked.form("grant_type", &text(grant));
                asked.form("assertion", &text(ANY));
            }
        }
        asked
    }

    fn login(&self, login: &Login) -> Asked {
        let request = &login.request;
        let mut asked = Asked::new(&request.method, self.url(&request.path));
        self.common_of_token(&mut asked);
        self.each(&request.params, |name, value| asked.query(name, value));
        self.each(&request.headers, |name, value| asked.header(name, value));
        self.body(&request.body, &mut asked);
        self.authorize(&login.auth, &mut asked);
        asked
    }
}

/// An answer with the token at a path.
fn answer(path: &[String]) -> Answer {
    let mut json = Json::Null;
    put(
        &mut json,
        path.iter().map(String::as_str),
        Json::from(TOKEN),
    );
    Answer::ok(json.to_string())
}

/// The answer to a login.
fn login_answer(place: &TokenPlace) -> Answer {
    let cookie = |name: &str, value: &str| {
        let value = format!("{name}={value}; Path=/; HttpOnly");
        ("Set-Cookie".to_owned(), value)
    };
    let headers = match place {
        TokenPlace::Body(path) => return answer(path),
        TokenPlace::Text => return Answer::ok(TOKEN.to_owned()),
        TokenPlace::Header(name) => vec![(name.clone(), TOKEN.to_owned())],
        TokenPlace::Cookie(name) => vec![cookie(name, TOKEN)],
        TokenPlace::Cookies => COOKIES.map(|(name, value)| cookie(name, value)).to_vec(),
    };
    Answer {
        headers,
        ..Answer::ok(String::new())
    }
}
