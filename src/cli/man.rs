//! `spile man`

use clap::{Args, CommandFactory};

use super::{Arguments, Failure, Outcome, print};

/// Print the manual page
#[derive(Debug, Args)]
pub(super) struct Man {}

impl Man {
    pub(super) fn run(&self) -> Result<Outcome, Failure> {
        let mut command = Arguments::command();
        command.build();
        let mut page = Vec::new();
        clap_mangen::Man::new(command.clone()).render(&mut page)?;
        // One page for all: the commands follow with their options.
        for sub in command
            .get_subcommands()
            .filter(|sub| sub.get_name() != "help")
        {
            let sub = sub.clone();
            let title = format!(
                ".SH \"{}\"\n",
                sub.get_bin_name().unwrap_or_default().to_uppercase()
            );
            page.extend_from_slice(title.as_bytes());
            let man = clap_mangen::Man::new(sub);
            man.render_description_section(&mut page)?;
            man.render_options_section(&mut page)?;
        }
        print(&String::from_utf8(page)?)?;
        Ok(Outcome::Fine)
    }
}
