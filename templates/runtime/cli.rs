//! The connector's command line: `check`, `resources`, `read`.
//!
//! Records go to standard output or to files, everything else to standard error. The exit code is 0 if all is well,
//! 1 if a resource failed, 2 if the arguments or the configuration are wrong.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::process::ExitCode;
use std::time::Instant;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use tracing::Level;

use super::decode::Rejected;
use super::error::Error;
use super::memory::Memory;
use super::output::Output;
use super::plan::{Plan, Reading, together};
use super::session::Session;
use super::summary::summarize;

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
struct Arguments<M: Args> {
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

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// One JSON object a line
    Jsonl,
    /// Comma-separated values with a header
    Csv,
}

#[derive(Subcommand)]
enum Command<M: Args> {
    /// Read the first page of every resource
    Check,
    /// List the resources
    Resources,
    /// Read resources
    Read(Read<M>),
}

#[derive(Args)]
struct Read<M: Args> {
    /// Resources to read
    #[arg(required_unless_present = "all")]
    resource: Vec<String>,
    /// Read all resources
    #[arg(long, conflicts_with = "resource")]
    all: bool,
    /// Stop after this number of records of each resource
    #[arg(long, value_name = "N", default_value_t = u64::MAX, hide_default_value = true)]
    limit: u64,
    /// How records are written
    #[arg(long, value_enum, default_value = "jsonl")]
    format: Format,
    /// Write one file per resource into this directory
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Append records that are left out to this file, as JSON lines
    #[arg(long, value_name = "FILE")]
    quarantine: Option<PathBuf>,
    #[command(flatten)]
    memory: M,
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
    let mut arguments = arguments.unwrap_or_else(|error| error.exit());
    start_logging(&arguments);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let error = match runtime.and_then(|runtime| runtime.block_on(run(connector, &mut arguments))) {
        Ok(code) => return ExitCode::from(code),
        // Whoever reads the records has enough of them.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => return ExitCode::SUCCESS,
        Err(error) => error,
    };
    eprintln!("error: {error}");
    ExitCode::from(if error.kind() == ErrorKind::InvalidInput {
        2
    } else {
        1
    })
}

fn start_logging(arguments: &Arguments<impl Args>) {
    let level = match arguments.verbose {
        _ if arguments.quiet => Level::ERROR,
        0 => Level::WARN,
        1 => Level::INFO,
        _ => Level::DEBUG,
    };
    let logs = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(io::stderr);
    match arguments.log {
        Log::Text => logs.with_ansi(io::stderr().is_terminal()).init(),
        Log::Json => logs.json().init(),
    }
}

/// Runs a command and gives the exit code. An invalid input is the user's.
async fn run<C, M: Memory>(
    connector: &Connector<C, M>,
    arguments: &mut Arguments<M>,
) -> io::Result<u8> {
    let resources = connector.resources;
    let mut memory = M::default();
    let read = match &mut arguments.command {
        Command::Resources => {
            let names = resources.iter().map(|resource| resource.name.len());
            let width = names.max().unwrap_or(0);
            for Resource { name, about } in resources {
                writeln!(io::stdout(), "{name:width$}  {about}")?;
            }
            return Ok(0);
        }
        Command::Check => None,
        Command::Read(read) => {
            memory = std::mem::take(&mut read.memory);
            Some(&*read)
        }
    };
    let chosen = choose(connector, read.map_or(&[], |read| &*read.resource))?;
    memory.open(connector.name).map_err(invalid)?;
    let client = (connector.connect)(arguments.config.as_deref(), arguments.base_url.clone());
    let client = client.map_err(invalid)?;
    let mut plan = Plan::new(chosen, memory);
    (connector.open)(&client, &mut plan);
    let (chosen, groups, mut memory) = plan.into_parts();
    memory.check(&chosen).map_err(invalid)?;
    let Some(read) = read else {
        return check(groups).await;
    };
    let started = Instant::now();
    let (written, failed) = read_all(groups, read, memory, arguments.quiet).await?;
    if !arguments.quiet {
        let session = (connector.session)(&client);
        let json = arguments.log == Log::Json;
        summarize(session, written, failed, started, json);
    }
    Ok(u8::from(failed > 0))
}

fn invalid(error: Error) -> io::Error {
    io::Error::new(ErrorKind::InvalidInput, error)
}

/// The resources of these names, or all that are not read for others only.
fn choose<C, M>(connector: &Connector<C, M>, names: &[String]) -> io::Result<Vec<&'static str>> {
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

fn boxed<'a, T>(future: impl Future<Output = T> + 'a) -> Pin<Box<dyn Future<Output = T> + 'a>> {
    Box::pin(future)
}

/// Whether the first page of a resource can be read.
async fn check_one(reading: Reading) -> io::Result<bool> {
    let Reading {
        name,
        written,
        mut reader,
    } = reading;
    let mut rows = Vec::new();
    let outcome = reader.page(false, u64::MAX, &mut rows).await;
    // What hangs on that page is read, too.
    let ended = reader.page(false, 0, &mut rows).await;
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

/// Reads all; how many records were written, and how many resources failed.
async fn read_all<M: Memory>(
    groups: Vec<Vec<Reading>>,
    read: &Read<M>,
    mut memory: M,
    quiet: bool,
) -> io::Result<(u64, usize)> {
    let outputs = open_outputs(&groups, read, &mut memory)?;
    let mut outputs = outputs.into_iter();
    let memory = RefCell::new(memory);
    let (mut written, mut failed) = (0, 0);
    for group in groups {
        let running = group.into_iter().zip(&mut outputs);
        let running = running
            .map(|(reading, output)| boxed(copy(reading, output, read, &memory, quiet)))
            .collect();
        for outcome in together(running).await {
            let (records, complete) = outcome?;
            written += records;
            failed += usize::from(!complete);
        }
    }
    memory.borrow_mut().end()?;
    Ok((written, failed))
}

/// Where the records of each resource go. Files are changed only after all were looked at.
fn open_outputs<M: Memory>(
    groups: &[Vec<Reading>],
    read: &Read<M>,
    memory: &mut M,
) -> io::Result<Vec<Output>> {
    let ending = match read.format {
        Format::Csv => "csv",
        Format::Jsonl => "jsonl",
    };
    let mut files = Vec::new();
    for Reading { name, written, .. } in groups.iter().flatten() {
        let folder = read.output.as_ref().filter(|_| *written);
        let path = folder.map(|folder| folder.join(format!("{name}.{ending}")));
        let place = path.map(|path| {
            let keep = memory.place(name, &path).map_err(invalid)?;
            Ok::<_, io::Error>((path, keep))
        });
        files.push((*written, place.transpose()?));
    }
    if let Some(folder) = &read.output {
        std::fs::create_dir_all(folder)?;
    }
    memory.begin()?;
    let open = |(written, place): (bool, Option<(PathBuf, _)>)| match place {
        Some((path, keep)) => Output::open(&path, keep),
        None if written => Ok(Output::Standard),
        None => Ok(Output::Nowhere),
    };
    files.into_iter().map(open).collect()
}

/// Failures of one resource that are told one by one.
const TOLD: u64 = 20;

/// Writes the records of a resource: how many, and whether those are all. A partition that fails does not end it.
async fn copy<M: Memory>(
    reading: Reading,
    mut output: Output,
    read: &Read<M>,
    memory: &RefCell<M>,
    quiet: bool,
) -> io::Result<(u64, bool)> {
    let Reading {
        name,
        written,
        mut reader,
    } = reading;
    let csv = read.format == Format::Csv;
    let quarantine = read.quarantine.as_ref();
    let open = |path| File::options().create(true).append(true).open(path);
    let mut quarantine = quarantine.map(open).transpose()?;
    let progress = written && io::stderr().is_terminal() && !quiet;
    let (mut records, mut pages, mut failures) = (0, 0, 0);
    let mut bytes = if csv && output.is_new() {
        reader.header().into_bytes()
    } else {
        Vec::new()
    };
    let mut checkpoint = None;
    loop {
        output.write(&bytes)?;
        bytes.clear();
        if let Some(checkpoint) = checkpoint.take() {
            output.flush()?;
            memory.borrow_mut().advance(name, checkpoint, &output)?;
        }
        let page = match reader.page(csv, read.limit - records, &mut bytes).await {
            Ok(Some(page)) => page,
            Ok(None) => break,
            Err(error) => {
                failures += 1;
                if failures <= TOLD {
                    eprintln!("error: {name}: {error}");
                }
                continue;
            }
        };
        (records, pages) = (records + page.records, pages + 1);
        checkpoint = page.checkpoint;
        for Rejected { problem, json, .. } in page.rejected {
            let problem = serde_json::Value::from(problem);
            let json = json.replace(['\n', '\r'], " ");
            if let Some(file) = &mut quarantine {
                writeln!(file, "{{\"problem\":{problem},\"record\":{json}}}")?;
            }
        }
        if progress {
            eprint!("\r{name}: {records} records, {pages} pages\x1b[K");
        }
    }
    if progress {
        eprint!("\r\x1b[K");
    }
    if failures > TOLD {
        eprintln!("error: {name}: {failures} failures in all");
    }
    output.flush()?;
    Ok((records, failures == 0))
}
