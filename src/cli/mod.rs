//! The command line: one file per command.

mod check;
mod completions;
mod explain;
mod functions;
mod generate;
mod man;
mod model;
mod reference;
mod schema;
mod specs;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::builder::styling::AnsiColor;
use clap::{Parser, Subcommand, ValueEnum};

use crate::diagnostic;

/// Compiles declarative specs of REST APIs into standalone Rust crates.
///
/// A spec is a YAML file that describes one API as a source of typed records. Exit codes: 0 when all is well (warnings
/// allowed), 1 when specs have errors or generated files are out of date, 2 when the command line is wrong or a file cannot
/// be read or written.
#[derive(Debug, Parser)]
#[command(
    name = "spile",
    version,
    propagate_version = true,
    max_term_width = 100
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// When to use colours
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    color: Color,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(check::Check),
    Generate(generate::Generate),
    Model(model::Model),
    Explain(explain::Explain),
    Reference(reference::Reference),
    Functions(functions::Functions),
    Schema(schema::Schema),
    Completions(completions::Completions),
    Man(man::Man),
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Color {
    /// On terminals that show them, unless `NO_COLOR` is set
    #[default]
    Auto,
    Always,
    Never,
}

/// How diagnostics are written.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(crate) enum Format {
    /// With the lines of the spec, for people; on standard error
    #[default]
    Text,
    /// One JSON array; on standard output
    Json,
    /// SARIF 2.1.0, for code hosts; on standard output
    Sarif,
    /// Workflow commands of GitHub Actions; on standard output
    Github,
}

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// All is well.
    Fine,
    /// Specs have errors, or generated files are out of date.
    Faults,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Fine => Self::SUCCESS,
            Outcome::Faults => Self::from(1),
        }
    }
}

/// What keeps a command from being carried out at all.
pub(crate) type Failure = Box<dyn std::error::Error>;

/// Runs the command that the arguments of the process name.
#[must_use]
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let choice = match arguments.color {
        Color::Auto => anstream::ColorChoice::Auto,
        Color::Always => anstream::ColorChoice::Always,
        Color::Never => anstream::ColorChoice::Never,
    };
    choice.write_global();
    let outcome = match &arguments.command {
        Command::Check(check) => check.run(),
        Command::Generate(generate) => generate.run(),
        Command::Model(model) => model.run(),
        Command::Explain(explain) => explain.run(),
        Command::Reference(reference) => reference.run(),
        Command::Functions(functions) => functions.run(),
        Command::Schema(schema) => schema.run(),
        Command::Completions(completions) => completions.run(),
        Command::Man(man) => man.run(),
    };
    match outcome {
        Ok(outcome) => outcome.into(),
        // Who reads the output has seen enough: `spile schema | head`.
        Err(failure) if is_closed_pipe(&failure) => ExitCode::SUCCESS,
        Err(failure) => {
            let red = AnsiColor::Red.on_default().bold();
            anstream::eprintln!("{red}error{red:#}: {failure}");
            ExitCode::from(2)
        }
    }
}

fn is_closed_pipe(failure: &Failure) -> bool {
    failure
        .downcast_ref::<io::Error>()
        .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// Writes diagnostics and, for people, the summary.
pub(crate) fn show(reports: &[diagnostic::Report], format: Format) -> io::Result<()> {
    let machine = |format| print(&diagnostic::render(reports, format, false));
    match format {
        Format::Text => {
            let text = diagnostic::render(reports, diagnostic::Format::Text, true);
            let mut out = anstream::stderr().lock();
            writeln!(out, "{text}{}", diagnostic::summary(reports))
        }
        Format::Json => machine(diagnostic::Format::Json),
        Format::Sarif => machine(diagnostic::Format::Sarif),
        Format::Github => machine(diagnostic::Format::Github),
    }
}

/// Writes to standard output.
pub(crate) fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}
