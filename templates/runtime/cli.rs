//! The connector's command line: `check`, `resources`, `read`.
//!
//! Records go to standard output or to files, everything else to standard error. It ends with 0 if all is well, 1 if a
//! resource failed, 2 if the arguments or the configuration are wrong.

use std::fs::File;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use serde::Serialize;
use tracing::Level;

use super::csv::Csv;
use super::decode::Rejected;
use super::endpoint::Endpoint;
use super::error::{Error, Kind};
use super::pages::Pages;
use super::record::Record;
use super::session::{BoxFuture, Session};

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
    pub resources: &'static [Resource<C>],
}

/// A resource on the command line.
pub struct Resource<C> {
    /// Its name.
    pub name: &'static str,
    /// What its records are.
    pub about: &'static str,
    /// Starts to read it.
    pub open: fn(&C) -> Box<dyn Reader>,
}

/// Reads the pages of a resource whose type is not known here.
pub trait Reader {
    /// Reads a page and writes at most `limit` of its records; none at the end.
    fn page<'a>(
        &'a mut self,
        format: Format,
        limit: u64,
        out: &'a mut Vec<u8>,
    ) -> BoxFuture<'a, Result<Option<Page>, Error>>;

    /// The line before the first record.
    fn header(&self, format: Format) -> String;
}

/// What a page had.
pub struct Page {
    records: u64,
    rejected: Vec<Rejected>,
}

/// How records are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// One JSON object a line, as the API sent it without unknown fields.
    Jsonl,
    /// Comma-separated values with a header.
    Csv,
}

/// Reads an endpoint for the command line.
pub fn reader<E: Endpoint + Unpin>(endpoint: E) -> Box<dyn Reader> {
    Box::new(Pages::new(endpoint))
}

impl<E: Endpoint> Reader for Pages<E> {
    fn page<'a>(
        &'a mut self,
        format: Format,
        limit: u64,
        out: &'a mut Vec<u8>,
    ) -> BoxFuture<'a, Result<Option<Page>, Error>> {
        Box::pin(async move {
            let Some(mut batch) = self.next().await? else {
                return Ok(None);
            };
            batch
                .records
                .truncate(usize::try_from(limit).unwrap_or(usize::MAX));
            let failed = |error: &dyn std::error::Error| {
                Error::new(Kind::Decode, format!("cannot be written: {error}"))
            };
            let mut csv = Csv::default();
            for record in &batch.records {
                match format {
                    Format::Jsonl => {
                        serde_json::to_writer(&mut *out, record).map_err(|error| failed(&error))?;
                        out.push(b'\n');
                    }
                    Format::Csv => {
                        record.write(&mut csv).map_err(|error| failed(&error))?;
                        csv.end();
                    }
                }
            }
            out.extend_from_slice(csv.take().as_bytes());
            Ok(Some(Page {
                records: batch.records.len() as u64,
                rejected: batch.rejected,
            }))
        })
    }

    fn header(&self, format: Format) -> String {
        let names: Vec<_> = E::Record::COLUMNS
            .iter()
            .map(|column| column.name)
            .collect();
        if format == Format::Csv {
            names.join(",") + "\n"
        } else {
            String::new()
        }
    }
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
    let variables = connector
        .variables
        .iter()
        .map(|(field, variable)| format!("  {variable}  {field}"));
    let variables = variables.collect::<Vec<_>>().join("\n");
    let command = Arguments::command()
        .name(connector.name)
        .version(connector.version)
        .about(connector.about);
    let matches = command
        .after_help(format!("Environment variables:\n{variables}"))
        .get_matches();
    let arguments = match Arguments::from_arg_matches(&matches) {
        Ok(arguments) => arguments,
        Err(error) => error.exit(),
    };
    start_logging(&arguments);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let outcome = runtime
        .map_err(Failure::Io)
        .and_then(|runtime| runtime.block_on(run(connector, &arguments)));
    match outcome {
        Ok(code) => ExitCode::from(code),
        // Whoever read the records has enough of them.
        Err(Failure::Io(error)) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(Failure::Io(error)) => complain(&error, 1),
        Err(Failure::Usage(text)) => complain(&text, 2),
    }
}

/// What ends the whole run.
enum Failure {
    Io(io::Error),
    Usage(String),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

fn complain(text: &dyn std::fmt::Display, code: u8) -> ExitCode {
    eprintln!("error: {text}");
    ExitCode::from(code)
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

async fn run<C>(connector: &Connector<C>, arguments: &Arguments) -> Result<u8, Failure> {
    let read = match &arguments.command {
        Command::Resources => {
            let mut out = io::stdout().lock();
            let width = connector
                .resources
                .iter()
                .map(|resource| resource.name.len())
                .max()
                .unwrap_or(0);
            for Resource { name, about, .. } in connector.resources {
                writeln!(out, "{name:width$}  {about}")?;
            }
            return Ok(0);
        }
        Command::Check => None,
        Command::Read(read) => Some(read),
    };
    let mut chosen = Vec::new();
    for name in read.map(|read| &*read.resource).unwrap_or_default() {
        let known = connector
            .resources
            .iter()
            .find(|resource| resource.name == name);
        let names = || {
            connector
                .resources
                .iter()
                .map(|resource| resource.name)
                .collect::<Vec<_>>()
                .join(", ")
        };
        chosen.push(known.ok_or_else(|| {
            Failure::Usage(format!("no resource `{name}`; there are {}", names()))
        })?);
    }
    if chosen.is_empty() {
        chosen.extend(connector.resources);
    }
    let client = (connector.connect)(arguments.config.as_deref(), arguments.base_url.clone());
    let client = client.map_err(|error| Failure::Usage(error.to_string()))?;
    let mut failed = 0;
    let started = Instant::now();
    for resource in chosen {
        let mut reader = (resource.open)(&client);
        let outcome = match read {
            Some(read) => copy(resource.name, &mut *reader, read, arguments.quiet).await?,
            None => reader
                .page(Format::Jsonl, 0, &mut Vec::new())
                .await
                .map(|_| ()),
        };
        match outcome {
            Ok(()) if read.is_none() => println!("ok      {}", resource.name),
            Ok(()) => {}
            Err(error) => {
                failed += 1;
                if read.is_none() {
                    println!("failed  {}: {error}", resource.name);
                } else {
                    eprintln!("error: {}: {error}", resource.name);
                }
            }
        }
    }
    if read.is_some() && !arguments.quiet {
        summarize((connector.session)(&client), failed, started, arguments.log);
    }
    Ok(u8::from(failed > 0))
}

/// Writes the records of a resource; the inner error is the resource's.
async fn copy(
    name: &str,
    reader: &mut dyn Reader,
    read: &Read,
    quiet: bool,
) -> Result<Result<(), Error>, Failure> {
    let mut out: Box<dyn Write> = match &read.output {
        None => Box::new(io::stdout().lock()),
        Some(folder) => {
            std::fs::create_dir_all(folder)?;
            let ending = if read.format == Format::Csv {
                "csv"
            } else {
                "jsonl"
            };
            Box::new(File::create(folder.join(format!("{name}.{ending}")))?)
        }
    };
    let mut quarantine = match &read.quarantine {
        None => None,
        Some(path) => Some(File::options().create(true).append(true).open(path)?),
    };
    let progress = io::stderr().is_terminal() && !quiet;
    let (mut records, mut pages) = (0, 0);
    let mut bytes = reader.header(read.format).into_bytes();
    let outcome = loop {
        out.write_all(&bytes)?;
        bytes.clear();
        if records >= read.limit {
            break Ok(());
        }
        match reader
            .page(read.format, read.limit - records, &mut bytes)
            .await
        {
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
            Ok(Some(page)) => {
                records += page.records;
                pages += 1;
                for rejected in page.rejected {
                    if let Some(file) = &mut quarantine {
                        let problem = serde_json::Value::from(rejected.problem);
                        writeln!(
                            file,
                            "{{\"problem\":{problem},\"record\":{}}}",
                            rejected.json
                        )?;
                    }
                }
                if progress {
                    eprint!("\r{name}: {records} records, {pages} pages\x1b[K");
                }
            }
        }
    };
    if progress {
        eprint!("\r\x1b[K");
    }
    out.flush()?;
    Ok(outcome)
}

/// What was read, for people or for programs.
fn summarize(session: &Session, failed: usize, started: Instant, log: Log) {
    #[derive(Serialize)]
    struct Summary {
        records: u64,
        pages: u64,
        requests: u64,
        retries: u64,
        skipped: u64,
        bytes: u64,
        failed: usize,
        seconds: f64,
    }
    let stats = session.stats();
    let summary = Summary {
        records: stats.records.get(),
        pages: stats.pages.get(),
        requests: stats.requests.get(),
        retries: stats.retries.get(),
        skipped: stats.skipped.get(),
        bytes: stats.bytes.get(),
        failed,
        seconds: (started.elapsed().as_secs_f64() * 1000.0).round() / 1000.0,
    };
    let json = serde_json::to_string(&summary).unwrap_or_default();
    match log {
        Log::Json => eprintln!("{json}"),
        Log::Text => eprintln!(
            "{}",
            json.trim_matches(['{', '}'])
                .replace("\":", " ")
                .replace('"', "")
                .replace(',', ", ")
        ),
    }
    for (resource, fields) in stats.unknown_fields() {
        let fields = fields.into_iter().collect::<Vec<_>>().join(", ");
        eprintln!("{resource}: the API also sends {fields}");
    }
}
