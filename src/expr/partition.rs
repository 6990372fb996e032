//! `parent.X` and `partition.X`: which of their values the requests of a resource use.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use crate::model::{
    Expr, ExprKind, Item, Name, PartitionField, PartitionSource, PartitionValues, Record,
    RecordPath, Scope, Type, singular,
};

/// The parent of a resource.
pub struct ParentNames<'a> {
    /// Its name in the spec.
    pub resource: &'a str,
    /// Its record; nothing is said of its fields where that could not be made.
    pub record: Option<&'a Record>,
    /// Whether several records share a request, so that a field of theirs is a list.
    pub batch: bool,
}

/// What `parent` and `partition` are in the requests of a resource, and what of them is used.
pub struct PartitionNames<'a> {
    /// `parent`
    pub parent: Option<ParentNames<'a>>,
    /// `partition`: the lists by name; nothing is said of those that could not be made.
    pub lists: Vec<(String, Option<PartitionValues>)>,
    used: RefCell<Used>,
    /// Whether the expression that is read says itself what is to be done without a value.
    guarded: Cell<bool>,
    /// Whether the expression that is read is about a record rather than a request.
    of_record: Cell<bool>,
}

#[derive(Default)]
struct Used {
    scope: Scope,
    fields: Vec<PartitionField>,
    parent: bool,
    lists: BTreeSet<usize>,
}

impl<'a> PartitionNames<'a> {
    /// Names of which none is used yet.
    #[must_use]
    pub fn new(
        parent: Option<ParentNames<'a>>,
        lists: Vec<(String, Option<PartitionValues>)>,
    ) -> Self {
        Self {
            parent,
            lists,
            used: RefCell::default(),
            guarded: Cell::default(),
            of_record: Cell::default(),
        }
    }

    /// Notes that `parent` is spoken of in a request, even if that is a fault.
    pub(super) fn mark_parent(&self) {
        self.used.borrow_mut().parent |= !self.of_record.get();
    }

    /// Whether `parent` is spoken of.
    #[must_use]
    pub fn uses_parent(&self) -> bool {
        self.used.borrow().parent
    }

    /// Notes that a list is spoken of in a request.
    pub(super) fn mark_list(&self, at: usize) {
        if !self.of_record.get() {
            self.used.borrow_mut().lists.insert(at);
        }
    }

    /// Whether a list is spoken of.
    #[must_use]
    pub fn uses_list(&self, at: usize) -> bool {
        self.used.borrow().lists.contains(&at)
    }

    /// The struct's field that holds a field of the parent: its Rust name, whether it may be nothing, its type. Without
    /// a value there is no request, unless the expression says what is to be done then, or is about a record.
    pub fn parent_field(&self, wire: &[String], path: RecordPath) -> (String, bool, Type) {
        let resource = self.parent.as_ref().map_or("", |parent| parent.resource);
        let batch = self.parent.as_ref().is_some_and(|parent| parent.batch);
        let absent = path.steps.iter().any(|step| step.nullable);
        let nullable = absent && (self.guarded.get() || self.of_record.get()) && !batch;
        // What is no whole number goes as the text that it is.
        let item = match &path.ty {
            Type::Integer => Type::Integer,
            _ => Type::String,
        };
        let ty = if batch {
            Type::List(Box::new(Item {
                ty: item,
                nullable: false,
            }))
        } else {
            path.ty.clone()
        };
        let name = format!("{}_{}", singular(resource), wire.join("_"));
        let shown = format!("parent.{}", wire.join("."));
        let rust = self.field(&name, shown, PartitionSource::Parent(path), nullable);
        (rust, nullable, ty)
    }

    /// Records need a value of the parent: without it there is no request.
    pub fn require(&self, value: &Expr) {
        self.change(value, |field| field.nullable = false);
    }

    /// Records are told apart by a value of the parent, so that partitions are, too.
    pub fn identify(&self, value: &Expr) {
        self.change(value, |field| field.identifies = true);
    }

    fn change(&self, value: &Expr, change: impl FnOnce(&mut PartitionField)) {
        let ExprKind::Field { path, .. } = &value.kind else {
            return;
        };
        let mut used = self.used.borrow_mut();
        let is_meant = |field: &&mut PartitionField| {
            path.steps
                .first()
                .is_some_and(|step| step.rust == field.rust)
        };
        if let Some(field) = used.fields.iter_mut().find(is_meant) {
            change(field);
        }
    }

    /// Rust name of the struct's field that holds a value of a list.
    pub fn list_field(&self, at: usize) -> String {
        let name = self.lists.get(at).map_or("", |(name, _)| name);
        self.field(
            name,
            format!("partition.{name}"),
            PartitionSource::List(at),
            false,
        )
    }

    fn field(&self, name: &str, shown: String, source: PartitionSource, nullable: bool) -> String {
        let mut used = self.used.borrow_mut();
        if let Some(field) = used.fields.iter_mut().find(|field| field.source == source) {
            field.nullable &= nullable;
            field.identifies |= !self.of_record.get();
            return field.rust.clone();
        }
        let rust = used.scope.unique(Name::field(name).rust);
        used.fields.push(PartitionField {
            rust: rust.clone(),
            shown,
            source,
            nullable,
            identifies: !self.of_record.get(),
        });
        rust
    }

    /// The fields that are used, in the order of their Rust names.
    #[must_use]
    pub fn fields(&self) -> Vec<PartitionField> {
        let mut fields = self.used.borrow().fields.clone();
        fields.sort_by(|a, b| a.rust.cmp(&b.rust));
        let parent = self.parent.as_ref().filter(|parent| !parent.batch);
        let key = parent.and_then(|parent| parent.record).map(|record| {
            let key = record.primary_key.iter();
            key.map(|path| format!("parent.{}", path.join(".")))
                .collect::<Vec<_>>()
        });
        let known = |key: &&Vec<String>| {
            let mut paths = key.iter();
            !key.is_empty() && paths.all(|path| fields.iter().any(|field| field.shown == *path))
        };
        if let Some(key) = key.as_ref().filter(known) {
            for field in &mut fields {
                let of_parent = matches!(field.source, PartitionSource::Parent(_));
                field.identifies = !of_parent || key.contains(&field.shown);
            }
        }
        fields
    }

    /// The first names that exist.
    pub(super) fn roots(&self) -> Vec<&'static str> {
        let parent = self.parent.as_ref().map(|_| "parent");
        let partition = (!self.lists.is_empty()).then_some("partition");
        parent.into_iter().chain(partition).collect()
    }

    /// Whether what is read is about records.
    pub(super) fn is_about_record(&self) -> bool {
        self.of_record.get()
    }

    /// Reads what is about records: it is no part of a request. Gives what was so before.
    pub fn about_record(&self, of_record: bool) -> bool {
        self.of_record.replace(of_record)
    }

    /// Within `is defined`, `if`, `default`: the expression itself says what is to be done without a value. Gives what
    /// was so before.
    pub(super) fn guard(&self, guarded: bool) -> bool {
        self.guarded.replace(guarded)
    }
}
