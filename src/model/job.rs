//! Jobs: records that the API collects in the background.

use super::{Envelope, Expr, Request};
use serde::Serialize;
use std::time::Duration;

/// A job, which the request of the resource creates.
#[derive(Debug, Clone, Serialize)]
pub struct Job {
    /// The parts of the answer that created it.
    pub created: Option<Envelope>,
    /// The request for its state.
    pub poll: JobRequest,
    /// The parts of the answer with the state.
    pub progress: Option<Envelope>,
    /// The state, as a text.
    pub status: Expr,
    /// What has the state, for messages.
    pub status_shown: String,
    /// States of a job that made its files.
    pub completed: Vec<String>,
    /// States of a job that never will.
    pub failed: Vec<String>,
    /// Time before each request for the state.
    pub interval: Duration,
    /// To this it grows.
    pub max_interval: Duration,
    /// Time in which the job has to end.
    pub timeout: Duration,
    /// The files.
    pub files: JobFiles,
    /// Their request; its path counts only for [`JobFiles::One`].
    pub download: Request,
    /// Whether it needs no credentials.
    pub open: bool,
    /// The request that deletes the job.
    pub delete: Option<JobRequest>,
}

/// A request about a job.
#[derive(Debug, Clone, Serialize)]
pub struct JobRequest {
    /// The request.
    pub request: Request,
    /// Its path is a URL that the answer that created the job has.
    pub linked: bool,
}

/// Where the files of a job are.
#[derive(Debug, Clone, Serialize)]
pub enum JobFiles {
    /// The answer with the state has their URLs where such a body has its records.
    Listed(Envelope),
    /// The answer with the state has the URL.
    Linked(Expr),
    /// At the path of the request.
    One,
}
