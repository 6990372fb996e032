//! Time and memory of `spile generate` for specs of 100, 1,000 and 10,000 resources with 30 fields each.
//!
//! `cargo bench --bench generate`, or with other sizes: `cargo bench --bench generate -- 500 2000`. Each size is
//! generated three times into a new folder; the fastest is shown. Memory is the process's peak (Linux), CPU time that of
//! all its threads in user mode and in the kernel.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a benchmark"
)]

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Times that each size is generated.
const ROUNDS: usize = 3;

/// Opens the synthetic spec.
const HEAD: &str = r#"spile: 1
name: synthetic
config:
  token: secret
client:
  base_url: https://api.example.com
  auth: { type: bearer, token: "{{ config.token }}" }
resource_defaults:
  primary_key: id
  write_disposition: merge
  endpoint:
    data_selector: data
    paginator: { type: offset, limit: 100 }
resources:
"#;

fn main() {
    let mut sizes: Vec<u32> = std::env::args()
        .skip(1)
        .filter_map(|argument| argument.parse().ok())
        .collect();
    if sizes.is_empty() {
        sizes = vec![100, 1_000, 10_000];
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("generate-bench");
    println!(
        "{:>9} {:>10} {:>9} {:>9} {:>9} {:>16}",
        "resources", "spec, kB", "seconds", "CPU, s", "peak, MB", "CPU ms/resource"
    );
    for size in sizes {
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a folder for the benchmark");
        let spec = folder.join("synthetic.yaml");
        let text = synthetic(size);
        fs::write(&spec, &text).expect("the spec is written");
        let (mut best, mut peak) = ((Duration::MAX, Duration::MAX), 0);
        let mut out = folder.clone();
        // A new folder each time: a file system may be slow where files were removed just before.
        for round in 0..ROUNDS {
            out = folder.join(format!("connectors_{round}"));
            let (time, cpu, memory) = generate(&spec, &out);
            best = (best.0.min(time), best.1.min(cpu));
            peak = peak.max(memory);
        }
        let files = fs::read_dir(out.join("synthetic/src/resources"))
            .expect("generated files")
            .count();
        assert!(files >= size as usize, "a file for each resource");
        let (seconds, cpu) = (best.0.as_secs_f64(), best.1.as_secs_f64());
        let each = cpu * 1000.0 / f64::from(size);
        println!(
            "{size:>9} {:>10} {seconds:>9.3} {cpu:>9.2} {:>9} {each:>16.3}",
            text.len() / 1000,
            peak / 1000
        );
    }
    let _ = fs::remove_dir_all(&folder);
}

/// Wall and CPU time of one run, and its peak memory in kilobytes.
fn generate(spec: &Path, out: &Path) -> (Duration, Duration, u64) {
    let cpu = cpu_of_children();
    let started = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_spile"))
        .arg("generate")
        .arg(spec)
        .arg("--out")
        .arg(out)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("spile starts");
    let mut peak = 0;
    let status = loop {
        // The kernel keeps the highest value, so that only the last reading before the end matters.
        peak = peak_memory(child.id()).unwrap_or(peak);
        if let Some(status) = child.try_wait().expect("the state of spile") {
            break status;
        }
        std::thread::sleep(Duration::from_millis(1));
    };
    assert!(status.success(), "spile ended with {status}");
    (started.elapsed(), cpu_of_children() - cpu, peak)
}

/// CPU time of all processes that this one has waited for: the 16th and 17th field of `/proc/self/stat` (proc(5)), in
/// ticks of 10 ms.
fn cpu_of_children() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The second field is the name of the program in parentheses.
    let fields = stat.rsplit(')').next().unwrap_or_default();
    let ticks = fields.split_whitespace().skip(13).take(2);
    let ticks: u64 = ticks.filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

fn peak_memory(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    status.lines().find_map(|line| {
        line.strip_prefix("VmHWM:")?
            .trim()
            .strip_suffix(" kB")?
            .parse()
            .ok()
    })
}

/// A spec of that many resources with 30 fields each, of every kind that APIs have.
fn synthetic(resources: u32) -> String {
    let kinds = [
        "string",
        "integer",
        "number",
        "boolean",
        "decimal",
        "timestamp",
        "date",
        "string!",
    ];
    let mut spec = HEAD.to_owned();
    for number in 0..resources {
        let _ = writeln!(
            spec,
            "  - name: resource_{number}\n    description: Records of kind {number}."
        );
        let _ = writeln!(
            spec,
            "    endpoint: /v1/resource_{number}\n    fields:\n      id: integer!"
        );
        spec.push_str(
            "      state: { enum: [open, ended, closed], description: How far it is. }\n",
        );
        spec.push_str("      owner: { id: string!, name: string }\n      lines: [{ sku: string!, quantity: integer }]\n");
        for field in 4..30 {
            let _ = writeln!(spec, "      field_{field}: {}", kinds[field % kinds.len()]);
        }
    }
    spec
}
