//! An API that answers as that of dlt's own tests, for as many pages as dlt read, and notes each request.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use serde_json::{Value, json};

/// Records of a page.
const PAGE: u64 = 5;

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

/// A running API.
pub struct Api {
    address: SocketAddr,
    ended: Arc<AtomicBool>,
    received: Arc<Mutex<Vec<Received>>>,
    thread: JoinHandle<()>,
}

impl Api {
    /// Starts to answer. `calls` tell how many pages each path has.
    pub fn start(calls: &[Value]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let pages = calls
            .iter()
            .map(|call| {
                let path = call["path"].as_str().unwrap().trim_matches('/').to_owned();
                (path, call["page_sizes"].as_array().unwrap().len() as u64)
            })
            .collect::<BTreeMap<_, _>>();
        let (ended, received) = (
            Arc::<AtomicBool>::default(),
            Arc::<Mutex<Vec<_>>>::default(),
        );
        let (stop, notes) = (Arc::clone(&ended), Arc::clone(&received));
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                let (pages, notes) = (pages.clone(), Arc::clone(&notes));
                let stream = stream.unwrap();
                std::thread::spawn(move || serve(stream, address, &pages, &notes));
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

    /// Ends, with all requests in the order in which they came.
    pub fn stop(self) -> Vec<Received> {
        self.ended.store(true, Ordering::SeqCst);
        // Wakes the thread that waits for connections.
        drop(TcpStream::connect(self.address));
        self.thread.join().unwrap();
        std::mem::take(&mut self.received.lock().unwrap())
    }
}

fn serve(
    stream: TcpStream,
    address: SocketAddr,
    pages: &BTreeMap<String, u64>,
    notes: &Mutex<Vec<Received>>,
) {
    let mut reader = BufReader::new(stream);
    while let Some(request) = request(&mut reader) {
        notes.lock().unwrap().push(request.clone());
        let (status, body) = answer(&request, address, pages);
        let body = body.map(|body| body.to_string()).unwrap_or_default();
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
        .map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let body = String::from_utf8(body).unwrap();
    Some(Received {
        method,
        target,
        headers,
        body,
    })
}

fn answer(
    request: &Received,
    address: SocketAddr,
    pages: &BTreeMap<String, u64>,
) -> (u16, Option<Value>) {
    let (path, query) = request
        .target
        .split_once('?')
        .unwrap_or((&request.target, ""));
    let path = path.trim_matches('/');
    let parameter = |name: &str| {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
    };
    let page: u64 = parameter("page").map_or(1, |page| page.parse().unwrap());
    let body: Value = serde_json::from_str(&request.body).unwrap_or_default();
    // The parent, which stands in the path, the query, a header or the body.
    let post: u64 = path
        .split('/')
        .filter_map(|part| part.parse().ok())
        .next()
        .or_else(|| parameter("post_id").and_then(|id| id.parse().ok()))
        .or_else(|| {
            request
                .headers
                .get("post_id")
                .and_then(|id| id.parse().ok())
        })
        .or_else(|| body["post_id"].as_u64())
        .unwrap_or_default();
    let last = pages.get(path).copied().unwrap_or(1);
    let listed = |record: &dyn Fn(u64) -> Value, key: &str| {
        let first = (page - 1) * PAGE;
        let mut listed = json!({ "page": page, "total_pages": last });
        listed[key] = (first..first + PAGE).map(record).collect();
        if page < last {
            listed["next_page"] = json!(format!("http://{address}/{path}?page={}", page + 1));
        }
        listed
    };
    let posts = |key: &str| {
        listed(
            &|id| json!({ "id": id, "title": format!("Post {id}") }),
            key,
        )
    };
    let comments = || {
        let comment = |id| json!({ "id": id, "post_id": post, "body": format!("Comment {id} for post {post}") });
        listed(&comment, "data")
    };
    let detail = || json!({ "id": post, "body": format!("Post body {post}") });
    let parts: Vec<&str> = path.split('/').collect();
    match parts[..] {
        ["posts", _, "some_details_404"] if post > 0 => {
            (404, Some(json!({ "error": "not found" })))
        }
        ["posts", _, "some_details_404_others_422"] if post > 0 => (
            if post == 1 { 404 } else { 422 },
            Some(json!({ "error": "not found" })),
        ),
        ["posts", _, "some_details_204"] if post > 0 => (204, None),
        ["posts", _, "comments"]
        | ["post_comments" | "post_comments_via_headers" | "post_comments_via_form_data"] => {
            (200, Some(comments()))
        }
        ["posts_under_a_different_key"] => (200, Some(posts("many-results"))),
        ["posts", "search_by_id", _] => (200, Some(body)),
        ["posts"] | ["posts", "search"] | ["posts_form_data_incremental"] => {
            (200, Some(posts("data")))
        }
        ["posts", ..] | ["post_detail" | "post_detail_via_headers"] => (200, Some(detail())),
        ["missing"] => (404, Some(json!({ "error": "not found" }))),
        _ => (200, Some(json!({ "data": request.body }))),
    }
}
