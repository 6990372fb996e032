//! What an expression may speak of at the place where it stands.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use super::{CursorPlace, PartitionNames, StepKind};
use crate::model::{ConfigField, LeafKind, Record, RecordRoot};
use crate::source::Span;

/// The names that exist at a place. `config` exists at every place; start from [`Place::config_only`].
pub struct Place<'a> {
    /// The config fields.
    pub config: &'a ConfigNames<'a>,
    /// `response`: gives the accessor of a value of the body. `None` where there is no response.
    pub response: Option<&'a mut dyn BodyReader>,
    /// `last_record`, and `page` with it: in paginators.
    pub last_record: RecordNames<'a>,
    /// `record`: where a record is decided on or made.
    pub record: RecordNames<'a>,
    /// `parent`: in a condition on the records that a resource is read for.
    pub parent: RecordNames<'a>,
    /// `parent` and `partition`: in what is sent and read for one partition of a resource.
    pub partition: Option<&'a PartitionNames<'a>>,
    /// `cursor`: in requests of resources that are read incrementally.
    pub cursor: CursorPlace<'a>,
    /// `job`: in requests about a job; gives the accessor of a value of the answer that created it.
    pub job: Option<&'a RefCell<dyn BodyReader + 'static>>,
}

/// Whether a record can be named at a place.
#[derive(Clone, Copy)]
pub enum RecordNames<'a> {
    /// Not here.
    Absent,
    /// Here, but the record could not be made, so nothing is said of its fields.
    Unknown,
    /// Here.
    Known(&'a Record),
}

impl RecordNames<'_> {
    pub(super) fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }
}

impl<'a> Place<'a> {
    /// A place that knows `config` alone.
    #[must_use]
    pub fn config_only(config: &'a ConfigNames<'a>) -> Self {
        Self {
            config,
            response: None,
            last_record: RecordNames::Absent,
            record: RecordNames::Absent,
            parent: RecordNames::Absent,
            partition: None,
            cursor: CursorPlace::Absent,
            job: None,
        }
    }

    /// The names of a record.
    pub(super) fn fields(&self, root: RecordRoot) -> RecordNames<'a> {
        match root {
            RecordRoot::Last => self.last_record,
            RecordRoot::Current => self.record,
            RecordRoot::Parent => self.parent,
            // Its fields are those of parents and lists.
            RecordRoot::Partition => RecordNames::Absent,
        }
    }

    /// The first names that exist here.
    pub(super) fn roots(&self) -> Vec<&'static str> {
        let mut roots = vec!["config"];
        if self.response.is_some() {
            roots.push("response");
        }
        for root in [RecordRoot::Current, RecordRoot::Parent, RecordRoot::Last] {
            if !self.fields(root).is_absent() {
                roots.push(root.as_str());
            }
        }
        if !self.last_record.is_absent() {
            roots.push("page");
        }
        roots.extend(self.partition.iter().flat_map(|names| names.roots()));
        if !matches!(self.cursor, CursorPlace::Absent) {
            roots.push("cursor");
        }
        if self.job.is_some() {
            roots.push("job");
        }
        roots
    }
}

/// The chosen variant of a `one_of` config field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneOfOption {
    /// Names from `config` to the field, as in the spec.
    pub path: Vec<String>,
    /// The variant's word.
    pub variant: String,
}

/// Collects the values of a response's body that expressions read.
pub trait BodyReader {
    /// The Rust name of the accessor that gives the value at `path`; `None` after a fault that was recorded.
    fn accessor(&mut self, path: &[StepKind], kind: LeafKind, span: Span) -> Option<String>;
}

/// The fields of `config`, and which of them were used.
pub struct ConfigNames<'c> {
    /// Those that exist.
    pub fields: &'c [ConfigField],
    /// Names of those that could not be made: nothing is said of their uses.
    pub refused: &'c BTreeSet<String>,
    used: Rc<RefCell<BTreeSet<String>>>,
    option: Option<OneOfOption>,
}

impl<'c> ConfigNames<'c> {
    /// Fields of which none is used yet.
    #[must_use]
    pub fn new(fields: &'c [ConfigField], refused: &'c BTreeSet<String>) -> Self {
        Self {
            fields,
            refused,
            used: Rc::default(),
            option: None,
        }
    }

    /// The same within an option of `auth: one_of`, where the fields of the chosen variant exist too.
    #[must_use]
    pub fn in_option(&self, option: OneOfOption) -> Self {
        Self {
            fields: self.fields,
            refused: self.refused,
            used: Rc::clone(&self.used),
            option: Some(option),
        }
    }

    /// The variant that is chosen here.
    pub(super) fn option(&self) -> Option<&OneOfOption> {
        self.option.as_ref()
    }

    /// Notes the use of a field of `config`.
    pub fn mark_used(&self, name: &str) {
        self.used.borrow_mut().insert(name.to_owned());
    }

    /// Whether a field of `config` was used.
    #[must_use]
    pub fn is_used(&self, name: &str) -> bool {
        self.used.borrow().contains(name)
    }
}

/// What the place of a template accepts.
#[derive(Debug, Clone, Copy)]
pub struct Wants {
    /// The place in messages: `a path`.
    pub what: &'static str,
    /// Whether secrets may stand there.
    pub secret: bool,
    /// Whether a list may stand there alone.
    pub list: bool,
    /// Whether a value that may be absent may stand there.
    pub absent: bool,
}

impl Wants {
    /// A text that is always there and seen by everybody.
    #[must_use]
    pub const fn public(what: &'static str) -> Self {
        Self {
            what,
            secret: false,
            list: false,
            absent: false,
        }
    }

    /// A text that is always there and may be secret.
    #[must_use]
    pub const fn credential(what: &'static str) -> Self {
        Self {
            what,
            secret: true,
            list: false,
            absent: false,
        }
    }

    /// A value that may be secret, and is left out when absent.
    #[must_use]
    pub const fn optional(what: &'static str) -> Self {
        Self {
            what,
            secret: true,
            list: false,
            absent: true,
        }
    }

    /// The same, and lists repeat its name.
    #[must_use]
    pub const fn repeated(what: &'static str) -> Self {
        Self {
            what,
            secret: true,
            list: true,
            absent: true,
        }
    }
}
