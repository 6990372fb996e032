//! `read`: records to standard output, or to a file for each resource.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Instant;

use clap::{Args, ValueEnum};

use super::cli::{Connector, Environment, boxed, choose, invalid};
use super::csv::Csv;
use super::decode::Rejected;
use super::failures::Failures;
use super::memory::Memory;
use super::output::Output;
use super::plan::{Reading, together};
use super::progress::Line;
use super::summary::summarize;

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// One JSON object a line
    Jsonl,
    /// Comma-separated values with a header
    Csv,
}

#[derive(Args)]
pub(super) struct Read<M: Args> {
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

/// Runs the command and gives the exit code.
pub(super) async fn run<C, M: Memory>(
    connector: &Connector<C, M>,
    mut read: Read<M>,
    environment: &Environment,
) -> io::Result<u8> {
    let chosen = choose(connector, &read.resource)?;
    let mut memory = std::mem::take(&mut read.memory);
    memory.open(connector.name).map_err(invalid)?;
    let (client, groups, memory) = environment.plan(connector, chosen, memory)?;
    let started = Instant::now();
    let (written, failed) = read_all(groups, &read, memory, environment.quiet).await?;
    if !environment.quiet {
        let stats = (connector.session)(&client).stats();
        let seconds = started.elapsed().as_secs_f64();
        summarize(
            stats,
            written,
            &[],
            failed as u64,
            seconds,
            environment.json,
        );
    }
    Ok(u8::from(failed > 0))
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
    let quarantine = read.quarantine.as_ref();
    let open = |path| File::options().create(true).append(true).open(path);
    let mut quarantine = quarantine.map(open).transpose()?;
    let line = Line::new(name, written && !quiet);
    let (mut records, mut pages) = (0, 0);
    let failures = Failures::new(name);
    let mut csv = (read.format == Format::Csv).then(Csv::default);
    let mut bytes = Vec::new();
    if csv.is_some() && output.is_new() {
        let names: Vec<_> = reader.columns().iter().map(|column| column.name).collect();
        writeln!(bytes, "{}", names.join(","))?;
    }
    let mut checkpoint = None;
    loop {
        output.write(&bytes)?;
        bytes.clear();
        if let Some(checkpoint) = checkpoint.take() {
            output.flush()?;
            memory.borrow_mut().advance(name, checkpoint, &output)?;
        }
        let page = match reader.page(read.limit - records).await {
            Ok(Some(page)) => page,
            Ok(None) => break,
            Err(error) => {
                failures.tell(&error);
                continue;
            }
        };
        page.write(csv.as_mut(), &mut bytes)
            .map_err(io::Error::other)?;
        (records, pages) = (records + page.count(), pages + 1);
        checkpoint = page.checkpoint;
        if let Some(file) = &mut quarantine {
            set_apart(&page.rejected, file)?;
        }
        line.show(records, || format!(", {pages} pages"));
    }
    output.flush()?;
    Ok((records, failures.end() == 0))
}

/// Writes records that are left out, each with its problem, as lines of JSON.
pub(super) fn set_apart(rejected: &[Rejected], file: &mut File) -> io::Result<()> {
    for Rejected { problem, json, .. } in rejected {
        let problem = serde_json::Value::from(problem.as_str());
        let json = json.replace(['\n', '\r'], " ");
        writeln!(file, "{{\"problem\":{problem},\"record\":{json}}}")?;
    }
    Ok(())
}
