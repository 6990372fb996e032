//! An API of the tests: answers what its handler says, and notes each request.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// A request as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    pub method: String,
    /// Path and query.
    pub target: String,
    /// By name in small letters.
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Received {
    /// Its path without slashes around it.
    pub fn path(&self) -> &str {
        let path = self.target.split('?').next().unwrap_or_default();
        path.trim_matches('/')
    }

    /// A parameter of its query, as it came.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let (_, query) = self.target.split_once('?')?;
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
    }
}

/// Says the status and the JSON that answer a request.
type Handler = dyn Fn(&Received, SocketAddr) -> (u16, String) + Send + Sync;

/// A running API.
pub struct Api {
    address: SocketAddr,
    ended: Arc<AtomicBool>,
    received: Arc<Mutex<Vec<Received>>>,
    thread: JoinHandle<()>,
}

impl Api {
    /// Starts to answer.
    pub fn start(
        handler: impl Fn(&Received, SocketAddr) -> (u16, String) + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (ended, received) = (
            Arc::<AtomicBool>::default(),
            Arc::<Mutex<Vec<_>>>::default(),
        );
        let (stop, notes) = (Arc::clone(&ended), Arc::clone(&received));
        let handler: Arc<Handler> = Arc::new(handler);
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                let (handler, notes) = (Arc::clone(&handler), Arc::clone(&notes));
                let stream = stream.expect("a connection");
                std::thread::spawn(move || serve(stream, address, &*handler, &notes));
            }
        });
        Self {
            address,
            ended,
            received,
            thread,
        }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The requests so far, in the order in which they came.
    pub fn received(&self) -> Vec<Received> {
        self.received.lock().expect("no panic").clone()
    }

    /// Ends, with all requests in the order in which they came.
    pub fn stop(self) -> Vec<Received> {
        self.ended.store(true, Ordering::SeqCst);
        // Wakes the thread that waits for connections.
        drop(TcpStream::connect(self.address));
        self.thread.join().expect("it has not panicked");
        std::mem::take(&mut self.received.lock().expect("no panic"))
    }
}

fn serve(stream: TcpStream, address: SocketAddr, handler: &Handler, notes: &Mutex<Vec<Received>>) {
    let mut reader = BufReader::new(stream);
    while let Some(request) = request(&mut reader) {
        notes.lock().expect("no panic").push(request.clone());
        let (status, body) = handler(&request, address);
        let head = format!(
            "HTTP/1.1 {status} Said\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let written = reader.get_mut().write_all((head + &body).as_bytes());
        if written.is_err() {
            return;
        }
    }
}

/// The next request of a connection, unless it ended.
fn request(reader: &mut BufReader<TcpStream>) -> Option<Received> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim().split_once(':') else {
            break;
        };
        headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
    let length = headers
        .get("content-length")
        .map_or(0, |length| length.parse().expect("a length"));
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let body = String::from_utf8(body).expect("a text");
    Some(Received {
        method,
        target,
        headers,
        body,
    })
}
