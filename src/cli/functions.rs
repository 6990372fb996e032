//! `spile functions`

use clap::Args;

use super::{Failure, Outcome, print};

/// Print the functions, methods and filters of expressions as Markdown: what they take and give, with examples
#[derive(Debug, Args)]
pub(super) struct Functions {}

impl Functions {
    pub(super) fn run(&self) -> Result<Outcome, Failure> {
        print(&crate::expr::functions_reference())?;
        Ok(Outcome::Fine)
    }
}
