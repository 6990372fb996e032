//! The connector's command line: `check`, `resources`, `read`.
//!
//! Records go to standard output or to files, everything else to standard error. The exit code is 0 if all is well,
//! 1 if a resource failed, 2 if the arguments or the configuration are wrong.

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
use super::plan::{Plan, Reading, together};
use super::session::Session;

/// What the command line has to know about a connector; `C` is its client.
pub struct Connector<C: 'static> {
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
    pub open: fn(&C, &mut Plan),
}

/// A resource on the command line.
pub struct Resource {
    /// Its name.
    pub name: &'static str,
    /// What its records are.
    pub about: &'static str,
}

#[derive(Parser)]
struct Arguments {
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
    command: Command,
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
enum Command {
    /// Read the first page of every resource
    Check,
    /// List the resources
    Resources,
    /// Read resources
    Read(Read),
}

#[derive(Args)]
struct Read {
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
}

/// Runs the command line.
pub fn main<C>(connector: &Connector<C>) -> ExitCode {
    let variables = connector.variables.iter();
    let variables = variables.map(|(field, variable)| format!("\n  {variable}  {field}"));
    let command = Arguments::command()
        .name(connector.name)
        .version(connector.version);
    let command = command.about(connector.about);
    let help = format!(
        "Environment variables:{}",
        variables.collect::<Vec<_>>().concat()
    );
    let matches = command.after_help(help).get_matches();
    let arguments = Arguments::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    start_logging(&arguments);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let error = match runtime.and_then(|runtime| runtime.block_on(run(connector, &arguments))) {
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

fn start_logging(arguments: &Arguments) {
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
async fn run<C>(connector: &Connector<C>, arguments: &Arguments) -> io::Result<u8> {
    let invalid = |text: String| io::Error::new(ErrorKind::InvalidInput, text);
    let resources = connector.resources;
    let read = match &arguments.command {
        Command::Resources => {
            let names = resources.iter().map(|resource| resource.name.len());
            let width = names.max().unwrap_or(0);
            for Resource { name, about } in resources {
                writeln!(io::stdout(), "{name:width$}  {about}")?;
            }
            return Ok(0);
        }
        Command::Check => None,
        Command::Read(read) => Some(read),
    };
    let mut chosen = Vec::new();
    for name in read.map(|read| &*read.resource).unwrap_or_default() {
        let Some(known) = resources.iter().find(|resource| resource.name == name) else {
            let names: Vec<_> = resources.iter().map(|resource| resource.name).collect();
            let names = names.join(", ");
            return Err(invalid(format!("no resource `{name}`; there are {names}")));
        };
        chosen.push(known.name);
    }
    if chosen.is_empty() {
        let names = resources.iter().map(|resource| resource.name);
        chosen.extend(names.filter(|name| !connector.for_others.contains(name)));
    }
    let client = (connector.connect)(arguments.config.as_deref(), arguments.base_url.clone());
    let client = client.map_err(|error| invalid(error.to_string()))?;
    let mut plan = Plan::new(chosen);
    (connector.open)(&client, &mut plan);
    let (started, mut failed, mut written) = (Instant::now(), 0, 0);
    for group in plan.into_groups() {
        let mut running: Vec<Running<'_>> = Vec::new();
        for reading in group {
            running.push(match read {
                Some(read) => Box::pin(copy(reading, read, arguments.quiet)),
                None => Box::pin(check(reading)),
            });
        }
        for outcome in together(running).await {
            let (records, complete) = outcome?;
            written += records;
            failed += usize::from(!complete);
        }
    }
    if read.is_some() && !arguments.quiet {
        let session = (connector.session)(&client);
        summarize(session, written, failed, started, arguments.log);
    }
    Ok(u8::from(failed > 0))
}

/// Gives the number of records that were written, and whether those are all.
type Running<'a> = Pin<Box<dyn Future<Output = io::Result<(u64, bool)>> + 'a>>;

/// Reads the first page of a resource.
async fn check(reading: Reading) -> io::Result<(u64, bool)> {
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
            return Ok((0, false));
        }
    }
    Ok((0, true))
}

/// Failures of one resource that are told one by one.
const TOLD: u64 = 20;

/// Writes the records of a resource. A partition that fails does not end it.
async fn copy(reading: Reading, read: &Read, quiet: bool) -> io::Result<(u64, bool)> {
    let Reading {
        name,
        written,
        mut reader,
    } = reading;
    let csv = read.format == Format::Csv;
    let mut out: Box<dyn Write> = match &read.output {
        _ if !written => Box::new(io::sink()),
        None => Box::new(io::stdout()),
        Some(folder) => {
            std::fs::create_dir_all(folder)?;
            let ending = if csv { "csv" } else { "jsonl" };
            Box::new(File::create(folder.join(format!("{name}.{ending}")))?)
        }
    };
    let quarantine = read.quarantine.as_ref();
    let open = |path| File::options().create(true).append(true).open(path);
    let mut quarantine = quarantine.map(open).transpose()?;
    let progress = written && io::stderr().is_terminal() && !quiet;
    let (mut records, mut pages, mut failures) = (0, 0, 0);
    let mut bytes = if csv {
        reader.header().into_bytes()
    } else {
        Vec::new()
    };
    loop {
        out.write_all(&bytes)?;
        bytes.clear();
        let (written, rejected) = match reader.page(csv, read.limit - records, &mut bytes).await {
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
        (records, pages) = (records + written, pages + 1);
        for Rejected { problem, json, .. } in rejected {
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
    out.flush()?;
    Ok((records, failures == 0))
}

/// What was read, for people or for programs.
fn summarize(session: &Session, written: u64, failed: usize, started: Instant, log: Log) {
    let stats = session.stats();
    let mut numbers = vec![
        ("records", written),
        ("pages", stats.pages.get()),
        ("requests", stats.requests.get()),
        ("retries", stats.retries.get()),
        ("skipped", stats.skipped.get()),
        ("bytes", stats.bytes.get()),
        ("partitions", stats.partitions.get()),
        ("partitions_skipped", stats.partitions_skipped.get()),
        ("partitions_failed", stats.partitions_failed.get()),
        ("failed", failed as u64),
    ];
    if stats.filtered.get() > 0 {
        numbers.insert(1, ("filtered", stats.filtered.get()));
    }
    // Most resources have none.
    numbers.retain(|(name, number)| *number > 0 || !name.starts_with("partitions"));
    let seconds = started.elapsed().as_secs_f64();
    let json: Vec<_> = numbers
        .iter()
        .map(|(name, number)| format!("\"{name}\":{number}"))
        .collect();
    let text: Vec<_> = numbers
        .iter()
        .map(|(name, number)| format!("{name} {number}"))
        .collect();
    let (json, text) = (json.join(","), text.join(", "));
    match log {
        Log::Json => eprintln!("{{{json},\"seconds\":{seconds:.3}}}"),
        Log::Text => eprintln!("{text}, seconds {seconds:.3}"),
    }
    for (resource, fields) in stats.unknown_fields() {
        let fields = fields.into_iter().collect::<Vec<_>>().join(", ");
        eprintln!("{resource}: the API also sends {fields}");
    }
}
