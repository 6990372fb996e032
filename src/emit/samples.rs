//! The generated crate's own tests.

use crate::model::Connector;
use crate::output::Files;

pub fn files(_connector: &Connector) -> Files {
    Files::new()
}
