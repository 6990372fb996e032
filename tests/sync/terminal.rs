//! What a terminal shows while a connector loads, as `script` of util-linux records it.

use super::folder;
use crate::harness;
use crate::sqlite::Sqlite;
use crate::world::{Step, World};
use std::process::Command;
use std::time::Duration;

/// A history, and time to look at it.
fn slow_world() -> World {
    let world = World::new();
    let records = (1..9).map(|id| (id, 1, None, 100, false)).collect();
    world.advance(&Step { records, leaves: 0 });
    world.delay(Duration::from_millis(60));
    world
}

#[test]
fn each_resource_has_a_line_of_progress_on_a_terminal() {
    let folder = folder();
    let place = Sqlite::staged(folder.path());
    let world = slow_world();
    let command = world.command(&place, &["upserted", "replaced"]);
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<_> = words.map(|word| format!("'{}'", word.display())).collect();
    let shell = words.join(" ");
    let set = command
        .get_envs()
        .filter_map(|(name, value)| Some((name, value?)));
    let output = Command::new("script")
        .args(["--quiet", "--return", "--command", &shell, "/dev/null"])
        .envs(set)
        .env("TERM", "xterm")
        .output();
    let output = output.expect("script runs: it is a part of util-linux");
    harness::succeed("sync", &output);
    let shown = String::from_utf8_lossy(&output.stdout);
    for line in [
        "upserted: 3 records, 0 loaded",
        "replaced: 6 records, 0 loaded",
    ] {
        assert!(shown.contains(line), "{shown}");
    }
    assert!(shown.contains("records 16, loaded 16,"), "{shown}");
}
