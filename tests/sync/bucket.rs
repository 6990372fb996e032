//! Servers of object stores that are the tests' own, and tables in them, read by DuckDB through pyarrow.

use super::lake::{ask, python};
use super::place::Place;
use crate::harness;
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

/// What is secret in the environment of a run.
pub const SECRET: &str = "correct-horse-battery-staple";

/// The bucket of a server.
const BUCKET: &str = "shop";

/// Serves S3, and ends with standard input.
const MOTO: &str = r#"
import os, sys, threading
from moto.server import main
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
main(["-H", "127.0.0.1", "-p", sys.argv[1]])
"#;

/// Version of Azurite, which serves what Azure does.
const AZURITE: &str = "3.37.0";

/// The one account that Azurite has without being told, with its key.
const ACCOUNT: (&str, &str) = (
    "devstoreaccount1",
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
);

/// A server; it ends with the value.
pub struct Server {
    child: Child,
    pub port: u16,
    /// The scheme of addresses in it.
    kind: &'static str,
    /// Where its objects are, if they are files, and beside them what says so to clients.
    folder: Option<tempfile::TempDir>,
}

impl Server {
    /// The server of S3, which all tests of one time share.
    pub fn s3() -> Arc<Self> {
        static SERVER: Mutex<Weak<Server>> = Mutex::new(Weak::new());
        let mut server = SERVER.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = server.upgrade() {
            return running;
        }
        let python = python(&["moto[s3]==5.2.5", "flask==3.1.3", "flask-cors==6.0.2"]);
        let port = free_port();
        let mut command = Command::new(python);
        command.args(["-c", MOTO, &port.to_string()]);
        let started = Arc::new(Self::start(command, port, "s3", None));
        let signed = "AWS4-HMAC-SHA256 Credential=loader/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0";
        let made = started.request(
            &format!("PUT /{BUCKET}"),
            &format!("Authorization: {signed}"),
        );
        assert!(made.starts_with("HTTP/1.1 200 "), "{made}");
        *server = Arc::downgrade(&started);
        started
    }

    /// A server of Azure's blobs.
    pub fn azure() -> Arc<Self> {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("azurite-{AZURITE}"));
        let program = folder.join("node_modules/azurite/dist/src/blob/main.js");
        if !folder.join("ready").exists() {
            std::fs::create_dir_all(&folder).expect("a folder");
            let installed = Command::new("npm")
                .args(["install", "--no-audit", "--no-fund", "--prefix"])
                .arg(&folder)
                .arg(format!("azurite@{AZURITE}"))
                .output();
            harness::succeed("npm install", &installed.expect("npm runs"));
            std::fs::write(folder.join("ready"), "").expect("the folder can be written");
        }
        let port = free_port();
        let mut command = Command::new("node");
        command
            .arg(program)
            .args(["--blobPort", &port.to_string(), "--inMemoryPersistence"])
            .args(["--skipApiVersionCheck", "--silent", "--disableTelemetry"]);
        let server = Arc::new(Self::start(command, port, "az", None));
        ask(json!({ "by": "make", "folder": format!("az://{BUCKET}"), "store": server.store() }));
        server
    }

    /// What stands for Google's storage, of which there is no server to install that heeds conditions.
    pub fn google() -> Arc<Self> {
        let port = free_port();
        let folder = tempfile::tempdir().expect("a folder");
        let objects = folder.path().join("objects");
        std::fs::create_dir_all(objects.join(BUCKET)).expect("a folder");
        let account = json!({
            "gcs_base_url": format!("http://127.0.0.1:{port}"), "disable_oauth": true,
            "client_email": "loader@example.org", "private_key": SECRET, "private_key_id": "1",
        });
        std::fs::write(folder.path().join("account.json"), account.to_string()).expect("a file");
        let mut command = Command::new("python3");
        command
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sync/google.py"))
            .arg(port.to_string())
            .arg(objects);
        Arc::new(Self::start(command, port, "gs", Some(folder)))
    }

    /// What a client needs: port, account, secret; or where the objects are.
    fn store(&self) -> Value {
        let (account, key) = match (self.kind, &self.folder) {
            (_, Some(folder)) => return json!([self.port, folder.path().join("objects"), null]),
            ("s3", _) => ("loader", SECRET),
            _ => ACCOUNT,
        };
        json!([self.port, account, key])
    }

    fn start(
        mut command: Command,
        port: u16,
        kind: &'static str,
        folder: Option<tempfile::TempDir>,
    ) -> Self {
        let child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the server runs");
        let server = Self {
            child,
            port,
            kind,
            folder,
        };
        let began = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(
                began.elapsed() < Duration::from_secs(60),
                "the server does not begin"
            );
            std::thread::sleep(Duration::from_millis(50));
        }
        server
    }

    fn request(&self, line: &str, header: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("the server runs");
        let request = format!(
            "{line} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n{header}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
            self.port
        );
        stream.write_all(request.as_bytes()).expect("it listens");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        answer
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _ended = self.child.wait();
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("a port").port()
}

/// A folder in a bucket.
pub struct Bucket {
    server: Arc<Server>,
    format: &'static str,
    folder: String,
    /// Where runs find the server.
    port: u16,
}

impl Bucket {
    /// A folder of its own for each one of this machine.
    pub fn new(server: &Arc<Server>, format: &'static str, folder: &Path) -> Self {
        let name = folder.file_name().expect("a name").to_string_lossy();
        Self {
            server: Arc::clone(server),
            format,
            folder: format!("{BUCKET}/{}/the lake", name.trim_start_matches('.')),
            port: server.port,
        }
    }

    /// The same where runs go through a proxy.
    pub fn through(self, port: u16) -> Self {
        Self { port, ..self }
    }

    fn address(&self) -> String {
        format!("{}://{}", self.server.kind, self.folder)
    }

    /// What `lake.py` says: by the view in the `bucket`, or the `names` of files.
    pub fn ask(&self, by: &str, table: &str, query: &str) -> Value {
        ask(json!({
            "by": by, "folder": self.address(), "table": table, "query": query, "store": self.server.store(),
        }))
    }
}

impl Place for Bucket {
    fn to(&self) -> String {
        format!("{}:{}", self.format, self.address())
    }

    fn environment(&self) -> Vec<(&'static str, String)> {
        if let Some(folder) = &self.server.folder {
            let account = folder.path().join("account.json");
            return vec![("GOOGLE_SERVICE_ACCOUNT", account.display().to_string())];
        }
        let url = format!("http://127.0.0.1:{}", self.port);
        if self.server.kind == "az" {
            return vec![
                ("AZURE_STORAGE_USE_EMULATOR", "true".to_owned()),
                ("AZURITE_BLOB_STORAGE_URL", url),
            ];
        }
        vec![
            ("AWS_ACCESS_KEY_ID", "loader".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", SECRET.to_owned()),
            ("AWS_REGION", "us-east-1".to_owned()),
            ("AWS_ENDPOINT", url),
            ("AWS_ALLOW_HTTP", "true".to_owned()),
        ]
    }

    /// Those that differ in what is committed when, and in what is replaced: each table takes seconds.
    fn repeatable(&self) -> Vec<&'static str> {
        vec!["appended", "replaced", "upserted"]
    }

    fn rows(&self, table: &str) -> Vec<Value> {
        let order = if table.starts_with("versions") {
            " ORDER BY valid_from"
        } else {
            ""
        };
        let rows = self.ask(
            "bucket",
            table,
            &format!("SELECT * FROM \"{table}\"{order}"),
        );
        rows.as_array().expect("rows").clone()
    }
}
