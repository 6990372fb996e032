//! YAML text → [`Spec`]: shapes and types of keys, each value with its place, and every fault of the text at once.

mod defaults;
mod entries;
mod from_node;
mod input;
mod keys;
mod parse;
mod scalar;
mod schema;
mod tables;
mod tagged;
mod text;
mod tree;
mod yaml_error;

pub use from_node::{Cx, FromNode, OneOrMany, ambiguous_word};
pub use input::{MAX_BYTES, add_source, load};
pub use keys::{FromMap, Key, Presence, Slots, Table, read_map};
pub use parse::{MAX_DEPTH, MAX_NODES, parse};
pub use scalar::{FromScalar, Word, Words};
pub use schema::{Defs, Part, language_parts, language_schema, map_schema};
pub use tables::unraw;
pub(crate) use tables::{spec_map, spec_tagged, spec_words};
pub use tagged::{NO_KEYS, Tagged, Variant, read_tagged, tagged_schema};
pub use tree::{Node, NodeKind, ScalarType, float_value, integer_value};

use std::path::Path;

use crate::diagnostic::Sink;
use crate::source::Sources;
use crate::spec::Spec;

/// Reads a spec from the bytes of its file. `None` when nothing can be said of it beyond what `sink` holds; a spec that
/// comes with errors lacks the parts that they are about.
pub fn read(path: &Path, bytes: &[u8], sources: &mut Sources, sink: &mut Sink) -> Option<Spec> {
    let file = add_source(path, bytes, sources, sink)?;
    let root = parse(file, &sources.get(file)?.text, sink)?;
    let root = defaults::merged(root, sink)?;
    Spec::from_node(&root, &mut Cx::new(sink))
}
