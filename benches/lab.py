#!/usr/bin/env python3
"""CPU seconds per 100,000 records: the generated connector of specs/lab.yaml against a client written by hand.

Both read the same API of ../shared/lab (or $SPILE_SHARED/lab) to JSON lines, in alternation, on a quiet machine:

    python3 benches/lab.py [--n 200000] [--rounds 5]

The hand-written client is `xt --hand` there: reqwest, `.json::<Page>()`, owned structs of texts and numbers,
serde_json into a BufWriter. The generated one types enums, timestamps and decimals besides. Both are release builds
with the profile of the lab. Everything is built into target/lab.
"""
import argparse, os, pathlib, shutil, statistics, subprocess, sys, time

repository = pathlib.Path(__file__).resolve().parent.parent
shared = pathlib.Path(os.environ.get("SPILE_SHARED", repository.parent / "shared")) / "lab"
options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
options.add_argument("--n", type=int, default=200_000, help="records of each resource")
options.add_argument("--rounds", type=int, default=5)
options.add_argument("--port", type=int, default=18480)
options = options.parse_args()

work = repository / "target" / "lab"
target = work / "target"
environment = {**os.environ, "CARGO_TARGET_DIR": str(target), "CARGO_PROFILE_RELEASE_LTO": "thin", "CARGO_PROFILE_RELEASE_CODEGEN_UNITS": "4"}


def cargo(*arguments, folder=repository, **more):
    subprocess.run(["cargo", *arguments], cwd=folder, check=True, **more)


def measure(command, output):
    """Wall seconds, CPU seconds and peak megabytes of one run."""
    started = time.monotonic()
    with open(output, "wb") as out:
        child = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
    if status != 0:
        sys.exit(f"{command[0]} ended with {status}")
    return time.monotonic() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


if not shared.is_dir():
    sys.exit(f"the lab is not in {shared}: put the folder `shared` beside the repository, or set SPILE_SHARED")
shutil.copytree(shared, work / "source", dirs_exist_ok=True)
for path in [work / "source", *(work / "source").rglob("*")]:
    path.chmod(path.stat().st_mode | 0o200)
cargo("build", "--quiet", "--release", "-p", "mockapi", "--features", "server", folder=work / "source", env=environment)
cargo("build", "--quiet", "--release", "-p", "clients", folder=work / "source", env=environment)
cargo("run", "--quiet", "--release", "--", "generate", "specs/lab.yaml", "--out", str(work / "connectors"))
cargo("build", "--quiet", "--release", folder=work / "connectors" / "lab", env=environment)

base = f"http://127.0.0.1:{options.port}/none"
server = subprocess.Popen([target / "release/mockapi", "--port", str(options.port), "--n", str(options.n)], stdout=subprocess.PIPE, text=True)
try:
    server.stdout.readline()
    print(f"{'resource':<10} {'who':<10} {'CPU s/100k':>11} {'records/s':>10} {'peak, MB':>9} {'CPU ratio':>10}")
    for resource in ("customers", "orders"):
        commands = {
            "by hand": [target / "release/xt", "--base", base, "--res", resource, "--limit", "100", "--total", str(options.n), "--hand", "1", "--out", work / "hand.jsonl"],
            "generated": [target / "release/lab", "read", resource, "--base-url", base],
        }
        runs = {name: [] for name in commands}
        for _ in range(options.rounds):
            for name, command in commands.items():
                runs[name].append(measure(command, work / f"{name}.out"))
        with open(work / "generated.out", "rb") as lines:
            count = sum(1 for _ in lines)
        if count != options.n:
            sys.exit(f"{resource}: {count} records were read, not {options.n}")
        # Each round is a pair: the ratio of medians would mix rounds of different noise.
        ratio = statistics.median(generated[1] / hand[1] for hand, generated in zip(runs["by hand"], runs["generated"]))
        for name, measured in runs.items():
            wall, cpu, memory = (statistics.median(column) for column in zip(*measured))
            print(f"{resource:<10} {name:<10} {cpu / options.n * 1e5:>11.3f} {options.n / wall:>10.0f} {memory:>9.1f} {f'{ratio:.2f}' if name == 'generated' else '':>10}")
finally:
    server.kill()
