//! What is generated: names chosen, types resolved, expressions as trees. No YAML, and no text that has to be
//! read again. A `Model` exists only for a spec without errors, so that `emit` cannot fail.

mod auth;
mod config;
mod decoder;
mod envelope;
mod expr;
mod extend;
mod function;
mod incremental;
mod job;
mod name;
mod paging;
mod partitions;
mod rate_limit;
mod record;
mod relation;
mod request;
mod retry;
mod wire;

pub use auth::*;
pub use config::*;
pub use decoder::*;
pub use envelope::*;
pub use expr::*;
pub use extend::*;
pub use function::*;
pub use incremental::*;
pub use job::*;
pub use name::*;
pub use paging::*;
pub use partitions::*;
pub use rate_limit::*;
pub use record::*;
pub use relation::*;
pub use request::*;
pub use retry::*;
pub use wire::*;

use serde::Serialize;
use std::time::Duration;

/// One connector: one generated crate.
#[derive(Debug, Clone, Serialize)]
pub struct Connector {
    /// Name of the package, `cash-management`; its library is the same with `_`.
    pub package: String,
    /// Its version.
    pub version: String,
    /// What the API is.
    pub description: Option<String>,
    /// What its user supplies, in the order of the spec.
    pub config: Vec<ConfigField>,
    /// What all requests share.
    pub client: Client,
    /// In the order of the spec.
    pub resources: Vec<Resource>,
    /// Modules that stand beside the spec, in the order of their names.
    pub modules: Vec<Module>,
    /// Digest of the spec's text (SHA-256, hexadecimal), for the manifest.
    pub spec_digest: String,
    /// File name of the spec, without folders, for the generated headers.
    pub spec_file: String,
}

/// What all requests share.
#[derive(Debug, Clone, Serialize)]
pub struct Client {
    /// Where the API lives, without a slash at its end. Uses `config` only.
    pub base_url: Template,
    /// Headers of every request.
    pub headers: Vec<Param>,
    /// Query parameters of every request.
    pub params: Vec<Param>,
    /// How requests are authenticated.
    pub auth: Auth,
    /// Until the connection stands.
    pub connect_timeout: Duration,
    /// Until the next bytes arrive.
    pub read_timeout: Duration,
    /// Limits; a request waits for those that are about it, in their order.
    pub rate_limits: Vec<RateLimit>,
    /// The `User-Agent` header, where the spec gives one.
    pub user_agent: Option<Template>,
    /// Further origins that may receive credentials: `https://host` or `https://host:port`.
    pub allowed_origins: Vec<String>,
}

/// One source of records.
#[derive(Debug, Clone, Serialize)]
pub struct Resource {
    /// `wire`: as in the spec; `rust`: the module and the accessor, `cash_drawers`.
    pub name: Name,
    /// The resource's client type, `CashDrawers`.
    pub type_name: String,
    /// What its records are.
    pub description: Option<String>,
    /// The record and the types inside it.
    pub record: Record,
    /// What the API sends, where the record is made from it.
    pub wire: Option<Wire>,
    /// Has to hold for a record that is wanted: a boolean over [`RecordRoot::Current`], which is what the API sends.
    pub filter: Option<Expr>,
    /// What a load does.
    pub disposition: Disposition,
    /// Whether a load makes columns of the objects in records, and tables of the lists.
    pub normalized: bool,
    /// How it is read incrementally, where it is.
    pub incremental: Option<Incremental>,
    /// The request of a page.
    pub request: Request,
    /// How the bytes of a response become records.
    pub decoder: Decoder,
    /// The parts of a response that are read.
    pub envelope: Envelope,
    /// How to get from a page to the next.
    pub paging: Paging,
    /// The job that its request creates, whose files are the pages.
    pub job: Option<Job>,
    /// What failures mean.
    pub errors: ErrorPolicy,
    /// Its own authentication, where it is not the client's.
    pub auth: Option<Auth>,
    /// How it is divided, where it is more than one stream of pages.
    pub partitions: Option<Partitions>,
    /// Whether its records are wanted; else it is read for its children only.
    pub selected: bool,
    /// A record that is not of the declared type.
    pub on_invalid: OnInvalid,
    /// The module that says what the spec cannot say.
    pub extension: Option<Extension>,
    /// Records as the API sends them, as JSON: the spec's own, else one made from the fields.
    pub samples: Vec<String>,
}

impl Resource {
    /// What the API sends for a record.
    #[must_use]
    pub fn sent(&self) -> &Record {
        self.wire.as_ref().map_or(&self.record, |wire| &wire.record)
    }

    /// Rust name of the record.
    #[must_use]
    pub fn record_type(&self) -> &str {
        self.record.type_name()
    }

    /// Rust name of what the API sends for a record.
    #[must_use]
    pub fn wire_type(&self) -> &str {
        self.sent().type_name()
    }
}

/// What a load does with the rows that are there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Disposition {
    /// Rows are added.
    Append,
    /// The table is emptied first.
    Replace,
    /// Rows of the same key are replaced.
    Merge {
        /// How.
        strategy: MergeStrategy,
        /// Wire name of the field that marks a deleted record.
        hard_delete: Option<String>,
    },
}

/// How `merge` works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum MergeStrategy {
    /// Update by primary key, add the rest.
    Upsert,
    /// Delete by merge key, add all.
    DeleteInsert,
    /// Add new keys only.
    InsertOnly,
    /// Keep old versions.
    Scd2,
}

/// What becomes of a record that is not of the declared type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum OnInvalid {
    /// The resource fails.
    Fail,
    /// Left out and counted.
    Skip,
    /// Handed over apart.
    Quarantine,
}
