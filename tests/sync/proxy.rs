//! A way to a server on which requests can be counted, lost, refused and held up.

use super::bucket::SECRET;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// What becomes of requests; they are counted from 1 on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    None,
    /// One is carried out, but its answer is lost.
    Loses(usize),
    /// From one on all are refused.
    Refuses(usize),
    /// Conditions are left out.
    Forgets,
    /// Those that write a manifest wait, but for the first so many of them.
    Holds(usize),
}

struct Way {
    server: u16,
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    fault: Fault,
    seen: usize,
    manifests: usize,
    /// Requests that wait.
    held: usize,
}

impl Way {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A proxy before a server that closes its connections.
pub struct Proxy {
    pub port: u16,
    way: Arc<Way>,
}

impl Proxy {
    pub fn start(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("a port").port();
        let way = Arc::new(Way {
            server,
            state: Mutex::new(State {
                fault: Fault::None,
                seen: 0,
                manifests: 0,
                held: 0,
            }),
            changed: Condvar::new(),
        });
        let theirs = Arc::clone(&way);
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let way = Arc::clone(&theirs);
                std::thread::spawn(move || serve(client, &way));
            }
        });
        Self { port, way }
    }

    /// From now on; counting starts anew.
    pub fn set(&self, fault: Fault) {
        let mut state = self.way.state();
        (state.fault, state.seen, state.manifests) = (fault, 0, 0);
        self.way.changed.notify_all();
    }

    /// Requests that came since the fault was set.
    pub fn seen(&self) -> usize {
        self.way.state().seen
    }

    /// Waits until a request is held up.
    pub fn wait_for_held(&self) {
        let mut state = self.way.state();
        while state.held == 0 {
            state = self
                .way
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// One request of a connection.
fn serve(client: TcpStream, way: &Way) {
    let mut reader = BufReader::new(client);
    let Some(request) = read(&mut reader) else {
        return;
    };
    let client = reader.get_mut();
    let line = request
        .split(|byte| *byte == b'\r')
        .next()
        .unwrap_or_default();
    let line = String::from_utf8_lossy(line).into_owned();
    let is_manifest = line.starts_with("PUT ") && line.contains("/manifest.json");
    let mut state = way.state();
    state.seen += 1;
    state.manifests += usize::from(is_manifest);
    let (number, manifest) = (state.seen, state.manifests);
    match state.fault {
        Fault::Refuses(from) if number >= from => {
            drop(state);
            // As S3 does, it repeats what was signed.
            let said = format!(
                "<Error><Code>AccessDenied</Code><Message>No more of {SECRET}</Message>\
                 <CanonicalRequest>x-amz-security-token:{SECRET}</CanonicalRequest></Error>"
            );
            let length = said.len();
            let answer = format!(
                "HTTP/1.1 403 Forbidden\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{said}"
            );
            let _gone = client.write_all(answer.as_bytes());
            return;
        }
        Fault::Loses(one) if number == one => {
            drop(state);
            forward(&request, way.server);
            return;
        }
        Fault::Holds(after) if is_manifest && manifest > after => {
            state.held += 1;
            way.changed.notify_all();
            while matches!(state.fault, Fault::Holds(_)) {
                state = way
                    .changed
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner);
            }
            state.held -= 1;
        }
        _ => {}
    }
    let forgets = state.fault == Fault::Forgets;
    drop(state);
    let request = if forgets {
        unconditional(&request)
    } else {
        request
    };
    let answer = forward(&request, way.server);
    let _gone = client.write_all(&answer);
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<Vec<u8>> {
    let (mut request, mut length) = (Vec::new(), 0);
    loop {
        let start = request.len();
        reader
            .read_until(b'\n', &mut request)
            .ok()
            .filter(|read| *read > 0)?;
        let line = String::from_utf8_lossy(&request[start..]).to_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().expect("a length");
        }
        if line == "\r\n" {
            break;
        }
    }
    let start = request.len();
    request.resize(start + length, 0);
    reader.read_exact(&mut request[start..]).ok()?;
    Some(request)
}

/// The same request without what it depends on.
fn unconditional(request: &[u8]) -> Vec<u8> {
    let lines = request.split_inclusive(|byte| *byte == b'\n');
    let kept = lines.filter(|line| {
        let line = line.to_ascii_lowercase();
        !line.starts_with(b"if-match:") && !line.starts_with(b"if-none-match:")
    });
    kept.flatten().copied().collect()
}

fn forward(request: &[u8], server: u16) -> Vec<u8> {
    let mut stream = TcpStream::connect(("127.0.0.1", server)).expect("the server runs");
    stream.write_all(request).expect("it listens");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("it answers");
    answer
}
