#!/usr/bin/env python3
"""Loading customers of the lab's API: the generated connector of specs/lab.yaml beside dlt and beside the bare loading step.

Reads from ../shared/lab (or $SPILE_SHARED/lab) into each destination, twice: into an empty one, and with every row there.
On a quiet machine, with python3, npm and Debian's `postgresql` (or where `postgres` is in the PATH):

    python3 benches/loading.py [--n 1000000] [--dlt-n 50000] [--rounds 1] [--only sqlite,postgres]

The first table has whole runs, from request to commit: rows per second, CPU seconds per 100,000 rows (for PostgreSQL
those of all processes of its server, too), peak megabytes of the program. `dlt` is 1.31.0 with `merge` as it loads
fastest: Parquet files for DuckDB, its defaults elsewhere; it loads fewer rows, since its second merge into SQLite grows
faster than the table.

The second table has the loading step alone: a run without `sync --dry-run`, which reads the same and loads nothing,
against the lab's `loadbench`, which writes as many rows from memory with the same client libraries, in one transaction. The
three take turns, and a ratio is the median of those of the rounds. Of PostgreSQL it has the CPU time of the sessions, as
`loadbench` has.

Release builds with the profile of the lab. Everything is built, and the server's data kept, in target/lab.
"""
import argparse, os, pathlib, pwd, shutil, statistics, subprocess, sys, time

repository = pathlib.Path(__file__).resolve().parent.parent
shared = pathlib.Path(os.environ.get("SPILE_SHARED", repository.parent / "shared")) / "lab"
options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
options.add_argument("--n", type=int, default=1_000_000, help="customers that the connector loads")
options.add_argument("--dlt-n", type=int, default=50_000, help="customers that dlt loads; 0 leaves it out")
options.add_argument("--rounds", type=int, default=1)
options.add_argument("--port", type=int, default=18481)
options.add_argument("--only", default="sqlite,duckdb,postgres,jsonl,parquet")
options = options.parse_args()
only = options.only.split(",")

work = repository / "target" / "lab"
target = work / "target"
out = work / "loaded"
release = {"CARGO_TARGET_DIR": str(target), "CARGO_PROFILE_RELEASE_LTO": "thin", "CARGO_PROFILE_RELEASE_CODEGEN_UNITS": "4"}
duckdb = work / "duckdb" / "package"
environment = {**os.environ, **release, "DUCKDB_LIB_DIR": str(duckdb), "LD_LIBRARY_PATH": str(duckdb)}


def run(*command, folder=repository):
    subprocess.run([str(part) for part in command], cwd=folder, check=True, env=environment, stdout=sys.stderr)


class Postgres:
    """A server of its own, whose CPU time counts; for a user of its own where this one is root."""

    port = "54381"

    def __init__(self):
        self.folder = work / "postgres"
        found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))
        self.programs = found[-1] if found else pathlib.Path(shutil.which("postgres")).parent
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.user = pwd.getpwnam("postgres") if os.getuid() == 0 else None
        if self.user:
            os.chown(self.folder, self.user.pw_uid, self.user.pw_gid)
        self.call("initdb", "-D", self.folder / "data", "-A", "trust", "-U", "lab", "-E", "UTF8", "--locale=C")
        settings = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder} -c shared_buffers=512MB -c max_wal_size=4GB"
        self.call("pg_ctl", "-D", self.folder / "data", "-w", "-l", self.folder / "log", "-o", settings, "start")
        self.pid = int((self.folder / "data/postmaster.pid").read_text().split()[0])

    def call(self, program, *arguments):
        identity = {"user": self.user.pw_uid, "group": self.user.pw_gid} if self.user else {}
        subprocess.run([self.programs / program, *arguments], check=True, stdout=subprocess.DEVNULL, cwd="/", **identity)

    def stop(self):
        self.call("pg_ctl", "-D", self.folder / "data", "-m", "fast", "-w", "stop")

    def cpu(self):
        """Seconds of all its processes, those that ended among them (proc(5), fields 14 to 17 of `stat`)."""
        children = pathlib.Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        running = sum(ticks_of(self.pid)[:2]) + sum(sum(ticks_of(child)[:2]) for child in children)
        return running / os.sysconf("SC_CLK_TCK") + self.sessions()

    def sessions(self):
        """Seconds of the processes that ended: those of sessions, and now and then of a vacuum."""
        return sum(ticks_of(self.pid)[2:]) / os.sysconf("SC_CLK_TCK")


def ticks_of(pid):
    try:
        return [int(field) for field in pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:15]]
    except OSError:
        return [0, 0, 0, 0]


def measure(command, server=None, show=None):
    """Wall seconds, CPU seconds with those of the server, peak megabytes, CPU seconds with those of its sessions, what was printed."""
    before, sessions, started = server.cpu() if server else 0, server.sessions() if server else 0, time.monotonic()
    child = subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, stderr=show or subprocess.PIPE, env=environment, text=True)
    printed = child.stdout.read()
    errors = "" if show else child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.monotonic() - started
    if server:
        # The process of a session ends after its client.
        time.sleep(1)
    if status != 0:
        sys.exit(f"{command[0]} ended with {status}:\n{errors}")
    own = usage.ru_utime + usage.ru_stime
    cpu = own + (server.cpu() - before if server else 0)
    return wall, cpu, usage.ru_maxrss / 1024, own + (server.sessions() - sessions if server else 0), printed


def build():
    if not shared.is_dir():
        sys.exit(f"the lab is not in {shared}: put the folder `shared` beside the repository, or set SPILE_SHARED")
    shutil.copytree(shared, work / "source", dirs_exist_ok=True)
    for path in [work / "source", *(work / "source").rglob("*")]:
        path.chmod(path.stat().st_mode | 0o200)
    features = ["sqlite", *(feature for feature in ("duckdb", "postgres", "parquet") if feature in only)]
    bench = []
    if "duckdb" in only:
        bench = ["--features", "duck"]
        if not duckdb.is_dir():
            duckdb.parent.mkdir(parents=True, exist_ok=True)
            run("npm", "pack", "--silent", "@duckdb/node-bindings-linux-x64@1.5.6-r.1", folder=duckdb.parent)
            run("tar", "xzf", *duckdb.parent.glob("*.tgz"), folder=duckdb.parent)
    run("cargo", "build", "--quiet", "--release", "-p", "mockapi", "--features", "server", folder=work / "source")
    run("cargo", "build", "--quiet", "--release", "-p", "loadbench", *bench, folder=work / "source")
    run("cargo", "run", "--quiet", "--release", "--", "generate", "specs/lab.yaml", "--out", work / "connectors")
    run("cargo", "build", "--quiet", "--release", "--features", ",".join(features), folder=work / "connectors" / "lab")
    if options.dlt_n and not (work / "dlt/bin/dlt").exists():
        run(sys.executable, "-m", "venv", work / "dlt")
        run(work / "dlt/bin/pip", "install", "--quiet", "dlt[duckdb,postgres,sqlalchemy,parquet]==1.31.0")


def api(records):
    server = subprocess.Popen([target / "release/mockapi", "--port", str(options.port), "--n", str(records)], stdout=subprocess.PIPE, text=True)
    server.stdout.readline()
    return server


def median(runs):
    return [statistics.median(column) for column in zip(*(run[:4] for run in runs))]


def rows(table):
    widths = [max(len(str(row[at])) for row in table) for at in range(len(table[0]))]
    for row in table:
        print("| " + " | ".join(str(cell).ljust(width) for cell, width in zip(row, widths)) + " |", flush=True)


STRATEGIES = {"sqlite": "upsert", "duckdb": "merge", "postgres": "copy-bin-merge"}


def bare(name):
    """CPU seconds per 100,000 rows of the loading step alone, of the first and the second load."""
    (work / "bare").mkdir(exist_ok=True)
    command = [target / "release/loadbench", name, STRATEGIES[name], "--n", options.n, "--dir", work / "bare", "--pg", f"host=127.0.0.1 port={Postgres.port} user=lab dbname=postgres"]
    lines = [line.split() for line in measure(command)[4].splitlines()]
    return [(float(line[6]) + float(line[7])) / int(line[3]) * 1e5 for line in lines if line[0] == name]


def connector(server):
    """By destination the medians of the first and the second load, and of what the loading step takes and `loadbench` does; and what reading takes.

    They take turns, so that the rounds and what else the machine does are the same for all.
    """
    base = f"http://127.0.0.1:{options.port}/none"
    places = {
        "sqlite": f"sqlite:{out}/lab.db",
        "duckdb": f"duckdb:{out}/lab.duckdb",
        "postgres": f"postgres://lab@127.0.0.1:{Postgres.port}/postgres",
        "jsonl": f"jsonl:{out}/jsonl",
        "parquet": f"parquet:{out}/parquet",
    }
    places = {name: place for name, place in places.items() if name in only}
    program = [target / "release/lab", "sync", "--base-url", base, "--resource", "customers", "--to"]
    runs, reads, steps = {name: ([], []) for name in places}, [], {}
    for _ in range(options.rounds):
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir(parents=True)
        if server:
            server.call("psql", "-q", "-h", "127.0.0.1", "-p", server.port, "-U", "lab", "-d", "postgres", "-c", "DROP TABLE IF EXISTS customers, _spile_state")
        for name, place in places.items():
            loads = [measure([*program, place], server if name == "postgres" else None) for _ in range(2)]
            for run, load in zip(runs[name], loads):
                run.append(load)
            reads.append(measure([*program, f"jsonl:{out}/none", "--dry-run"]))
            if name in STRATEGIES:
                own = [(load[3] - reads[-1][1]) / options.n * 1e5 for load in loads]
                steps.setdefault(name, []).append(list(zip(own, bare(name))))
    return {name: [median(load) for load in loads] for name, loads in runs.items()}, median(reads), steps


def dlt(server):
    """The same of dlt; its second load into SQLite is left out."""
    base = f"http://127.0.0.1:{options.port}/none"
    modes = {"sqlite": ["sqlite", "loads=1"], "duckdb": ["duckdb", "fmt=parquet", "loads=1"], "postgres": ["postgres", "loads=1"], "jsonl": ["jsonl"]}
    found = {}
    for name, (mode, *more) in modes.items():
        if name in only:
            url = f"pg=postgresql://lab:unused@127.0.0.1:{Postgres.port}/postgres"
            command = [work / "dlt/bin/python", work / "source/py/dlt_run.py", mode, "customers", "100", base, f"work={work}/dlt-work", url, *more]
            found[name] = median([measure(command, server if name == "postgres" else None)])
    return found


build()
server = Postgres() if "postgres" in only else None
try:
    source = api(options.n)
    try:
        ours, read, steps = connector(server)
    finally:
        source.kill()
    theirs = {}
    if options.dlt_n:
        source = api(options.dlt_n)
        try:
            theirs = dlt(server)
        finally:
            source.kill()
finally:
    if server:
        server.stop()


def figures(run, records):
    wall, cpu, peak, _ = run
    return [f"{records / wall:,.0f}", f"{cpu / records * 1e5:.2f}", f"{peak:.0f}"]


heads = ["rows/s", "CPU s per 100,000", "peak MB"]
table = [["destination", "program", "rows", *heads, *(f"again: {head}" for head in heads)]]
table.append(["-"] * len(table[0]))
for name, (first, second) in ours.items():
    table.append([name, "generated", f"{options.n:,}", *figures(first, options.n), *figures(second, options.n)])
    if name in theirs:
        table.append([name, "dlt", f"{options.dlt_n:,}", *figures(theirs[name], options.dlt_n), "", "", ""])
table.append(["none (`--dry-run`)", "generated", f"{options.n:,}", *figures(read, options.n), "", "", ""])
rows(table)
print()
table = [["loading step, CPU s per 100,000", "generated", "loadbench", "ratio", "again: generated", "loadbench", "ratio"], ["-"] * 7]
for name, rounds in steps.items():
    cells = [name]
    for load in zip(*rounds):
        own, alone = (statistics.median(side) for side in zip(*load))
        ratio = statistics.median(own / alone for own, alone in load)
        cells += [f"{own:.3f}", f"{alone:.3f}", f"{ratio:.2f}"]
    table.append(cells)
rows(table)
