//! `endpoint`: one request and how its response becomes records.

use super::{Auth, Decoder, ErrorHandler, Job, Paginator};
use crate::read::{Node, spec_map};
use crate::source::{Spanned, Text};

/// A parameter, header or form value: a scalar, a template, or a list of them (the key is repeated).
/// `null` removes what `client` or the defaults say.
pub type Value = Node;

spec_map! {
    /// One request and how its response becomes records. A text alone is its path.
    pub struct Endpoint shorthand(path) {
        /// Appended to `base_url`; a whole URL stands for itself. Templates are percent-encoded, each as one segment.
        required path: Text,
        /// The HTTP method; GET when absent, and POST of a request that creates a `job`.
        optional method: Text,
        /// Query parameters.
        default params: Vec<(Text, Value)>,
        /// Headers.
        default headers: Vec<(Text, Value)>,
        /// A JSON body.
        optional json: Node,
        /// A form body.
        optional form ("form" | "data"): Vec<(Text, Value)>,
        /// A GraphQL query, sent as a JSON body; the method is POST then, when absent.
        optional graphql: Graphql,
        /// A text body.
        optional body: TextBody,
        /// Where the response has the records: names, `[n]`, `*`, `$` for the whole body. `$` when absent.
        optional data_selector: Text,
        /// How the bytes of the response become records; JSON when absent.
        optional decoder: Decoder,
        /// How to get the next page.
        optional paginator: Paginator,
        /// What failures mean.
        optional error_handler: ErrorHandler,
        /// Authentication of this endpoint alone.
        optional auth: Auth,
        /// A response without the data path is an empty page, not an error.
        optional allow_missing_data: Spanned<bool>,
        /// What the request creates is a job, whose files have the records.
        optional job: Box<Job>,
    }
    instead {
        "response_actions" = "write `error_handler` with `rules`: `{ status: 404, action: ignore }`",
        "incremental" = "write it beside `endpoint`: `incremental: { cursor: updated_at, param: since }`",
        "url" = "write `path`: a whole URL may stand there",
    }
}

spec_map! {
    /// A GraphQL query. `errors` in its answer fail the resource, whatever the status, unless a rule of `error_handler` says
    /// otherwise. `data_selector` is a path from the whole answer, as `data.books.nodes`.
    pub struct Graphql {
        /// The query as it is sent: no template. What changes goes into `variables`.
        required query: Text,
        /// Values of the query's variables, each of which it declares; a template keeps its type. A paginator `in: json` sets
        /// one with a parameter such as `variables.after`.
        optional variables: Node,
    }
}

spec_map! {
    /// A text body. A text alone is its `text`.
    pub struct TextBody shorthand(text) {
        /// The text.
        required text: Text,
        /// What it is, as `application/xml`; `text/plain; charset=utf-8` when absent. It is sent in UTF-8.
        optional content_type: Text,
    }
}
