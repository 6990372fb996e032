//! The servers of the `shared` folder, and those beside this file, as child processes.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// Starts the server in the background and ends it when standard input does: with the test process, however that ends.
const SUPERVISOR: &str = r#"
bash "$1/start.sh" </dev/null &
server=$!
exec >&-
cat >/dev/null
kill -TERM "$server" 2>/dev/null
wait "$server"
rm -rf "${REALSRV:-${XDG_CACHE_HOME:-$HOME/.cache}/spile-servers}/run/$1-$PORT"
"#;

/// Longer than an installation from the package registries takes.
const READY_WITHIN: Duration = Duration::from_mins(5);

/// A running server.
pub struct Server {
    /// `http://127.0.0.1:PORT`
    pub url: String,
    port: u16,
    /// Holds the pipe that keeps the server alive.
    _supervisor: Child,
}

/// A server that was started and may not answer yet.
pub struct Starting {
    name: &'static str,
    port: u16,
    lines: mpsc::Receiver<String>,
    supervisor: Child,
}

/// The folder with the servers: beside the repository, or where `SPILE_SHARED` says.
pub fn folder() -> PathBuf {
    let shared = std::env::var_os("SPILE_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let servers = shared.join("servers");
    assert!(
        servers.is_dir(),
        "the servers to read from are not in {}: put the `shared` folder beside the repository, or set SPILE_SHARED to it",
        servers.display(),
    );
    servers
}

/// Starts a server of the `shared` folder.
pub fn start(name: &'static str, environment: &[(&str, &str)]) -> Starting {
    start_in(&folder(), name, environment)
}

/// Starts a server that stands beside this file.
pub fn start_own(name: &'static str, environment: &[(&str, &str)]) -> Starting {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/servers");
    start_in(&own, name, environment)
}

/// Starts a server on a free port, in its own process group.
fn start_in(servers: &Path, name: &'static str, environment: &[(&str, &str)]) -> Starting {
    use std::os::unix::process::CommandExt;
    let port = TcpListener::bind("127.0.0.1:0")
        .and_then(|socket| socket.local_addr())
        .expect("a free port")
        .port();
    let mut supervisor = Command::new("bash")
        .args(["-c", SUPERVISOR, "supervisor", name])
        .current_dir(servers)
        .env("SERVERS", folder())
        .env("PORT", port.to_string())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .envs(environment.iter().copied())
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("bash starts");
    let (sender, lines) = mpsc::channel();
    for stream in [
        Box::new(supervisor.stdout.take().expect("piped")) as Box<dyn Read + Send>,
        Box::new(supervisor.stderr.take().expect("piped")),
    ] {
        let sender = sender.clone();
        std::thread::spawn(move || {
            BufReader::new(stream)
                .lines()
                .map_while(Result::ok)
                .try_for_each(|line| sender.send(line))
        });
    }
    Starting {
        name,
        port,
        lines,
        supervisor,
    }
}

impl Starting {
    /// Waits until the server says that it is ready.
    pub fn ready(self) -> Server {
        let mut said = Vec::new();
        loop {
            match self.lines.recv_timeout(READY_WITHIN) {
                Ok(line) if line.starts_with("READY ") => break,
                Ok(line) => said.push(line),
                Err(reason) => panic!(
                    "{} did not get ready ({reason}); it said:\n{}",
                    self.name,
                    said.join("\n")
                ),
            }
        }
        // Keeps reading, so that the server never blocks on a full pipe.
        std::thread::spawn(move || while self.lines.recv().is_ok() {});
        Server {
            url: format!("http://127.0.0.1:{}", self.port),
            port: self.port,
            _supervisor: self.supervisor,
        }
    }
}

impl Server {
    /// The body that a path answers a GET with.
    pub fn get(&self, path: &str) -> String {
        self.send("GET", path, "", "")
    }

    /// Changes something; headers are whole lines.
    pub fn change(&self, method: &str, path: &str, headers: &str, json: &str) {
        self.send(method, path, headers, json);
    }

    fn send(&self, method: &str, path: &str, headers: &str, body: &str) -> String {
        let mut socket = TcpStream::connect(("127.0.0.1", self.port)).expect("the server accepts");
        let length = body.len();
        write!(
            socket,
            "{method} {path} HTTP/1.0\r\nHost: 127.0.0.1:{}\r\n{headers}Content-Type: application/json\r\n\
             Content-Length: {length}\r\n\r\n{body}",
            self.port
        )
        .expect("the request is sent");
        let mut answer = String::new();
        socket
            .read_to_string(&mut answer)
            .expect("the answer is text");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        let status = head.split(' ').nth(1).unwrap_or_default();
        assert!(status.starts_with('2'), "{method} {path}: {answer}");
        body.to_owned()
    }

    /// Changes the database of a Datasette instance.
    pub fn execute(&self, sql: &str) {
        let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
        let home = || std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache"));
        let servers = std::env::var_os("REALSRV").map(PathBuf::from);
        let servers = servers.or_else(|| Some(cache.or_else(home)?.join("spile-servers")));
        let data = format!("run/datasette-{}/shop.db", self.port);
        let output = Command::new("python3")
            .args([
                "-c",
                "import sqlite3, sys\nsqlite3.connect(sys.argv[1]).executescript(sys.argv[2])",
            ])
            .arg(servers.expect("a home").join(data))
            .arg(sql)
            .output()
            .expect("python3 runs");
        crate::harness::succeed("the change of the database", &output);
    }

    /// Runs the server's truth script: what a careful reader finds, by stream.
    pub fn truth(&self, name: &str) -> super::truth::Truth {
        let dump = crate::harness::scratch(&format!("truth-{name}-{}", self.port));
        let output = Command::new("python3")
            .arg("-B")
            .arg(folder().join(name).join("truth.py"))
            .arg(&self.url)
            .arg("--dump")
            .arg(&dump)
            .output()
            .expect("python3 runs");
        crate::harness::succeed(&format!("truth.py of {name}"), &output);
        super::truth::Truth::read(&dump, &String::from_utf8_lossy(&output.stdout))
    }
}
