//! `spile model`

use std::path::PathBuf;

use clap::Args;

use super::{Failure, Format, Outcome, print, show, specs};

/// Print what would be generated: the model of a spec, as YAML
#[derive(Debug, Args)]
pub(super) struct Model {
    /// The spec
    #[arg(value_name = "SPEC")]
    path: PathBuf,
}

impl Model {
    pub(super) fn run(&self) -> Result<Outcome, Failure> {
        let compilation = crate::compile(&self.path, &specs::bytes(&self.path)?);
        let Some(model) = compilation.model else {
            show(&[compilation.report], Format::Text)?;
            return Ok(Outcome::Faults);
        };
        // YAML has no form of its own for an enum within an enum.
        print(&serde_yaml::to_string(&serde_json::to_value(&model)?)?)?;
        Ok(Outcome::Fine)
    }
}
