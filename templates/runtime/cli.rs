//! The connector's command line: `check`, `resources`, `read`, `sync`.
//!
//! Records go where they are wanted, everything else to standard error. The exit code is 0 if all is well,
//! 1 if a resource failed, 2 if the arguments or the configuration are wrong.

use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use tracing::Level;

use super::destination::Table;
use super::error::Error;
use super::memory::Memory;
use super::plan::{Plan, Reading, together};
use super::progress::{Above, say, say_as_json};
use super::read::{self, Read};
use super::session::Session;
use super::sync::{self, Sync};

/// What the command line has to know about a connector; `C` is its client, `M` its memory.
pub struct Connector<C: 'static, M: 'static> {
    /// Name of the program.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// What it connects to.
    pub about: &'static str,
    /// Environment variables of the configuration: field and variable.
    pub variables: &'static [(&'static str, &'static str)],
    /// Makes a client from a configuration file, else from the environment, with another base URL if there is one.
    pub connect: fn(config: Option<&Path>, base_url: Option<String>) -> Result<C, Error>,
    /// The client's connection.
    pub session: fn(&C) -> &Session,
    /// The resources.
    pub resources: &'static [Resource],
    /// Their tables.
    pub tables: &'static [Table],
    /// Those that are read for the records of others only, unless they are asked for by name.
    pub for_others: &'static [&'static str],
    /// Starts to read those that are chosen.
    pub open: fn(&C, &mut Plan<M>),
}

/// A resource on the command line.
pub struct Resource {
    /// Its name.
    pub name: &'static str,
    /// What its records are.
    pub about: &'static str,
}

#[derive(Parser)]
struct Arguments<M: Memory> {
    /// JSON file with the configuration, instead of environment variables
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Another address of the API
    #[arg(long, global = true, value_name = "URL")]
    base_url: Option<String>,
    /// How logs are written
    #[arg(long, global = true, value_enum, default_value = "text")]
    log: Log,
    /// Log more; twice: every request
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
    /// Log errors only, no progress, no summary
    #[arg(short, long, global = true)]
    quiet: bool,
    #[command(subcommand)]
    command: Command<M>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Log {
    Text,
    Json,
}

#[derive(Subcommand)]
enum Command<M: Memory> {
    /// Read the first page of every resource
    Check,
    /// List the resources
    Resources,
    /// Read resources
    Read(Read<M>),
    /// Load resources into a database or into files, on from where the run before ended
    Sync(Sync<M>),
}

/// Runs the command line.
pub fn main<C, M: Memory>(connector: &Connector<C, M>) -> ExitCode {
    let variables = connector.variables.iter();
    let variables = variables.map(|(field, variable)| format!("\n  {variable}  {field}"));
    let command = Arguments::<M>::command()
        .name(connector.name)
        .version(connector.version);
    let command = command.about(connector.about);
    let help = format!(
        "Environment variables:{}",
        variables.collect::<Vec<_>>().concat()
    );
    let matches = command.after_help(help).get_matches();
    let arguments = Arguments::from_arg_matches(&matches);
    let arguments = arguments.unwrap_or_else(|error| error.exit());
    start_logging(&arguments);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let error = match runtime.and_then(|runtime| runtime.block_on(run(connector, arguments))) {
        Ok(code) => return ExitCode::from(code),
        // Whoever reads the records has enough of them.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => return ExitCode::SUCCESS,
        Err(error) => error,
    };
    say(&format!("error: {error}"));
    ExitCode::from(if error.kind() == ErrorKind::InvalidInput {
        2
    } else {
        1
    })
}

fn start_logging(arguments: &Arguments<impl Memory>) {
    let level = match arguments.verbose {
        _ if arguments.quiet => Level::ERROR,
        0 => Level::WARN,
        1 => Level::INFO,
        _ => Level::DEBUG,
    };
    let logs = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(|| Above);
    match arguments.log {
        Log::Text => logs.init(),
        Log::Json => {
            say_as_json();
            logs.json().init();
        }
    }
}

/// What all commands have to know.
pub(super) struct Environment {
    config: Option<PathBuf>,
    base_url: Option<String>,
    pub quiet: bool,
    /// Summaries are JSON.
    pub json: bool,
}

impl Environment {
    /// A client, and what it is to read in that order, and what is known of earlier runs.
    pub fn plan<C, M: Memory>(
        &self,
        connector: &Connector<C, M>,
        chosen: Vec<&'static str>,
        memory: M,
    ) -> io::Result<(C, Vec<Vec<Reading>>, M)> {
        let client = (connector.connect)(self.config.as_deref(), self.base_url.clone());
        let client = client.map_err(invalid)?;
        let mut plan = Plan::new(chosen, memory);
        (connector.open)(&client, &mut plan);
        let (chosen, groups, mut memory) = plan.into_parts();
        memory.check(&chosen).map_err(invalid)?;
        Ok((client, groups, memory))
    }
}

/// Runs a command and gives the exit code. An invalid input is the user's.
async fn run<C, M: Memory>(connector: &Connector<C, M>, arguments: Arguments<M>) -> io::Result<u8> {
    let environment = Environment {
        config: arguments.config,
        base_url: arguments.base_url,
        quiet: arguments.quiet,
        json: arguments.log == Log::Json,
    };
    match arguments.command {
        Command::Resources => {
            let resources = connector.resources;
            let names = resources.iter().map(|resource| resource.name.len());
            let width = names.max().unwrap_or(0);
            for Resource { name, about } in resources {
                writeln!(io::stdout(), "{name:width$}  {about}")?;
            }
            Ok(0)
        }
        Command::Check => {
            let chosen = choose(connector, &[])?;
            let (_client, groups, _) = environment.plan(connector, chosen, M::default())?;
            check(groups).await
        }
        Command::Read(read) => read::run(connector, read, &environment).await,
        Command::Sync(sync) => sync::run(connector, sync, &environment).await,
    }
}

pub(super) fn invalid(error: Error) -> io::Error {
    io::Error::new(ErrorKind::InvalidInput, error)
}

/// The resources of these names, or all that are not read for others only.
pub(super) fn choose<C, M>(
    connector: &Connector<C, M>,
    names: &[String],
) -> io::Result<Vec<&'static str>> {
    let known = connector.resources.iter().map(|resource| resource.name);
    if names.is_empty() {
        return Ok(known
            .filter(|name| !connector.for_others.contains(name))
            .collect());
    }
    let find = |name: &String| {
        known.clone().find(|known| known == name).ok_or_else(|| {
            let names: Vec<_> = known.clone().collect();
            let names = names.join(", ");
            let text = format!("no resource `{name}`; there are {names}");
            io::Error::new(ErrorKind::InvalidInput, text)
        })
    };
    names.iter().map(find).collect()
}

/// Reads the first page of each resource.
async fn check(groups: Vec<Vec<Reading>>) -> io::Result<u8> {
    let mut failed = false;
    for group in groups {
        let running = group.into_iter().map(check_one);
        for outcome in together(running.map(boxed).collect()).await {
            failed |= !outcome?;
        }
    }
    Ok(u8::from(failed))
}

pub(super) fn boxed<'a, T>(
    future: impl Future<Output = T> + 'a,
) -> Pin<Box<dyn Future<Output = T> + 'a>> {
    Box::pin(future)
}

/// Whether the first page of a resource can be read.
async fn check_one(reading: Reading) -> io::Result<bool> {
    let Reading {
        name,
        written,
        mut reader,
    } = reading;
    let outcome = reader.page(u64::MAX).await;
    // What hangs on that page is read, too.
    let ended = reader.page(0).await;
    match outcome.and(ended) {
        Ok(_) if written => writeln!(io::stdout(), "ok      {name}")?,
        Ok(_) => {}
        Err(error) => {
            writeln!(io::stdout(), "failed  {name}: {error}")?;
            return Ok(false);
        }
    }
    Ok(true)
}
