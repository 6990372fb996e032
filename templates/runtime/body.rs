//! Bodies of requests: JSON, forms, text.

use reqwest::Url;
use serde_json::Value;

use super::error::{Error, Kind};
use super::request::{Param, Request};

pub(super) const JSON: &str = "application/json";
pub(super) const FORM: &str = "application/x-www-form-urlencoded";

impl Request {
    /// A request of another method than `GET`.
    pub fn of(method: &str, target: impl Into<String>) -> Result<Self, Error> {
        let refused = |_| Error::new(Kind::Config, format!("`{method}` is no HTTP method"));
        Ok(Self::new(method.parse().map_err(refused)?, target))
    }

    /// Sends a JSON body.
    pub fn json(&mut self, body: &Value) {
        self.body = Some((JSON, body.to_string()));
    }

    /// Adds a field to the form that is the body.
    pub fn form<P: Param>(&mut self, name: &str, value: P) {
        let texts = self.texts(&value);
        let (_, form) = self.body.get_or_insert((FORM, String::new()));
        for text in texts {
            if !form.is_empty() {
                form.push('&');
            }
            form.extend([&form_encoded(name), "=", &form_encoded(&text)]);
        }
    }

    /// Sends a text as the body, with its `Content-Type`.
    pub fn text<P: Param>(&mut self, kind: &'static str, body: P) {
        let text = self.texts(&body).join(",");
        self.body = Some((kind, text));
    }
}

/// Sets a key of a JSON body; dots lead into objects, which are made where they are absent. Null is left out.
pub fn set(body: &mut Value, path: &str, value: impl Into<Value>) {
    let value = value.into();
    if value.is_null() {
        return;
    }
    let mut place = body;
    for key in path.split('.') {
        if !place.is_object() {
            *place = Value::Object(serde_json::Map::new());
        }
        let Some(object) = place.as_object_mut() else {
            return;
        };
        place = object.entry(key).or_insert(Value::Null);
    }
    *place = value;
}

/// A text as it stands in a form.
pub(super) fn form_encoded(text: &str) -> String {
    let Ok(mut url) = Url::parse("form:") else {
        return String::new();
    };
    url.query_pairs_mut().append_key_only(text);
    url.query().unwrap_or_default().to_owned()
}
