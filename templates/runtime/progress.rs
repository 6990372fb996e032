//! Progress on a terminal: a line for each resource that is read, and what else is said above them.

use std::fmt;
use std::io::{self, IsTerminal, Write, stderr};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use indicatif::{MultiProgress, ProgressBar, ProgressState, ProgressStyle};

/// The lines, which nothing but a terminal shows. There is one standard error, so that there is one of this.
static LINES: LazyLock<MultiProgress> = LazyLock::new(MultiProgress::new);

/// Whether programs read what is said.
static AS_JSON: AtomicBool = AtomicBool::new(false);

/// The line of a resource; it is gone with this.
pub(super) struct Line(ProgressBar);

impl Line {
    /// The line of a resource, where it is to be shown.
    pub fn new(name: &'static str, shown: bool) -> Self {
        if !shown || !stderr().is_terminal() {
            return Self(ProgressBar::hidden());
        }
        let line = LINES.add(ProgressBar::new_spinner().with_prefix(name));
        let style = "{spinner} {prefix}: {human_pos} records{msg}, {rate}/s, {elapsed}";
        match ProgressStyle::with_template(style) {
            Ok(style) => Self(line.with_style(style.with_key("rate", rate))),
            Err(_) => Self(line),
        }
    }

    /// So many records were read; `more` stands behind their number.
    pub fn show(&self, records: u64, more: impl FnOnce() -> String) {
        if !self.0.is_hidden() {
            self.0.set_message(more());
            self.0.set_position(records);
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// Records of a second, as a whole number.
fn rate(state: &ProgressState, text: &mut dyn fmt::Write) {
    // A rate that cannot be written is not shown.
    let _unwritten = write!(text, "{:.0}", state.per_sec());
}

/// Says something above the lines, as the logs are written.
pub(super) fn say(text: &str) {
    if AS_JSON.load(Relaxed) {
        say_line(&serde_json::json!({ "message": text }).to_string());
    } else {
        say_line(text);
    }
}

/// Writes a line above the lines.
pub(super) fn say_line(line: &str) {
    // Where standard error is closed, nobody listens.
    let _unheard = LINES.suspend(|| writeln!(stderr(), "{line}"));
}

/// From now on, what is said is JSON.
pub(super) fn say_as_json() {
    AS_JSON.store(true, Relaxed);
}

/// Standard error, above the lines.
pub(super) struct Above;

impl Write for Above {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LINES.suspend(|| stderr().write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        stderr().flush()
    }
}
