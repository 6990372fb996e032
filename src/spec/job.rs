//! `job`: resources whose records the API collects in the background.

use super::Value;
use crate::read::{Node, OneOrMany, spec_map, spec_words};
use crate::source::{Spanned, Text};

spec_map! {
    /// A job of the API: the request of the endpoint creates it, others ask for its state until it has ended, and the
    /// files that it made are the pages. Each window and each partition is a job of its own.
    ///
    /// `job.X` is the value at `X` of the answer that created it, and `job.headers['X']` a header of that answer. A state
    /// that is in neither list means that the job goes on.
    pub struct Job {
        /// The request for the state.
        required poll: JobRequest,
        /// Where its answer has the state: a path, or an expression over `response`.
        required status: Text,
        /// States of a job that made its files.
        required completed: OneOrMany<Text>,
        /// States of a job that never will: the resource fails with what the API says.
        optional failed: OneOrMany<Text>,
        /// Time before each request for the state: seconds, or an ISO 8601 duration; 5 seconds when absent. A
        /// `Retry-After` makes it longer.
        optional interval: Text,
        /// The longest such time, to which it grows by half each time; as `interval` when absent.
        optional max_interval: Text,
        /// The time in which a job has to end; an hour when absent.
        optional timeout: Text,
        /// The files.
        required download: Download,
        /// The request that deletes the job once its files are read. That it fails is only logged.
        optional delete: JobRequest,
    }
    instead {
        "create" = "write it as the endpoint itself: `path`, `method`, `json`",
        "decoder" = "write it beside `job`: it is about the files",
        "data_selector" = "write it beside `job`: it is about the files",
        "running" = "remove it: a state that is in neither list means that the job goes on",
    }
}

spec_map! {
    /// A request about a job. A text alone is its path.
    pub struct JobRequest shorthand(path) {
        /// Its path, in which `job` exists; or `url`.
        optional path: Text,
        /// The whole URL, where the answer that created the job has it: an expression over `job`.
        optional url: Text,
        /// The HTTP method; GET when absent, and DELETE of `delete`.
        optional method: Text,
        /// Query parameters beside those of the client.
        default params: Vec<(Text, Value)>,
        /// Headers.
        default headers: Vec<(Text, Value)>,
        /// A JSON body.
        optional json: Node,
    }
}

spec_map! {
    /// The files of a job. A text alone says where the answer has their URLs.
    pub struct Download shorthand(url) {
        /// Where the answer with the state has the URL: a path to a text or to a list of them (`files.*.url`), or an
        /// expression over `response`. Null and an empty list mean that there are no records; or `path`.
        optional url: Text,
        /// The path of the only file, in which `job` exists.
        optional path: Text,
        /// The HTTP method; GET when absent.
        optional method: Text,
        /// Query parameters.
        default params: Vec<(Text, Value)>,
        /// Headers.
        default headers: Vec<(Text, Value)>,
        /// `none` for files that need no credentials. Files of other origins get none in any case, unless the client's
        /// `allowed_hosts` has them.
        optional auth: Spanned<DownloadAuth>,
    }
}

spec_words! {
    /// How the requests for files are authenticated.
    pub enum DownloadAuth {
        /// Not at all.
        None = "none",
    }
}
