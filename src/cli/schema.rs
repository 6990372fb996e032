//! `spile schema`

use clap::Args;

use super::{Failure, Outcome, print};
use crate::read::language_schema;

/// Print the JSON Schema of specs, for editors
///
/// Editors with a YAML language server complete and check a spec that starts with
/// `# yaml-language-server: $schema=PATH`.
#[derive(Debug, Args)]
pub(super) struct Schema {}

impl Schema {
    pub(super) fn run(&self) -> Result<Outcome, Failure> {
        let text = serde_json::to_string_pretty(&language_schema())?;
        print(&(text + "\n"))?;
        Ok(Outcome::Fine)
    }
}
