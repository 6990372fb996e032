//! A small API for `specs/demo.yaml`: a bearer token, and two lists read by offset.

use std::io::{BufRead, BufReader, Result, Write};
use std::net::{TcpListener, TcpStream};

/// Records of each list.
const COUNT: usize = 250;
/// The token that it accepts.
pub const TOKEN: &str = "demo-token";

/// Answers on 127.0.0.1 until the process ends; port 0 is any free one. Gives the port, and the loop that answers.
pub fn listen(port: u16) -> Result<(u16, impl FnOnce())> {
    let listener = TcpListener::bind(("127.0.0.1", port))?;
    let port = listener.local_addr()?.port();
    let answer = move || {
        for connection in listener.incoming() {
            // A client that goes away is no reason to stop.
            let _ = connection.and_then(serve);
        }
    };
    Ok((port, answer))
}

/// Answers the one request of a connection.
fn serve(mut connection: TcpStream) -> Result<()> {
    let mut lines = BufReader::new(connection.try_clone()?).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    let mut authorized = false;
    for header in lines {
        let header = header?;
        if header.is_empty() {
            break;
        }
        let (name, value) = header.split_once(':').unwrap_or_default();
        authorized |=
            name.eq_ignore_ascii_case("authorization") && value.trim() == format!("Bearer {TOKEN}");
    }
    let target = request.split(' ').nth(1).unwrap_or("/");
    let (status, body) = if authorized {
        answer(target)
    } else {
        ("401 Unauthorized", message("missing or wrong token"))
    };
    write!(
        connection,
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}

/// One page of a list.
fn answer(target: &str) -> (&'static str, String) {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let number = |name: &str, otherwise| {
        let values = query.split('&').filter_map(|pair| pair.split_once('='));
        values
            .filter(|(key, _)| *key == name)
            .find_map(|(_, value)| value.parse().ok())
            .unwrap_or(otherwise)
    };
    let record: fn(usize) -> String = match path {
        "/v1/cash_drawers" => cash_drawer,
        "/v1/bank_accounts" => bank_account,
        _ => return ("404 Not Found", message("no such list")),
    };
    let start: usize = number("offset", 0).min(COUNT);
    let end = start
        .saturating_add(number("limit", 20).min(100))
        .min(COUNT);
    let records: Vec<String> = (start..end).map(record).collect();
    (
        "200 OK",
        format!(r#"{{"data":[{}],"total":{COUNT}}}"#, records.join(",")),
    )
}

fn cash_drawer(number: usize) -> String {
    let state = ["open", "ended", "closed"]
        .get(number % 3)
        .unwrap_or(&"open");
    let closed = if number % 3 == 2 {
        r#""2025-01-02T18:05:00Z""#
    } else {
        "null"
    };
    format!(
        r#"{{"id":"d-{number}","name":"Drawer {number}","state":"{state}","opened_at":"2025-01-02T07:55:00Z","closed_at":{closed},"opened_cash":"{number}.50"}}"#
    )
}

fn bank_account(number: usize) -> String {
    format!(
        r#"{{"id":"a-{number}","name":"Account {number}","currency":"EUR","balance":"{}.07"}}"#,
        number * 37
    )
}

fn message(text: &str) -> String {
    format!(r#"{{"error":{{"message":"{text}"}}}}"#)
}
