//! `sync`: records into a database or into files, on from where the run before ended.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::fs::{self, File};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Instant;

use clap::Args;

use super::cli::{Connector, Environment, boxed, choose, invalid};
use super::destination::{Found, Load, Table};
use super::error::{Error, Kind};
use super::failures::Failures;
use super::loader::Loader;
use super::memory::Memory;
use super::metrics::{self, Outcome};
use super::plan::{Page, Reading, together};
use super::progress::{Line, say};
use super::read::set_apart;
use super::record::{Disposition, MergeStrategy};
use super::stats::Stats;
use super::summary::summarize;
use super::sync_plan::{self, State};
use super::sync_table::Loading;
use super::target;

/// The exit code of a run that was broken off by its user.
const INTERRUPTED: u8 = 130;

#[derive(Args)]
pub(super) struct Sync<M: Memory> {
    /// Where records are loaded, such as sqlite:shop.db
    #[arg(long, value_name = "DESTINATION")]
    to: String,
    /// Load this resource only; may be given several times
    #[arg(long, value_name = "NAME")]
    resource: Vec<String>,
    /// Forget what was read before, read all, and replace the rows that are there
    #[arg(long)]
    pub full_refresh: bool,
    /// Stop after this number of records of each resource; the next run reads them again
    #[arg(long, value_name = "N", default_value_t = u64::MAX, hide_default_value = true)]
    limit: u64,
    /// Read, but do not load
    #[arg(long)]
    dry_run: bool,
    /// Show what would be done, and read nothing
    #[arg(long, conflicts_with = "dry_run")]
    plan: bool,
    /// Show or reset how far resources were read, and read nothing
    #[arg(long, value_enum, conflicts_with_all = ["dry_run", "plan"])]
    state: Option<State>,
    /// Append records that are left out to a file for each resource in this directory, as JSON lines
    #[arg(long, value_name = "DIR")]
    quarantine: Option<PathBuf>,
    /// Load as many resources at once
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    concurrency: u32,
    /// Records after which those read so far are committed, where they may be
    #[arg(long, value_name = "N", default_value_t = 50_000, value_parser = clap::value_parser!(u64).range(1..))]
    batch_size: u64,
    /// Write the figures of the run to this file, as Prometheus reads them
    #[arg(long, value_name = "FILE")]
    metrics: Option<PathBuf>,
    #[command(flatten)]
    window: M::Window,
}

/// What all resources of a run share.
struct Run<'r, M: Memory> {
    sync: &'r Sync<M>,
    tables: BTreeMap<&'static str, &'static Table>,
    loader: Option<Loader>,
    memory: RefCell<M>,
    stopped: Arc<AtomicBool>,
    stats: &'r Stats,
    /// Whether no two tables are loaded at once.
    alone: bool,
    progress: bool,
    outcomes: RefCell<BTreeMap<&'static str, Outcome>>,
}

/// Runs the command and gives the exit code.
pub(super) async fn run<C, M: Memory>(
    connector: &Connector<C, M>,
    mut sync: Sync<M>,
    environment: &Environment,
) -> io::Result<u8> {
    let chosen = choose(connector, &sync.resource)?;
    let tables = connector
        .tables
        .iter()
        .filter(|table| chosen.contains(&table.name));
    let tables: Vec<&'static Table> = tables.collect();
    let window = std::mem::take(&mut sync.window);
    if sync.full_refresh && window != M::Window::default() {
        let text = "`--full-refresh` reads all: leave out `--since` and `--until`";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
    }
    let writes = !sync.dry_run && !sync.plan && sync.state != Some(State::Show);
    let mut destination = target::open(&sync.to, connector.name, writes).map_err(unopened)?;
    let mut found = BTreeMap::new();
    for table in &tables {
        found.insert(
            table.name,
            destination.look(table).map_err(io::Error::other)?,
        );
    }
    if let Some(state) = sync.state {
        return sync_plan::states(state, &tables, &found, &mut *destination);
    }
    if sync.plan {
        return sync_plan::show(&sync, &tables, &found);
    }
    sync.check_limit(&tables, &found)?;
    let states = found
        .into_iter()
        .filter_map(|(name, found)| Some((name, found.state?)));
    let states = if sync.full_refresh {
        BTreeMap::new()
    } else {
        states.collect()
    };
    let (client, groups, memory) = environment.plan(connector, chosen, M::of(window, states))?;
    if let Some(folder) = &sync.quarantine {
        fs::create_dir_all(folder)?;
    }
    let started = Instant::now();
    let (orders, thread) = if writes {
        let (loader, thread) = Loader::start(destination)?;
        (Some(loader), Some(thread))
    } else {
        (None, None)
    };
    let run = Run {
        alone: sync.concurrency == 1 && groups.iter().all(|group| group.len() == 1),
        sync: &sync,
        tables: tables.iter().map(|table| (table.name, *table)).collect(),
        loader: orders,
        memory: RefCell::new(memory),
        stopped: stop_on_signal(),
        stats: (connector.session)(&client).stats(),
        progress: !environment.quiet,
        outcomes: RefCell::default(),
    };
    let queue = RefCell::new(VecDeque::from(groups));
    let workers = (0..sync.concurrency).map(|_| boxed(run.work(&queue)));
    for outcome in together(workers.collect()).await {
        outcome?;
    }
    let stopped = run.stopped.load(Relaxed);
    let outcomes = run.outcomes.take();
    drop(run);
    if let Some(thread) = thread {
        thread
            .join()
            .map_err(|_| io::Error::other("the destination ended in a panic"))?;
    }
    let seconds = started.elapsed().as_secs_f64();
    let counted = (connector.session)(&client).stats();
    if let Some(path) = &sync.metrics {
        metrics::write(path, &outcomes, counted, seconds)?;
    }
    if !environment.quiet {
        tell(counted, &outcomes, seconds, environment.json);
    }
    let failed = outcomes
        .values()
        .filter(|outcome| outcome.failures > 0)
        .count();
    Ok(match failed {
        _ if stopped => INTERRUPTED,
        0 => 0,
        _ => 1,
    })
}

/// Says what was read and what became of it.
fn tell(stats: &Stats, outcomes: &BTreeMap<&str, Outcome>, seconds: f64, json: bool) {
    let sum = |number: fn(&Outcome) -> u64| outcomes.values().map(number).sum::<u64>();
    let in_tables = sum(|outcome| outcome.loaded);
    let dropped = sum(|outcome| outcome.dropped);
    let more = [
        ("loaded", in_tables),
        ("dropped", dropped),
        ("commits", sum(|outcome| outcome.commits)),
    ];
    let failed = sum(|outcome| u64::from(outcome.failures > 0));
    summarize(stats, in_tables + dropped, &more, failed, seconds, json);
}

/// A destination that cannot be opened: by its address, or for another reason.
fn unopened(error: Error) -> io::Error {
    match error.kind() {
        Kind::Config => invalid(error),
        _ => io::Error::other(error),
    }
}

/// Whether its user wants the run to end. The second time it ends at once, as if it were killed.
fn stop_on_signal() -> Arc<AtomicBool> {
    let stopped = Arc::new(AtomicBool::new(false));
    let stop = Arc::clone(&stopped);
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            stop.store(true, Relaxed);
            say("stopping at the next checkpoint; once more, and what is not committed is dropped");
            if tokio::signal::ctrl_c().await.is_ok() {
                std::process::exit(INTERRUPTED.into());
            }
        }
    });
    stopped
}

impl<M: Memory> Sync<M> {
    /// Whether no table with rows would be replaced by the first records only.
    fn check_limit(&self, tables: &[&Table], found: &BTreeMap<&str, Found>) -> io::Result<()> {
        for table in tables {
            let rows = found.get(table.name).is_some_and(|found| found.has_rows);
            if self.limit < u64::MAX && rows && self.load(table, true).replaces {
                let text = format!(
                    "`--limit` would leave `{}`, which is replaced, with the first records only: load into another place, \
                 or add --dry-run",
                    table.name
                );
                return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
            }
        }
        Ok(())
    }

    /// How a table is loaded.
    pub fn load(&self, table: &Table, alone: bool) -> Load {
        let versions = matches!(
            table.disposition,
            Disposition::Merge {
                strategy: MergeStrategy::Scd2,
                ..
            }
        );
        let replaces = table.disposition == Disposition::Replace || self.full_refresh && !versions;
        Load { replaces, alone }
    }
}

impl<M: Memory> Run<'_, M> {
    /// Loads groups until there are none left.
    async fn work(&self, queue: &RefCell<VecDeque<Vec<Reading>>>) -> io::Result<()> {
        loop {
            let group = queue.borrow_mut().pop_front();
            let Some(group) = group.filter(|_| !self.stopped.load(Relaxed)) else {
                return Ok(());
            };
            let in_group = group.len() > 1;
            let load = |reading| boxed(self.load(reading, in_group));
            let running = group.into_iter().map(load);
            for outcome in together(running.collect()).await {
                outcome?;
            }
        }
    }

    /// Loads a resource. A partition that fails does not end it. Others may hang on one that is read in a group.
    async fn load(&self, reading: Reading, in_group: bool) -> io::Result<()> {
        let Reading {
            name,
            written,
            mut reader,
        } = reading;
        let table = self.tables.get(name).filter(|_| written);
        let mut quarantine = self.quarantine(name)?;
        let failures = Failures::new(name);
        let line = Line::new(name, self.progress);
        let mut outcome = Outcome::default();
        let mut loading = None;
        if let Some(table) = table {
            let load = self.sync.load(table, self.alone);
            match Loading::begin(table, self.loader.as_ref(), load, self.sync.batch_size).await {
                Ok(begun) => loading = Some(begun),
                Err(error) => failures.tell(&error),
            }
        }
        let (mut records, mut stopped) = (0, false);
        // Without its table, it is read for others only.
        while in_group || table.is_none() || loading.is_some() {
            let stop = self.stopped.load(Relaxed);
            if stop
                && loading
                    .as_ref()
                    .is_none_or(|loading| loading.may_end() || !loading.will_end())
            {
                stopped = true;
                break;
            }
            let mut page = match reader.page(self.sync.limit - records).await {
                Ok(Some(page)) => page,
                Ok(None) => break,
                // Its parent was stopped meanwhile.
                Err(error) if error.kind() == Kind::Load && self.stopped.load(Relaxed) => {
                    stopped = true;
                    break;
                }
                Err(error) => {
                    failures.tell(&error);
                    if let Some(loading) = &mut loading {
                        loading.miss().await.map_err(io::Error::other)?;
                    }
                    continue;
                }
            };
            outcome.quarantined += page.rejected.len() as u64;
            if let Some(file) = &mut quarantine {
                set_apart(&page.rejected, file)?;
            }
            records += page.count();
            let loaded = loading.as_ref().map_or(0, |loading| loading.loaded);
            line.show(records, || format!(", {loaded} loaded"));
            let Some(loading) = &mut loading else {
                continue;
            };
            if let Err(error) = self.take(loading, &mut page, name).await {
                failures.tell(&error);
                loading.give_up().await.map_err(io::Error::other)?;
            }
        }
        drop(line);
        if let Some(loading) = &mut loading {
            if stopped && !loading.may_end() {
                loading.give_up().await.map_err(io::Error::other)?;
            }
            if loading.is_whole() {
                let read_all =
                    table.is_some_and(|table| !table.incremental || self.sync.full_refresh);
                let whole = read_all
                    && failures.count() == 0
                    && !stopped
                    && self.sync.limit == u64::MAX
                    && self.stats.is_complete(name);
                if let Err(error) = self.commit(loading, name, whole).await {
                    failures.tell(&error);
                    loading.give_up().await.map_err(io::Error::other)?;
                }
            }
            outcome.loaded = loading.loaded;
            outcome.dropped = loading.dropped;
            outcome.commits = loading.commits;
            if loading.dropped > 0 {
                let dropped = loading.dropped;
                say(&format!(
                    "{name}: {dropped} records were read and not loaded"
                ));
            }
        }
        outcome.failures = failures.end();
        self.outcomes.borrow_mut().insert(name, outcome);
        Ok(())
    }

    async fn take(
        &self,
        loading: &mut Loading<'_>,
        page: &mut Page,
        name: &'static str,
    ) -> Result<(), Error> {
        loading.add(page).await?;
        if loading.is_due() {
            self.commit(loading, name, false).await?;
        }
        Ok(())
    }

    /// Commits what was read. A run with a limit has not read all up to where it came.
    async fn commit(
        &self,
        loading: &mut Loading<'_>,
        name: &'static str,
        whole: bool,
    ) -> Result<(), Error> {
        let completed = loading.completed();
        let state = if self.sync.limit == u64::MAX {
            let mut memory = self.memory.borrow_mut();
            for checkpoint in completed {
                memory.note(name, checkpoint);
            }
            memory.state(name)
        } else {
            None
        };
        loading.commit(state, whole).await
    }

    fn quarantine(&self, name: &str) -> io::Result<Option<File>> {
        let folder = self.sync.quarantine.as_ref();
        let open = |folder: &PathBuf| {
            let path = folder.join(format!("{name}.jsonl"));
            File::options().create(true).append(true).open(path)
        };
        folder.map(open).transpose()
    }
}
