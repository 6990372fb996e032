//! `--metrics`: the figures of a run as Prometheus reads them from text files
//! (<https://prometheus.io/docs/instrumenting/exposition_formats/>).

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs::File;
use std::io;
use std::path::Path;

use super::replace::replace;
use super::stats::Stats;

/// What became of the records of a resource.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Outcome {
    /// Records that are in the table.
    pub loaded: u64,
    /// Records that were read and dropped, since not all came that belong together.
    pub dropped: u64,
    /// Records that are kept apart, since they are not of the declared type.
    pub quarantined: u64,
    /// Commits.
    pub commits: u64,
    /// Failures.
    pub failures: u64,
}

/// A figure of a resource: its name, its meaning, and how it is told.
type Figure = (&'static str, &'static str, fn(&Outcome) -> u64);

/// Writes the figures of a run; the file is replaced as a whole.
///
/// # Errors
/// It cannot be written.
pub(super) fn write(
    path: &Path,
    outcomes: &BTreeMap<&str, Outcome>,
    stats: &Stats,
    seconds: f64,
) -> io::Result<()> {
    let mut text = String::new();
    let of_resources: [Figure; 5] = [
        ("loaded", "Records that are in the table.", |outcome| {
            outcome.loaded
        }),
        (
            "dropped",
            "Records that were read and not loaded.",
            |outcome| outcome.dropped,
        ),
        ("quarantined", "Records that are kept apart.", |outcome| {
            outcome.quarantined
        }),
        ("commits", "Commits.", |outcome| outcome.commits),
        ("failures", "Failures.", |outcome| outcome.failures),
    ];
    let unwritable = |_| io::Error::other("a figure has no text");
    for (name, about, number) in of_resources {
        write!(
            text,
            "# HELP spile_{name} {about}\n# TYPE spile_{name} gauge\n"
        )
        .map_err(unwritable)?;
        for (resource, outcome) in outcomes {
            let resource = resource.replace('\\', "\\\\").replace('"', "\\\"");
            let number = number(outcome);
            writeln!(text, "spile_{name}{{resource=\"{resource}\"}} {number}")
                .map_err(unwritable)?;
        }
    }
    let of_all = [
        ("requests", "Requests.", stats.requests.get()),
        (
            "retries",
            "Requests that were sent again.",
            stats.retries.get(),
        ),
        (
            "waited_ms",
            "Milliseconds that requests waited.",
            stats.waited.get(),
        ),
        ("pages", "Pages.", stats.pages.get()),
        (
            "skipped",
            "Records that are not of the declared type.",
            stats.skipped.get(),
        ),
        ("bytes", "Bytes of bodies, decompressed.", stats.bytes.get()),
    ];
    for (name, about, number) in of_all {
        write!(
            text,
            "# HELP spile_{name} {about}\n# TYPE spile_{name} gauge\nspile_{name} {number}\n"
        )
        .map_err(unwritable)?;
    }
    write!(text, "# HELP spile_seconds Duration of the run.\n# TYPE spile_seconds gauge\nspile_seconds {seconds:.3}\n").map_err(unwritable)?;
    replace(path, &File::options(), text.as_bytes())
}
