//! `spile check`

use std::path::PathBuf;

use clap::Args;

use super::{Failure, Format, Outcome, show, specs};
use crate::diagnostic::Severity;

/// Show everything that is wrong with specs, and write nothing
#[derive(Debug, Args)]
pub(super) struct Check {
    /// Specs, or directories that hold them
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// How diagnostics are written
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Check {
    pub(super) fn run(&self) -> Result<Outcome, Failure> {
        let mut reports = Vec::new();
        for path in specs::find(&self.paths)? {
            reports.push(crate::compile(&path, &specs::bytes(&path)?).report);
        }
        show(&reports, self.format)?;
        let mut all = reports.iter().flat_map(|report| &report.diagnostics);
        let faulty = all.any(|diagnostic| diagnostic.severity() == Severity::Error);
        Ok(if faulty {
            Outcome::Faults
        } else {
            Outcome::Fine
        })
    }
}
