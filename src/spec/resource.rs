//! `resources`: the sources of records.

use super::{Endpoint, FieldSpec, IncludeFromParent, Incremental, Parent, TransformStep};
use crate::read::{Node, OneOrMany, spec_map, spec_words};
use crate::source::{Spanned, Text};

spec_map! {
    /// A source of records of one type.
    pub struct Resource inherits_all_but(name) {
        /// Its name: names the table, the module and the accessor.
        required name: Text,
        /// What its records are.
        optional description: Text,
        /// Rust name of a record; the singular of the name when absent.
        optional record ("struct"): Text,
        /// The request. A text alone is its path.
        required endpoint: Endpoint,
        /// The field or fields that identify a record; a path reaches into objects.
        optional primary_key: OneOrMany<Text>,
        /// The field or fields by which `delete_insert` replaces.
        optional merge_key: OneOrMany<Text>,
        /// What a load does with what is there; `append` when absent.
        optional write_disposition: WriteDisposition,
        /// What becomes of objects and lists when records are loaded into tables; `json` when absent.
        optional tables: Spanned<Tables>,
        /// Reads only what is new since the last run; everything when absent.
        optional incremental: Incremental,
        /// The fields of a record.
        optional fields: Vec<(Text, FieldSpec)>,
        /// The same as a JSON Schema: inline, or `$ref` to a file beside the spec.
        optional schema: Node,
        /// Fields that the spec does not name; ignored (and counted) when absent.
        optional unknown_fields: Spanned<UnknownFields>,
        /// A record that is not of the declared type; the run fails when absent.
        optional on_invalid_record: Spanned<OnInvalidRecord>,
        /// The resource whose records say what to read. The request then speaks of them as `parent`.
        optional parent: Parent,
        /// Values to read for: lists by name, or `{{ config.x }}` where that is a list; all
        /// combinations of several. The request then speaks of them as `partition`.
        optional partitions: Vec<(Text, Node)>,
        /// Fields that the record takes over from the parent's: a list of them, or a map from the names that they get, as
        /// `{ post_id: id, author: author.name }`.
        optional include_from_parent: IncludeFromParent,
        /// A condition over `record`, the record as the API sends it; one for which it does not hold is left out and
        /// counted. Paging goes on as if it were there.
        optional filter: Text,
        /// Steps that make the record from what the API sends, in their order. The keys, the cursor, `hard_delete` and
        /// children speak of the record that they make.
        optional transform: OneOrMany<TransformStep>,
        /// Whether its records are wanted; false: it is read for its children only. True when absent.
        optional selected: Spanned<bool>,
        /// Streams of pages that are read at once, where there are several; 4 when absent.
        optional concurrency: Spanned<u64>,
        /// A Rust file beside the spec, with `pub struct Extension` and an implementation of the trait `Extend` for it,
        /// whose functions replace what the spec would say: `json` makes JSON of a response, `record` changes a record
        /// or leaves it out, `next` gives the URL of the next page. The file becomes a module of the crate.
        optional extend: Text,
        /// Records as the API sends them; the generated tests read them.
        default samples: Vec<Node>,
    }
    instead {
        "columns" = "write `fields`: `{ id: string!, created_at: timestamp }`",
        "table_name" = "the table has the resource's name: write it as `name`",
        "processing_steps" = "types stand in `fields`; write `filter: \"{{ record.state != 'draft' }}\"` for records that are not wanted, `transform` for what changes",
        "path" = "write `endpoint: { path: … }`, or `endpoint: …` when there is nothing else to say",
        "method" = "it belongs into `endpoint`",
        "params" = "it belongs into `endpoint`",
        "headers" = "it belongs into `endpoint`",
        "data_selector" = "it belongs into `endpoint`",
        "paginator" = "it belongs into `endpoint`",
        "auth" = "it belongs into `endpoint`",
        "error_handler" = "it belongs into `endpoint`",
        "schema_contract" = "types are fixed by `fields`; say with `unknown_fields` and `on_invalid_record` what becomes of other records",
        "max_table_nesting" = "write `tables: normalized` for tables of lists, or `tables: json`; a field that is to stay JSON is of type `json`",
        "parallelized" = "partitions are read concurrently under the client's `rate_limit`: remove it, or write `concurrency: 8`",
        "nested_hints" = "say the types of inner fields in `fields`",
        "table_format" = "how a table is stored is the destination's: remove it",
        "file_format" = "how a table is stored is the destination's: remove it",
    }
}

spec_words! {
    /// What becomes of fields that the spec does not name.
    pub enum UnknownFields {
        /// Left out; the run's summary names them.
        Ignore = "ignore",
        /// Kept as they are, in a map of the record.
        Keep = "keep",
    }
}

spec_words! {
    /// What becomes of a record that is not of the declared type.
    pub enum OnInvalidRecord {
        /// The resource fails.
        Fail = "fail",
        /// Left out and counted.
        Skip = "skip",
        /// Handed over apart, as it came, with the reason.
        Quarantine = "quarantine",
    }
}

spec_words! {
    /// What becomes of objects and lists when records are loaded into tables.
    pub enum Tables {
        /// They are columns: in DuckDB and Parquet of types for lists and objects, elsewhere of JSON.
        Json = "json",
        /// Fields of an object are columns, as `address__city`. A list of objects or of single values is a table, as
        /// `orders__lines`, whose rows have the primary key of their record and their position in the list. Maps, `json`,
        /// `one_of`, and lists of these or of lists, stay JSON.
        Normalized = "normalized",
    }
}

spec_words! {
    /// What a load does with the rows that are there.
    pub enum Disposition {
        /// Rows are added.
        Append = "append",
        /// The table is emptied first.
        Replace = "replace",
        /// Rows of the same key are replaced.
        Merge = "merge",
    }
    instead {
        "upsert" = "write `write_disposition: { strategy: upsert }`",
        "delete_insert" = "write `write_disposition: { strategy: delete_insert }`",
        "insert_only" = "write `write_disposition: { strategy: insert_only }`",
        "scd2" = "write `write_disposition: { strategy: scd2 }`",
        "skip" = "leave the resource out",
    }
}

spec_words! {
    /// How `merge` works.
    pub enum MergeStrategy {
        /// Rows of the same primary key are updated, others are added.
        Upsert = "upsert",
        /// Rows of the same merge key are deleted, then all are added.
        DeleteInsert = "delete_insert" | "delete-insert",
        /// Only rows of new keys are added.
        InsertOnly = "insert_only" | "insert-only",
        /// Old versions are kept, with the time of their validity.
        Scd2 = "scd2",
    }
}

spec_map! {
    /// What a load does with the rows that are there. A word alone is short for `{disposition: …}`.
    pub struct WriteDisposition shorthand(disposition) {
        /// The disposition; `merge` when only a strategy is given.
        optional disposition: Spanned<Disposition>,
        /// How `merge` works; `upsert` when absent.
        optional strategy: Spanned<MergeStrategy>,
        /// The boolean or nullable field that marks a deleted record.
        optional hard_delete: Text,
    }
}
