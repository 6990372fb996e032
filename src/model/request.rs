//! The request of a page.

use super::Template;
use serde::Serialize;

/// The request of a page, without what the paginator adds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Request {
    /// In capitals.
    pub method: String,
    /// After `base_url`, or a whole URL; expressions become one percent-encoded segment each.
    pub path: Path,
    /// Query parameters, the client's included, in order.
    pub params: Vec<Param>,
    /// Headers of this endpoint; the client's are not repeated here.
    pub headers: Vec<Param>,
    /// Names of the client's headers that are not sent, in lower case.
    pub without_headers: Vec<String>,
    /// The body.
    pub body: Body,
}

/// Where a request goes.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Path {
    /// A whole URL: not appended to `base_url`.
    pub absolute: bool,
    /// The pieces; begins with `/` unless absolute or empty. Texts are already encoded as far as they need it, and may hold a
    /// query.
    pub template: Template,
}

/// A named value: query parameter, header, form field.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Param {
    /// Its name on the wire.
    pub name: String,
    /// Its value; several repeat the name. A nullable value that is absent is left out.
    pub values: Vec<Template>,
}

/// The body of a request.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Body {
    /// None.
    None,
    /// JSON.
    Json(Json),
    /// `application/x-www-form-urlencoded`
    Form(Vec<Param>),
    /// Text.
    Text {
        /// `Content-Type`
        kind: String,
        /// The text.
        text: Template,
    },
}

impl Body {
    /// The text of a GraphQL query, where it is one.
    #[must_use]
    pub fn query(&self) -> Option<&str> {
        let Self::Json(Json::Object(entries)) = self else {
            return None;
        };
        entries.iter().find_map(|(_, value)| match value {
            Json::Query(text) => Some(text.as_str()),
            _ => None,
        })
    }
}

/// A JSON value with templates in it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Json {
    /// `null`
    Null,
    /// `true`
    Boolean(bool),
    /// A number, as it was written.
    Number(String),
    /// A text, or an expression that keeps its type.
    Template(Template),
    /// The text of a GraphQL query.
    Query(String),
    /// `[…]`
    List(Vec<Json>),
    /// `{…}` in the order of the spec.
    Object(Vec<(String, Json)>),
}
