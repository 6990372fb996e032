//! A server of PostgreSQL that is this test's own, read by `psql`.

use super::place::Place;
use serde_json::Value;
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// The password of the one user.
pub const PASSWORD: &str = "correct horse";

const MISSING: &str = "PostgreSQL is not installed: apt-get install postgresql";

/// A server; it ends with the value.
pub struct Server {
    child: Mutex<Child>,
    port: u16,
    folder: tempfile::TempDir,
}

/// A program of PostgreSQL, which Debian keeps in a folder for each version.
fn program(name: &str) -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let installed = versions
        .flatten()
        .map(|version| version.path().join("bin").join(name));
    installed
        .filter(|path| path.exists())
        .max()
        .unwrap_or_else(|| name.into())
}

/// A command as a user who is not root, whom the server refuses, if such a one is there to be.
fn unprivileged(program: &Path) -> Command {
    let mut command = if owner().is_some() {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    command.env_remove("PGPASSWORD");
    command
}

/// The user and group `postgres`, if this is root.
fn owner() -> Option<(u32, u32)> {
    let id = |arguments: &[&str]| {
        let output = Command::new("id").args(arguments).output().ok()?;
        String::from_utf8(output.stdout).ok()?.trim().parse().ok()
    };
    let root = id(&["-u"]) == Some(0);
    root.then(|| {
        (
            id(&["-u", "postgres"]).expect(MISSING),
            id(&["-g", "postgres"]).expect(MISSING),
        )
    })
}

impl Server {
    pub fn start() -> Self {
        Self::start_as(|_| {})
    }

    /// One that takes no connections without TLS. Its certificate, which it has signed itself, is for 127.0.0.1.
    pub fn start_with_tls() -> Self {
        Self::start_as(|data| {
            let made = Command::new("openssl")
                .args([
                    "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                ])
                .args([
                    "-subj",
                    "/CN=loader",
                    "-addext",
                    "subjectAltName=IP:127.0.0.1",
                ])
                .args(["-addext", "basicConstraints=critical,CA:FALSE"])
                .args(["-keyout", "server.key", "-out", "server.crt"])
                .current_dir(data)
                .output();
            crate::harness::succeed("openssl", &made.expect("openssl runs"));
            if let Some((user, group)) = owner() {
                chown(data.join("server.key"), Some(user), Some(group)).expect("a file");
            }
            fs::set_permissions(data.join("server.crt"), fs::Permissions::from_mode(0o644))
                .expect("a file");
            let settings = fs::read_to_string(data.join("postgresql.conf")).expect("settings");
            fs::write(data.join("postgresql.conf"), settings + "\nssl = on\n").expect("settings");
            let rules = "hostssl all all 127.0.0.1/32 scram-sha-256\n";
            fs::write(data.join("pg_hba.conf"), rules).expect("rules");
        })
    }

    /// Its certificate.
    pub fn certificate(&self) -> PathBuf {
        self.data().join("server.crt")
    }

    fn start_as(prepare: impl FnOnce(&Path)) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("a folder");
        let data = folder.path().join("data");
        let password = folder.path().join("password");
        fs::write(&password, PASSWORD).expect("a file");
        fs::create_dir(&data).expect("a folder");
        if let Some((user, group)) = owner() {
            chown(&data, Some(user), Some(group)).expect("a folder");
        }
        let made = unprivileged(&program("initdb"))
            .arg("-D")
            .arg(&data)
            .args([
                "-A",
                "scram-sha-256",
                "-U",
                "loader",
                "-E",
                "UTF8",
                "--locale=C",
                "-N",
            ])
            .arg("--pwfile")
            .arg(&password)
            .current_dir(folder.path())
            .output()
            .expect(MISSING);
        crate::harness::succeed("initdb", &made);
        prepare(&data);
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("a port").port();
        drop(listener);
        let server = Self {
            child: Mutex::new(Self::spawn(&data, port)),
            port,
            folder,
        };
        server.wait();
        server
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Kills the server as the system would.
    pub fn kill(&self) {
        assert!(self.signal("-KILL"), "it runs");
        let mut child = self.child.lock().expect("no panic");
        child.wait().expect("it ends");
    }

    /// Sends it a signal, and not to `runuser`, which keeps most of them to itself; false where it does not run.
    fn signal(&self, signal: &str) -> bool {
        let Ok(file) = fs::read_to_string(self.data().join("postmaster.pid")) else {
            return false;
        };
        let pid = file.lines().next().expect("a number");
        let sent = Command::new("kill").args([signal, pid]).status();
        sent.expect("kill runs").success()
    }

    /// Starts it again after it was killed; its sessions end by themselves before.
    pub fn restart(&self) {
        *self.child.lock().expect("no panic") = Self::spawn(&self.data(), self.port);
        self.wait();
    }

    fn spawn(data: &Path, port: u16) -> Child {
        unprivileged(&program("postgres"))
            .arg("-D")
            .arg(data)
            .args(["-p", &port.to_string()])
            .args([
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "unix_socket_directories=",
                "-c",
                "fsync=off",
                "-c",
                "timezone=UTC",
            ])
            .current_dir(data)
            .stderr(Stdio::null())
            .spawn()
            .expect(MISSING)
    }

    fn wait(&self) {
        let began = Instant::now();
        while !self
            .psql("SELECT 1")
            .output()
            .expect(MISSING)
            .status
            .success()
        {
            assert!(
                began.elapsed() < Duration::from_secs(60),
                "the server does not begin"
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn psql(&self, sql: &str) -> Command {
        let mut command = Command::new(program("psql"));
        command
            .args([
                "-h",
                "127.0.0.1",
                "-p",
                &self.port.to_string(),
                "-U",
                "loader",
                "-d",
                "postgres",
            ])
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql])
            .env("PGPASSWORD", PASSWORD);
        command
    }

    /// What `psql` writes.
    pub fn run(&self, sql: &str) -> String {
        let output = self.psql(sql).output().expect(MISSING);
        crate::harness::succeed(sql, &output);
        String::from_utf8(output.stdout).expect("text")
    }

    /// Where a database of it is, with a password.
    pub fn url(&self, user: &str, database: &str) -> String {
        let password = PASSWORD.replace(' ', "%20");
        format!(
            "postgres://{user}:{password}@127.0.0.1:{}/{database}",
            self.port
        )
    }

    pub fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It ends its sessions, too.
        if !self.signal("-INT") {
            return;
        }
        let child = self.child.get_mut().expect("no panic");
        let began = Instant::now();
        while matches!(child.try_wait(), Ok(None)) && began.elapsed() < Duration::from_secs(20) {
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// A database of a server.
#[derive(Clone)]
pub struct Postgres {
    pub server: Arc<Server>,
    schema: String,
}

impl Postgres {
    /// A schema of its own for each folder.
    pub fn new(server: &Arc<Server>, folder: &Path) -> Self {
        let name = folder
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or("none");
        let schema = format!("s{}", name.trim_start_matches('.').to_lowercase());
        server.run(&format!("CREATE SCHEMA \"{schema}\""));
        Self {
            server: Arc::clone(server),
            schema,
        }
    }

    /// Runs a statement in the schema.
    pub fn run(&self, sql: &str) -> String {
        self.server
            .run(&format!("SET search_path = \"{}\"; {sql}", self.schema))
    }

    pub fn query(&self, sql: &str) -> Vec<Value> {
        let text = self.run(&format!(
            "SELECT coalesce(json_agg(r), '[]') FROM ({sql}) AS r"
        ));
        serde_json::from_str(&text).expect("JSON")
    }
}

impl Place for Postgres {
    fn to(&self) -> String {
        format!(
            "{}?options=-csearch_path%3D{}",
            self.server.url("loader", "postgres"),
            self.schema
        )
    }

    fn rows(&self, table: &str) -> Vec<Value> {
        let order = if table.starts_with("versions") {
            " ORDER BY valid_from"
        } else {
            ""
        };
        self.query(&format!("SELECT * FROM \"{table}\"{order}"))
    }
}
