//! The requests that a resource sends.

use crate::model::{
    Auth, Body, Connector, Json as Template_, KeyPlace, PageParam, PagingKind, Param,
    ParamLocation, Part, Path, Resource, Template,
};
use serde_json::Value as Json;
use std::collections::BTreeMap;

use super::page::put;
use super::url::{encoded, normal, origin, segment};
use super::value::{Scope, Value};
use super::window::Window;

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// A request as it arrives.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Its method.
    pub method: String,
    /// Its whole URL.
    pub url: String,
    /// Its headers, without those that every request has.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: Option<Sent>,
}

/// The body of a request.
#[derive(Debug, Clone)]
pub enum Sent {
    /// JSON.
    Json(Json),
    /// A form, or a text of another type.
    Text(String, String),
}

/// A position in the pages of a resource.
#[derive(Debug, Clone, PartialEq)]
pub enum Position {
    /// A position or a number, counted by the connector.
    Count(u64),
    /// A cursor that the API gave; none on the first page.
    Cursor(Option<String>),
    /// A link that the API gave, as a whole URL; none on the first page.
    Link(Option<String>),
    /// The key of the last record; none on the first page.
    Key(Option<Value>),
}

impl Asked {
    pub(super) fn new(method: &str, url: String) -> Self {
        Self {
            method: method.to_owned(),
            url: normal(&url),
            headers: Vec::new(),
            body: None,
        }
    }

    pub(super) fn header(&mut self, name: &str, value: &Value) {
        let texts = value.texts();
        if texts.is_empty() {
            return;
        }
        self.without(name);
        self.headers.push((name.to_owned(), texts.join(", ")));
    }

    fn without(&mut self, name: &str) {
        self.headers
            .retain(|(known, _)| !known.eq_ignore_ascii_case(name));
    }

    pub(super) fn query(&mut self, name: &str, value: &Value) {
        for text in value.texts() {
            let mark = if self.url.contains('?') { '&' } else { '?' };
            self.url.push(mark);
            self.url
                .push_str(&format!("{}={}", encoded(name), encoded(&text)));
        }
    }

    fn segment(&mut self, value: &Value) {
        for text in value.texts() {
            let end = self.url.find('?').unwrap_or(self.url.len());
            let path = self.url.get(..end).unwrap_or_default();
            let slash = if path.ends_with('/') { "" } else { "/" };
            let added = format!("{slash}{}", segment(&text));
            self.url.insert_str(end, &added);
        }
    }

    pub(super) fn form(&mut self, name: &str, value: &Value) {
        let (kind, mut form) = match self.body.take() {
            Some(Sent::Text(kind, form)) => (kind, form),
            _ => (FORM.to_owned(), String::new()),
        };
        for text in value.texts() {
            if !form.is_empty() {
                form.push('&');
            }
            form.push_str(&format!("{}={}", encoded(name), encoded(&text)));
        }
        self.body = Some(Sent::Text(kind, form));
    }
}

impl Asked {
    /// Adds a key.
    pub(super) fn key(&mut self, place: &KeyPlace, key: &str) {
        let value = Value::Text(key.to_owned());
        match place {
            KeyPlace::Header(name) => self.header(name, &value),
            KeyPlace::Query(name) => self.query(name, &value),
            KeyPlace::Cookie(name) => {
                self.header("Cookie", &Value::Text(format!("{name}={key}")));
            }
            KeyPlace::Body(name) => match &mut self.body {
                Some(Sent::Json(json)) => put(json, name.split('.'), value.json()),
                _ => self.form(name, &value),
            },
        }
    }
}

/// Makes requests of a connector.
#[derive(Clone, Copy)]
pub struct Requests<'a> {
    /// The connector.
    pub connector: &'a Connector,
    /// The values of its configuration.
    pub scope: Scope<'a>,
}

impl<'a> Requests<'a> {
    /// The same within a window.
    pub fn within(self, window: Option<&'a Window>) -> Self {
        let scope = Scope {
            window,
            ..self.scope
        };
        Self { scope, ..self }
    }

    /// The same for a partition.
    pub fn of(self, partition: &'a BTreeMap<String, Value>) -> Self {
        let scope = Scope {
            partition: Some(partition),
            ..self.scope
        };
        Self { scope, ..self }
    }
}

impl Requests<'_> {
    /// The request of the page at a position.
    pub fn page(&self, resource: &Resource, position: &Position) -> Asked {
        let request = &resource.request;
        let link = match position {
            Position::Link(Some(link)) => Some(link.clone()),
            _ => None,
        };
        let first = link.is_none();
        let url = link.unwrap_or_else(|| self.url(&request.path));
        let mut asked = Asked::new(&request.method, url);
        self.common(&mut asked);
        for name in &request.without_headers {
            asked.without(name);
        }
        if first {
            self.each(&request.params, |name, value| asked.query(name, value));
        }
        self.each(&request.headers, |name, value| asked.header(name, value));
        self.body(&request.body, &mut asked);
        paging(resource, position, first, &mut asked);
        self.authorize(self.auth(resource), &mut asked);
        asked
    }

    pub(super) fn body(&self, body: &Body, asked: &mut Asked) {
        match body {
            Body::None => {}
            Body::Json(json) => asked.body = Some(Sent::Json(self.json(json))),
            Body::Form(fields) => self.each(fields, |name, value| asked.form(name, value)),
            Body::Text { kind, text } => {
                let text = self.scope.template(text).text();
                asked.body = Some(Sent::Text(kind.clone(), text));
            }
        }
    }

    /// The credentials of a resource.
    pub fn auth<'r>(&self, resource: &'r Resource) -> &'r Auth
    where
        Self: 'r,
    {
        let auth = resource.auth.as_ref();
        self.single(auth.unwrap_or(&self.connector.client.auth))
    }

    /// The option that a choice takes.
    fn single<'r>(&self, auth: &'r Auth) -> &'r Auth {
        match auth {
            Auth::OneOf { by, options, .. } => {
                let chosen = self.scope.settings.chosen(by, options);
                chosen.map_or(auth, |option| &option.auth)
            }
            auth => auth,
        }
    }

    fn common(&self, asked: &mut Asked) {
        let client = &self.connector.client;
        self.each(&client.headers, |name, value| asked.header(name, value));
        if let Some(agent) = &client.user_agent {
            asked.header("User-Agent", &self.scope.template(agent));
        }
    }

    /// What a request for a token has of what all requests have: elsewhere than at the API the name of the connector only.
    pub(super) fn common_of_token(&self, asked: &mut Asked) {
        self.common(asked);
        let client = &self.connector.client;
        let base = self.scope.template(&client.base_url).text();
        let mut own = std::iter::once(&base).chain(&client.allowed_origins);
        if !own.any(|own| origin(&normal(own)) == origin(&asked.url)) {
            asked
                .headers
                .retain(|(name, _)| name.eq_ignore_ascii_case("user-agent"));
        }
    }

    pub(super) fn each(&self, params: &[Param], mut add: impl FnMut(&str, &Value)) {
        for param in params {
            for value in &param.values {
                add(&param.name, &self.scope.template(value));
            }
        }
    }

    pub(super) fn url(&self, path: &Path) -> String {
        let base = self.scope.template(&self.connector.client.base_url).text();
        let target = match &path.template {
            Template::Text(text) => text.clone(),
            Template::Value(_) if path.absolute => self.scope.template(&path.template).text(),
            Template::Value(_) => segment(&self.scope.template(&path.template).text()),
            Template::Parts(parts) => {
                let texts = parts.iter().enumerate().map(|(index, part)| match part {
                    Part::Text(text) => text.clone(),
                    Part::Value(expr) => {
                        let text = self.scope.template(&Template::Value(expr.clone())).text();
                        if path.absolute && index == 0 {
                            text
                        } else {
                            segment(&text)
                        }
                    }
                });
                texts.collect()
            }
        };
        if target.contains("://") {
            target
        } else {
            format!("{}{target}", base.trim_end_matches('/'))
        }
    }

    fn json(&self, json: &Template_) -> Json {
        match json {
            Template_::Null => Json::Null,
            Template_::Boolean(value) => Json::from(*value),
            Template_::Number(number) => {
                serde_json::from_str(number).unwrap_or_else(|_| Json::from(number.as_str()))
            }
            Template_::Template(template) => self.scope.template(template).json(),
            Template_::Query(text) => Json::from(text.as_str()),
            Template_::List(items) => items.iter().map(|item| self.json(item)).collect(),
            Template_::Object(entries) => {
                let entries = entries
                    .iter()
                    .map(|(key, value)| (key.clone(), self.json(value)));
                Json::Object(entries.collect())
            }
        }
    }

    pub(super) fn authorize(&self, auth: &Auth, asked: &mut Asked) {
        let text = |text: String| Value::Text(text);
        match auth {
            Auth::None | Auth::Extend(_) | Auth::OneOf { .. } => {}
            Auth::Bearer { token } => {
                let token = self.scope.template(token).text();
                asked.header("Authorization", &text(format!("Bearer {token}")));
            }
            Auth::OAuth2(oauth2) => asked.token(&oauth2.send),
            Auth::Login(login) => asked.token(&login.send),
            Auth::Jwt { send, .. } => asked.signed(send),
            Auth::Basic { username, password } => {
                let username = self.scope.template(username).text();
                let password = self.scope.template(password).text();
                let pair = format!("{username}:{password}");
                asked.header("Authorization", &basic(&pair));
            }
            Auth::ApiKey { place, key, prefix } => {
                let key = self.scope.template(key).text();
                asked.key(place, &format!("{prefix}{key}"));
            }
        }
    }
}

/// What the paginator sends.
fn paging(resource: &Resource, position: &Position, first: bool, asked: &mut Asked) {
    let mut send = |param: &PageParam, value: Value| match param.location {
        ParamLocation::Query => asked.query(&param.name, &value),
        ParamLocation::Form => asked.form(&param.name, &value),
        ParamLocation::Header => asked.header(&param.name, &value),
        ParamLocation::Path => asked.segment(&value),
        ParamLocation::Json => {
            let json = match value {
                Value::Nothing => return,
                value => value.json(),
            };
            let mut body = match asked.body.take() {
                Some(Sent::Json(body)) => body,
                _ => Json::Object(serde_json::Map::new()),
            };
            put(&mut body, param.name.split('.'), json);
            asked.body = Some(Sent::Json(body));
        }
    };
    let count = |count: u64| i64::try_from(count).map_or(Value::Nothing, Value::Integer);
    let place = match position {
        Position::Count(number) => count(*number),
        Position::Cursor(Some(cursor)) => Value::Text(cursor.clone()),
        Position::Key(Some(key)) => key.clone(),
        Position::Cursor(None) | Position::Link(_) | Position::Key(None) => Value::Nothing,
    };
    match &resource.paging.kind {
        PagingKind::None => {}
        PagingKind::Offset {
            offset,
            limit,
            size,
            ..
        } => {
            send(offset, place);
            send(limit, count(*size));
        }
        PagingKind::PageNumber {
            page: param, limit, ..
        }
        | PagingKind::Cursor { param, limit, .. }
        | PagingKind::Keyset { param, limit, .. } => {
            send(param, place);
            if let Some((limit, size)) = limit {
                send(limit, count(*size));
            }
        }
        PagingKind::Link { limit, .. } => {
            if let Some((limit, size)) = limit
                && (first || limit.location == ParamLocation::Json)
            {
                send(limit, count(*size));
            }
        }
    }
}

pub(super) fn basic(pair: &str) -> Value {
    use base64::Engine;
    let pair = base64::prelude::BASE64_STANDARD.encode(pair);
    Value::Text(format!("Basic {pair}"))
}

impl Asked {
    /// The text of its body.
    pub fn body_text(&self) -> Option<String> {
        self.body.as_ref().map(|body| body.parts().1)
    }
}

impl Sent {
    /// Its content type and its text.
    pub fn parts(&self) -> (&str, String) {
        match self {
            Sent::Json(json) => (JSON, json.to_string()),
            Sent::Text(kind, text) => (kind, text.clone()),
        }
    }
}
