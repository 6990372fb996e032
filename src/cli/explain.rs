//! `spile explain`

use clap::Args;

use super::{Failure, Outcome, print};
use crate::diagnostic::{Code, nearest};

/// Explain a rule, with an example that breaks it and one that keeps it
#[derive(Debug, Args)]
pub(super) struct Explain {
    /// Code of the rule, for instance E0101; all codes are listed without it
    code: Option<String>,
}

impl Explain {
    pub(super) fn run(&self) -> Result<Outcome, Failure> {
        let Some(id) = &self.code else {
            let lines: Vec<String> = Code::ALL
                .iter()
                .map(|code| format!("{} {}\n", code.id(), code.title()))
                .collect();
            print(&lines.concat())?;
            return Ok(Outcome::Fine);
        };
        let Some(code) = Code::from_id(id.trim()) else {
            let meant = nearest(id, Code::ALL.iter().map(|code| code.id()));
            let help = meant.map_or_else(
                || "`spile explain` lists all of them".to_owned(),
                |meant| format!("did you mean {meant}? `spile explain` lists all of them"),
            );
            return Err(format!("there is no code {id}; {help}").into());
        };
        print(&format!(
            "{} {}\n\n{}\nWhat all specs have is left out where an example is not about it: `spile`, `name`, `client`.\n",
            code.id(),
            code.title(),
            code.explanation()
        ))?;
        Ok(Outcome::Fine)
    }
}
