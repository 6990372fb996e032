//! Plays conversations: what a connector asks, and what it is answered, as text.
//!
//! ```text
//! ## how it ends
//!
//! ### a remark
//! GET https://api.example.com/v1/items?page=1
//! Authorization: Bearer t-1
//!
//! HTTP 200
//!
//! {"items":[]}
//! ```
//!
//! In a request, `*` stands for any text. In an answer, `«{"id":1}» × 3` stands for three of these with commas between.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::Value;

use super::{Asked, Reply, Stub, decode};

/// Headers of every request, which a conversation need not have.
const OF_ALL: [&str; 7] = [
    "accept",
    "accept-encoding",
    "content-length",
    "host",
    "user-agent",
    "x-forwarded-host",
    "x-forwarded-proto",
];

/// A conversation.
pub struct Conversation {
    /// How it ends: `records: 5`, or `error: Decode`.
    pub end: String,
    steps: Arc<Mutex<Steps>>,
}

#[derive(Default)]
struct Steps {
    open: Vec<Step>,
    unexpected: Vec<Asked>,
}

/// A request and its answer.
#[derive(Debug)]
struct Step {
    remark: String,
    method: String,
    url: String,
    headers: BTreeMap<String, String>,
    body: String,
    answer: String,
}

impl Conversation {
    /// The conversations of a file.
    pub fn all(text: &str) -> Vec<Self> {
        let text = format!("\n{text}");
        text.split("\n## ").skip(1).map(Self::read).collect()
    }

    fn read(text: &str) -> Self {
        let (end, steps) = text.split_once('\n').expect("how it ends");
        let steps = Steps {
            open: steps.split("\n### ").skip(1).map(Step::read).collect(),
            unexpected: Vec::new(),
        };
        Self {
            end: end.to_owned(),
            steps: Arc::new(Mutex::new(steps)),
        }
    }

    /// A server that answers each request as the first step that fits and was not played yet.
    pub fn start(&self) -> Stub {
        let steps = Arc::clone(&self.steps);
        Stub::start(move |asked| steps.lock().expect("steps").answer(asked))
    }

    /// Whether this number of records is all that is to be read, although there are more.
    pub fn is_enough(&self, read: u64) -> bool {
        self.end == format!("records: {read} and more")
    }

    /// Everything was asked for, nothing else was, and it ended as it should.
    pub fn check(&self, end: &str) {
        let Steps { open, unexpected } = &*self.steps.lock().expect("steps");
        let (asked, wanted) = (unexpected.first(), open.first());
        assert!(
            asked.is_none(),
            "{}: asked for {asked:#?}, but was to ask for {wanted:#?}",
            self.end
        );
        assert_eq!(end, self.end);
        assert!(open.is_empty(), "{end}: did not ask for {wanted:#?}");
    }
}

impl Steps {
    fn answer(&mut self, asked: &Asked) -> Reply {
        if let Some(next) = self.open.iter().position(|step| step.fits(asked)) {
            return reply(&self.open.remove(next).answer);
        }
        self.unexpected.push(asked.clone());
        Reply::status(400)
    }
}

impl Step {
    fn read(text: &str) -> Self {
        let (asked, answer) = text.split_once("\n\nHTTP ").expect("an answer");
        let (head, body) = asked.split_once("\n\n").unwrap_or((asked, ""));
        let mut lines = head.lines();
        let remark = lines.next().expect("a remark");
        let request = lines.next().expect("a request");
        let (method, url) = request.split_once(' ').expect("a method and a URL");
        let headers = lines.map(header);
        Self {
            remark: remark.to_owned(),
            method: method.to_owned(),
            url: url.to_owned(),
            headers: headers
                .map(|(name, value)| (name.to_lowercase(), value))
                .collect(),
            body: body.to_owned(),
            answer: answer.to_owned(),
        }
    }

    /// Whether a request is that of this step.
    fn fits(&self, asked: &Asked) -> bool {
        let of_gateway = |name: &str| asked.headers.get(name).map_or("", String::as_str);
        let url = format!(
            "{}://{}{}",
            of_gateway("x-forwarded-proto"),
            of_gateway("x-forwarded-host"),
            asked.target
        );
        let own =
            |name: &&String| !OF_ALL.contains(&name.as_str()) || self.headers.contains_key(*name);
        self.method == asked.method
            && matches(&decode(&self.url), &decode(&url))
            && asked.headers.keys().filter(own).eq(self.headers.keys())
            && self
                .headers
                .iter()
                .all(|(name, value)| matches(value, &asked.headers[name]))
            && self.fits_body(&asked.body)
    }

    fn fits_body(&self, body: &str) -> bool {
        match (serde_json::from_str(&self.body), serde_json::from_str(body)) {
            (Ok(wanted), Ok(body)) => is_alike(&wanted, &body),
            // The order of fields means nothing.
            _ => matches(&sorted(&self.body), &sorted(body)),
        }
    }
}

/// The fields of a form, sorted.
fn sorted(form: &str) -> String {
    let mut fields: Vec<_> = form.split('&').collect();
    fields.sort_unstable();
    fields.join("&")
}

fn header(line: &str) -> (String, String) {
    let (name, value) = line.split_once(": ").expect("a header");
    (name.to_owned(), value.to_owned())
}

fn reply(text: &str) -> Reply {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let mut lines = head.lines();
    let status = lines.next().expect("a status");
    let reply = Reply::status(status.parse().expect("a status"));
    let reply = lines
        .map(header)
        .fold(reply, |reply, (name, value)| reply.header(&name, value));
    reply.body(repeat(body.trim_end()))
}

/// Writes what is to be repeated as often as is said.
fn repeat(body: &str) -> String {
    let Some((before, rest)) = body.split_once('«') else {
        return body.to_owned();
    };
    let (piece, rest) = rest.split_once("» × ").expect("a number");
    let end = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    let (count, after) = rest.split_at(end);
    let pieces = vec![piece; count.parse().expect("a number")];
    format!("{before}{}{}", pieces.join(","), repeat(after))
}

/// Whether a text is as a pattern, in which `*` stands for anything.
fn matches(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(text) = text.strip_prefix(start) else {
        return false;
    };
    let mut ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
    ends.any(|end| matches(rest, &text[end..]))
}

/// Whether a JSON value is as another, in which the text `*` stands for anything.
fn is_alike(wanted: &Value, value: &Value) -> bool {
    match (wanted, value) {
        (Value::String(pattern), Value::String(text)) => matches(pattern, text),
        (Value::String(any), _) => any == "*",
        (Value::Array(wanted), Value::Array(values)) => {
            let mut pairs = wanted.iter().zip(values);
            wanted.len() == values.len() && pairs.all(|(a, b)| is_alike(a, b))
        }
        (Value::Object(wanted), Value::Object(values)) => {
            let like = |(key, wanted)| values.get(key).is_some_and(|value| is_alike(wanted, value));
            wanted.len() == values.len() && wanted.iter().all(like)
        }
        (wanted, value) => wanted == value,
    }
}
