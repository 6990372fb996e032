//! `spile generate`

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{Failure, Format, Outcome, show, specs};
use crate::diagnostic::Severity;
use crate::emit::{self, Layout};
use crate::model::Connector;
use crate::output::{self, Difference, Files, Plan, Refusal, Written};

/// Generate one crate per spec
///
/// Files that are as they should be are left alone, and so is all that was not generated. Nothing is written when any
/// spec has errors.
#[derive(Debug, Args)]
pub(super) struct Generate {
    /// Specs, or directories that hold them
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Directory of the crates
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Write nothing; show how the crates differ from their specs, and exit with 1 if they do
    #[arg(long)]
    check: bool,
    /// Overwrite files that were edited by hand
    #[arg(long, conflicts_with = "check")]
    force: bool,
    /// Where the runtime lives
    #[arg(long, value_enum, default_value_t)]
    runtime: Runtime,
    /// How diagnostics are written
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Where the runtime of the crates lives.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Runtime {
    /// In each crate, which stands alone
    #[default]
    Vendored,
    /// In one crate for all, in one workspace
    Shared,
}

impl Generate {
    pub(super) fn run(&self) -> Result<Outcome, Failure> {
        let Some(connectors) = self.compile()? else {
            return Ok(Outcome::Faults);
        };
        let crates = self.emit(&connectors);
        if self.check {
            self.compare(&crates)
        } else {
            self.write(&crates)
        }
    }

    /// Whether standard output holds one document, which nothing else may stand beside.
    fn is_for_programs(&self) -> bool {
        matches!(self.format, Format::Json | Format::Sarif)
    }

    /// The models of all specs; none if any has errors.
    fn compile(&self) -> Result<Option<Vec<Connector>>, Failure> {
        let paths = specs::find(&self.paths)?;
        let progress = progress(paths.len(), "checking");
        let mut reports = Vec::new();
        let mut connectors = Vec::new();
        for path in &paths {
            progress.set_message(path.display().to_string());
            let compilation = crate::compile(path, &specs::bytes(path)?);
            reports.push(compilation.report);
            connectors.extend(compilation.model);
            progress.inc(1);
        }
        progress.finish_and_clear();
        let diagnostics: Vec<_> = reports
            .iter()
            .flat_map(|report| &report.diagnostics)
            .collect();
        // Programs read a document even where it says that nothing is wrong; people read what was generated.
        if !diagnostics.is_empty() || self.is_for_programs() {
            show(&reports, self.format)?;
        }
        if diagnostics
            .iter()
            .any(|diagnostic| diagnostic.severity() == Severity::Error)
        {
            return Ok(None);
        }
        let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
        for connector in &connectors {
            if let Some(other) = seen.insert(&connector.package, &connector.spec_file) {
                let (package, this) = (&connector.package, &connector.spec_file);
                return Err(format!(
                    "{other} and {this} both make a crate `{package}`: rename one"
                )
                .into());
            }
        }
        Ok(Some(connectors))
    }

    /// The files of each crate, by its directory below `out`; an empty name is `out` itself.
    fn emit(&self, connectors: &[Connector]) -> BTreeMap<String, Files> {
        let progress = progress(connectors.len(), "generating");
        let layout = match self.runtime {
            Runtime::Vendored => Layout::Vendored,
            Runtime::Shared => Layout::Shared,
        };
        let mut crates = BTreeMap::new();
        for connector in connectors {
            progress.set_message(connector.package.clone());
            crates.insert(
                connector.package.clone(),
                emit::connector(connector, layout),
            );
            progress.inc(1);
        }
        if layout == Layout::Shared {
            crates.extend(emit::workspace(connectors));
        }
        progress.finish_and_clear();
        crates
    }

    fn write(&self, crates: &BTreeMap<String, Files>) -> Result<Outcome, Failure> {
        let mut plans = Vec::new();
        for (name, files) in crates {
            let directory = self.out.join(name);
            let plan = Plan::new(&directory, files).map_err(refused)?;
            plans.push((directory, plan));
        }
        let mut edited = String::new();
        for (directory, plan) in plans.iter().filter(|_| !self.force) {
            for path in plan.edited() {
                let _ = writeln!(edited, "  {}", directory.join(path).display());
            }
        }
        if !edited.is_empty() {
            return Err(format!(
                "these files are not as they were generated, and would be lost:\n{edited}\
                 nothing was written; move your changes elsewhere, or pass --force to overwrite them"
            )
            .into());
        }
        for (directory, plan) in plans {
            let written = plan.write(self.force).map_err(refused)?;
            anstream::eprintln!("{}", describe(&directory, written));
        }
        Ok(Outcome::Fine)
    }

    fn compare(&self, crates: &BTreeMap<String, Files>) -> Result<Outcome, Failure> {
        let mut text = String::new();
        let mut line_ends = false;
        let mut count = 0;
        for (name, files) in crates {
            let directory = self.out.join(name);
            for (path, difference) in output::compare(&directory, name, files).map_err(refused)? {
                count += 1;
                let shown = directory.join(&path);
                let shown = shown.display();
                // Writing to a `String` cannot fail.
                let _ = match &difference {
                    Difference::Missing => writeln!(text, "{shown}: missing"),
                    Difference::Stale => writeln!(text, "{shown}: no longer generated"),
                    Difference::LineEnds => {
                        line_ends = true;
                        writeln!(text, "{shown}: only its line ends differ")
                    }
                    Difference::Changed(diff) => write!(text, "{diff}"),
                };
            }
        }
        if count == 0 {
            anstream::eprintln!("{} up to date", counted(crates.len(), "crate"));
            return Ok(Outcome::Fine);
        }
        if self.is_for_programs() {
            anstream::eprint!("{text}");
        } else {
            super::print(&text)?;
        }
        if line_ends {
            anstream::eprintln!(
                "help: Git changed the line ends of these files; commit the generated `.gitattributes` \
                 (`* text eol=lf`) and check them out again"
            );
        }
        anstream::eprintln!(
            "{} out of date: run `spile generate` without --check",
            counted(count, "file")
        );
        Ok(Outcome::Faults)
    }
}

/// A progress line on standard error, if that is a terminal and there is enough to wait for.
fn progress(length: usize, verb: &'static str) -> ProgressBar {
    let shown = length > 1 && io::stderr().is_terminal();
    let target = if shown {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    };
    let bar = ProgressBar::with_draw_target(u64::try_from(length).ok(), target);
    bar.set_prefix(verb);
    match ProgressStyle::with_template("{prefix} {pos}/{len} {msg}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

fn refused(refusal: Refusal) -> Failure {
    match refusal {
        Refusal::Edited(paths) => format!("edited by hand: {}", paths.join(", ")).into(),
        Refusal::Io(path, error) => format!("{}: {error}", path.display()).into(),
    }
}

/// One line about a crate.
fn describe(directory: &Path, written: Written) -> String {
    let Written {
        added,
        changed,
        removed,
        unchanged,
    } = written;
    let parts = [
        (added, "new"),
        (changed, "changed"),
        (removed, "removed"),
        (unchanged, "unchanged"),
    ];
    let parts: Vec<_> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    format!("{}: {}", directory.display(), parts.join(", "))
}

fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
