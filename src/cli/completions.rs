//! `spile completions`

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::{Arguments, Failure, Outcome, print};

/// Print completions for a shell
#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub(super) fn run(&self) -> Result<Outcome, Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Arguments::command(), "spile", &mut script);
        print(&String::from_utf8(script)?)?;
        Ok(Outcome::Fine)
    }
}
