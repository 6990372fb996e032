//! What the command line says at the end of a run.

use super::progress::{say, say_line};
use super::stats::Stats;

/// Says what was read, for people or as JSON for programs; `more` stands behind the number of records.
pub(super) fn summarize(
    stats: &Stats,
    written: u64,
    more: &[(&'static str, u64)],
    failed: u64,
    seconds: f64,
    json: bool,
) {
    let mut numbers = vec![
        ("records", written),
        ("pages", stats.pages.get()),
        ("requests", stats.requests.get()),
        ("retries", stats.retries.get()),
        ("waited_ms", stats.waited.get()),
        ("skipped", stats.skipped.get()),
        ("bytes", stats.bytes.get()),
        ("partitions", stats.partitions.get()),
        ("partitions_skipped", stats.partitions_skipped.get()),
        ("partitions_failed", stats.partitions_failed.get()),
        ("failed", failed),
    ];
    numbers.splice(1..1, more.iter().copied());
    if stats.filtered.get() > 0 {
        numbers.insert(1, ("filtered", stats.filtered.get()));
    }
    // Most resources have none.
    numbers.retain(|(name, number)| *number > 0 || !name.starts_with("partitions"));
    if json {
        let shown = numbers.iter();
        let shown = shown.map(|(name, number)| format!("\"{name}\":{number},"));
        let shown: String = shown.collect();
        let unknown = serde_json::json!(stats.unknown_fields());
        say_line(&format!(
            "{{{shown}\"seconds\":{seconds:.3},\"unknown_fields\":{unknown}}}"
        ));
    } else {
        let shown = numbers.iter();
        let shown = shown.map(|(name, number)| format!("{name} {number}, "));
        let shown: String = shown.collect();
        say(&format!("{shown}seconds {seconds:.3}"));
        for (resource, fields) in stats.unknown_fields() {
            let fields = fields.into_iter().collect::<Vec<_>>().join(", ");
            say(&format!("{resource}: the API also sends {fields}"));
        }
    }
}
