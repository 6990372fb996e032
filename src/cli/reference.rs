//! `spile reference`

use clap::Args;

use super::{Failure, Outcome, print};

/// Print the reference of the spec language as Markdown: every key, with examples
#[derive(Debug, Args)]
pub(super) struct Reference {}

impl Reference {
    pub(super) fn run(&self) -> Result<Outcome, Failure> {
        print(&crate::reference::reference())?;
        Ok(Outcome::Fine)
    }
}
