//! Runs that are killed, or that fail, leave what was there before or what they have committed.

use super::*;

/// A run that is not waited for.
pub fn begin(world: &World, place: &dyn Place, resources: &[&str]) -> Child {
    let mut command = world.command(place, resources);
    command
        .arg("--quiet")
        .stderr(Stdio::piped())
        .spawn()
        .expect("the connector runs")
}

/// Resources that are loaded where runs are disturbed.
pub fn repeatable<P: Place>(world: &World, place: &P) -> Vec<&'static str> {
    let all = place.repeatable().into_iter();
    all.filter(|name| world.all().contains(name)).collect()
}

/// A history of three steps in which every table changes.
pub fn history() -> Vec<Step> {
    let record = |id, team, cents, gone| (id, team, Some(format!("n{cents}")), cents, gone);
    let first = vec![
        record(1, 0, 100, false),
        record(2, 0, 200, false),
        record(3, 1, 300, false),
        record(1, 0, 101, false),
        record(4, 1, 400, true),
        record(5, 2, 500, false),
        record(2, 2, 201, false),
    ];
    let second = vec![
        record(3, 1, 300, true),
        record(5, 0, 501, false),
        record(6, 1, 600, false),
        record(6, 1, 600, false),
    ];
    let third = vec![
        record(3, 1, 302, false),
        record(1, 2, 102, true),
        record(7, 0, 700, false),
        record(8, 0, 800, false),
    ];
    let step = |records, leaves| Step { records, leaves };
    vec![step(first, 0), step(second, 2), step(third, 3)]
}

/// Runs the history; before each run that counts another is disturbed, once in each of the ways that `disturb` knows:
/// it is given a number from 1 on and says whether that was still a disturbance.
pub fn disturbed_runs_leave_no_trace<P: Place>(
    open: impl Fn(&Path) -> P,
    disturb: impl Fn(&World, &P, usize) -> bool,
) {
    disturbed_runs_of(World::new, open, disturb);
}

/// The same in a world of its own.
pub fn disturbed_runs_of<P: Place>(
    world: fn() -> World,
    open: impl Fn(&Path) -> P,
    disturb: impl Fn(&World, &P, usize) -> bool,
) {
    let mut disturbances = 0;
    for number in 1.. {
        let folder = folder();
        let place = open(folder.path());
        let mut world = world();
        let resources = repeatable(&world, &place);
        let mut disturbed = false;
        for step in history() {
            world.advance(&step);
            disturbed |= disturb(&world, &place, number);
            world.fail_after(None);
            harness::succeed("sync", &world.sync(&place, &resources));
            world.model_run();
            world.compare(&place, &resources);
        }
        if !disturbed {
            break;
        }
        disturbances += 1;
    }
    assert!(disturbances > 5, "{disturbances} disturbances");
}

/// A first load whose keys come again, one of them deleted, after the commit of its first page.
pub fn keys_that_come_again_after_a_commit<P: Place>(place: &P) {
    let mut world = World::new();
    let record = |id, cents, gone| (id, 0, None, cents, gone);
    // On pages of three. The second has no row that is there; what it deletes is.
    let records = vec![
        record(1, 1, false),
        record(2, 2, false),
        record(3, 3, false),
        record(1, 4, true),
        record(4, 5, false),
        record(5, 6, false),
        record(2, 7, false),
    ];
    world.advance(&Step { records, leaves: 0 });
    for resource in ["upserted_new", "living"] {
        let mut command = world.command(place, &[resource]);
        let output = command.args(["--batch-size", "1"]).output();
        let output = output.expect("the connector runs");
        harness::succeed("sync", &output);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!said.contains("commits 1,"), "{said}");
    }
    world.model_run();
    world.compare(place, &["upserted_new", "living"]);
}

/// A command under `strace`, with what that does to system calls; those that are about other files than these are left
/// alone, if there are any.
pub fn under_strace(command: &Command, calls: &str, done: &str, files: &[PathBuf]) -> Command {
    let variables = command.get_envs();
    let variables = variables.filter_map(|(name, value)| Some((name, value?)));
    let mut traced = Command::new("strace");
    traced
        .args(["-f", "-qq", "-o", "/dev/null"])
        .args(["-e", &format!("trace={calls}")])
        .args(["-e", &format!("inject={calls}:{done}")]);
    for file in files {
        traced.arg("-P").arg(file);
    }
    traced
        .arg(command.get_program())
        .args(command.get_args())
        .env_clear()
        .envs(variables)
        .env("PATH", std::env::var_os("PATH").unwrap_or_default());
    traced
}

/// Kills the connector when it has come so many times to one of these system calls; whether it came to that.
pub fn kill_at<P: Place>(world: &World, place: &P, calls: &str, number: usize) -> bool {
    let mut command = world.command(place, &repeatable(world, place));
    command.args(["--batch-size", "2"]);
    let kill = format!("signal=KILL:when={number}");
    let output = under_strace(&command, calls, &kill, &[]).output();
    let output = output.expect("strace runs: apt-get install strace");
    !output.status.success()
}

/// Numbers close together at first and further and further apart, so that a few hundred places are tried by a few runs.
pub fn spread(number: usize) -> usize {
    number + number * number * number / 12
}

#[test]
fn sqlite_is_whole_after_a_kill_at_any_write() {
    disturbed_runs_leave_no_trace(Sqlite::new, |world, place, number| {
        kill_at(world, place, "pwrite64,ftruncate,unlink", spread(number))
    });
}

#[test]
fn sqlite_is_whole_after_a_kill_at_any_sync() {
    disturbed_runs_leave_no_trace(Sqlite::new, |world, place, number| {
        kill_at(world, place, "fdatasync,fsync", spread(number))
    });
}

#[test]
fn tables_of_lists_in_sqlite_are_whole_after_a_kill_at_any_write() {
    disturbed_runs_of(World::normalized, Sqlite::new, |world, place, number| {
        kill_at(
            world,
            place,
            "pwrite64,ftruncate,unlink",
            spread(2 * number),
        )
    });
}

#[test]
fn files_are_whole_after_a_kill_at_any_write() {
    disturbed_runs_leave_no_trace(Lake::parquet, |world, place, number| {
        kill_at(world, place, "write", spread(number))
    });
}

#[test]
fn files_are_whole_after_a_kill_at_any_sync_or_rename() {
    disturbed_runs_leave_no_trace(Lake::jsonl, |world, place, number| {
        kill_at(
            world,
            place,
            "fsync,rename,unlink,mkdir,openat",
            spread(number),
        )
    });
}

#[test]
fn what_fails_leaves_the_table_as_after_its_last_checkpoint() {
    disturbed_runs_leave_no_trace(Sqlite::new, fails_after);
}

/// Whether a run fails whose API answers so many requests well.
pub fn fails_after<P: Place>(world: &World, place: &P, number: usize) -> bool {
    world.fail_after(Some(spread(number) - 1));
    let mut command = world.command(place, &repeatable(world, place));
    let output = command
        .args(["--batch-size", "2"])
        .output()
        .expect("the connector runs");
    !output.status.success()
}

#[test]
fn what_fails_leaves_tables_of_lists_as_after_the_last_checkpoint() {
    disturbed_runs_of(World::normalized, Sqlite::new, fails_after);
}

#[test]
fn tables_of_lists_in_files_are_whole_after_a_kill_at_any_sync_or_rename() {
    disturbed_runs_of(World::normalized, Lake::parquet, |world, place, number| {
        let calls = "fsync,rename,unlink,mkdir,openat";
        kill_at(world, place, calls, spread(2 * number))
    });
}
