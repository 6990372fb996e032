//! The connector's command line: `check`, `resources`, `read`.
//!
//! Records go to standard output or to files, everything else to standard error. The exit code is 0 if all is well,
//! 1 if a resource failed, 2 if the arguments or the configuration are wrong.

use std::fs::File;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use tracing::Level;

use super::csv::Csv;
use super::decode::Rejected;
use super::error::{Error, Kind};
use super::record::Record;
use super::session::{BoxFuture, Session};
use super::source::Source;

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

/// Reads a source for the command line.
pub fn reader<S: Source>(pages: S) -> Box<dyn Reader> {
    Box::new(pages)
}

/// The number of records of a page that were written, and those that are no records; none at the end.
type Written = Result<Option<(u64, Vec<Rejected>)>, Error>;

/// Reads the pages of a resource whose type is not known here.
pub trait Reader {
    /// Reads a page and writes at most `limit` of its records.
    fn page<'a>(
        &'a mut self,
        csv: bool,
        limit: u64,
        out: &'a mut Vec<u8>,
    ) -> BoxFuture<'a, Written>;

    /// The first line of a CSV file.
    fn header(&self) -> String;
}

impl<S: Source> Reader for S {
    fn page<'a>(
        &'a mut self,
        csv: bool,
        limit: u64,
        out: &'a mut Vec<u8>,
    ) -> BoxFuture<'a, Written> {
        Box::pin(async move {
            let Some(mut batch) = self.next().await? else {
                return Ok(None);
            };
            batch
                .records
                .truncate(usize::try_from(limit).unwrap_or(usize::MAX));
            let mut rows = Csv::default();
            for record in &batch.records {
                let written = if csv {
                    record.write(&mut rows).map_err(|error| error.to_string())
                } else {
                    serde_json::to_writer(&mut *out, record).map_err(|error| error.to_string())
                };
                written.map_err(|error| {
                    Error::new(Kind::Decode, format!("cannot be written: {error}"))
                })?;
                if csv { rows.end() } else { out.push(b'\n') }
            }
            out.extend_from_slice(rows.take().as_bytes());
            Ok(Some((batch.records.len() as u64, batch.rejected)))
        })
    }

    fn header(&self) -> String {
        let names: Vec<_> = S::Record::COLUMNS
            .iter()
            .map(|column| column.name)
            .collect();
        names.join(",") + "\n"
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
    let names: Vec<_> = connector
        .resources
        .iter()
        .map(|resource| resource.name)
        .collect();
    let read = match &arguments.command {
        Command::Resources => {
            let width = names.iter().map(|name| name.len()).max().unwrap_or(0);
            for Resource { name, about, .. } in connector.resources {
                writeln!(io::stdout(), "{name:width$}  {about}")?;
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
        let unknown = || {
            invalid(format!(
                "no resource `{name}`; there are {}",
                names.join(", ")
            ))
        };
        chosen.push(known.ok_or_else(unknown)?);
    }
    if chosen.is_empty() {
        chosen.extend(connector.resources);
    }
    let client = (connector.connect)(arguments.config.as_deref(), arguments.base_url.clone());
    let client = client.map_err(|error| invalid(error.to_string()))?;
    let (started, mut failed, mut written) = (Instant::now(), 0, 0);
    for Resource { name, open, .. } in chosen {
        let mut reader = open(&client);
        let outcome = match read {
            Some(read) => {
                let (records, outcome) = copy(name, &mut *reader, read, arguments.quiet).await?;
                written += records;
                outcome
            }
            None => reader.page(false, 0, &mut Vec::new()).await.map(|_| ()),
        };
        failed += usize::from(outcome.is_err());
        match (outcome, read) {
            (Ok(()), Some(_)) => {}
            (Ok(()), None) => writeln!(io::stdout(), "ok      {name}")?,
            (Err(error), None) => writeln!(io::stdout(), "failed  {name}: {error}")?,
            (Err(error), Some(_)) => eprintln!("error: {name}: {error}"),
        }
    }
    if read.is_some() && !arguments.quiet {
        let session = (connector.session)(&client);
        summarize(session, written, failed, started, arguments.log);
    }
    Ok(u8::from(failed > 0))
}

/// Writes the records of a resource and gives their number; the inner error is the resource's.
async fn copy(
    name: &str,
    reader: &mut dyn Reader,
    read: &Read,
    quiet: bool,
) -> io::Result<(u64, Result<(), Error>)> {
    let csv = read.format == Format::Csv;
    let mut out: Box<dyn Write> = match &read.output {
        None => Box::new(io::stdout().lock()),
        Some(folder) => {
            std::fs::create_dir_all(folder)?;
            let ending = if csv { "csv" } else { "jsonl" };
            Box::new(File::create(folder.join(format!("{name}.{ending}")))?)
        }
    };
    let quarantine = read.quarantine.as_ref();
    let open = |path| File::options().create(true).append(true).open(path);
    let mut quarantine = quarantine.map(open).transpose()?;
    let progress = io::stderr().is_terminal() && !quiet;
    let (mut records, mut pages) = (0, 0);
    let mut bytes = if csv {
        reader.header().into_bytes()
    } else {
        Vec::new()
    };
    let outcome = loop {
        out.write_all(&bytes)?;
        bytes.clear();
        if records >= read.limit {
            break Ok(());
        }
        let (written, rejected) = match reader.page(csv, read.limit - records, &mut bytes).await {
            Ok(Some(page)) => page,
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
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
    };
    if progress {
        eprint!("\r\x1b[K");
    }
    out.flush()?;
    Ok((records, outcome))
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
        ("failed", failed as u64),
    ];
    if stats.filtered.get() > 0 {
        numbers.insert(1, ("filtered", stats.filtered.get()));
    }
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
