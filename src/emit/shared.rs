//! `--runtime shared`: one workspace with one runtime crate.

use crate::model::Connector;
use crate::output::Files;
use std::collections::BTreeMap;

pub fn workspace(
    _connectors: &[Connector],
    _crates: &BTreeMap<String, Files>,
) -> BTreeMap<String, Files> {
    BTreeMap::new()
}
