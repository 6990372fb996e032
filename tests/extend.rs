//! Modules beside a spec at work: the connector of `specs/obstacle_extend.yaml` reads from an API that the test serves.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod harness;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};

/// What was asked for, and the signature.
type Asked = Vec<(String, Option<String>)>;

/// Serves what it is asked for, and notes it.
fn serve() -> (String, Arc<Mutex<Asked>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let asked = Arc::<Mutex<Vec<_>>>::default();
    let notes = Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            answer(stream.unwrap(), &notes);
        }
    });
    (format!("http://{address}"), asked)
}

fn answer(stream: TcpStream, notes: &Mutex<Asked>) {
    let mut lines = BufReader::new(stream);
    let mut line = || {
        let mut text = String::new();
        lines.read_line(&mut text).unwrap();
        text.trim_end().to_owned()
    };
    let first = line();
    let mut signature = None;
    loop {
        let header = line();
        let Some((name, value)) = header.split_once(": ") else {
            break;
        };
        if name.eq_ignore_ascii_case("x-signature") {
            signature = Some(value.to_owned());
        }
    }
    let target = first.split(' ').nth(1).unwrap().to_owned();
    let (header, body) = match target.as_str() {
        "/letters?offset=0&limit=2" => (
            "",
            r#"{"data":[{"id":1,"text":"  Dear reader "},{"id":2,"text":"   "}]}"#,
        ),
        "/letters?offset=2&limit=2" => ("", r#"{"data":[{"id":3,"text":"Yours"}]}"#),
        "/frames" => ("X-Next: /frames/second?part=2\r\n", "width=80\nheight=25\n"),
        "/frames/second?part=2" => ("", "depth=8"),
        _ => ("", r#"{"data":[]}"#),
    };
    notes.lock().unwrap().push((target, signature));
    let length = body.len();
    let answer = format!(
        "HTTP/1.1 200 OK\r\n{header}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    );
    lines.get_mut().write_all(answer.as_bytes()).unwrap();
}

fn read(url: &str, resource: &str) -> String {
    harness::build();
    let output = Command::new(harness::target().join("debug/obstacle-extend"))
        .args(["--base-url", url, "read", resource])
        .env_clear()
        .env("OBSTACLE_EXTEND_KEY_ID", "k1")
        .env("OBSTACLE_EXTEND_KEY", "top secret")
        .output()
        .unwrap();
    harness::succeed("read", &output);
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_module_signs_requests_and_changes_records_without_shortening_pages() {
    let (url, asked) = serve();
    assert_eq!(
        read(&url, "letters"),
        "{\"id\":1,\"text\":\"Dear reader\"}\n{\"id\":3,\"text\":\"Yours\"}\n"
    );
    let asked = asked.lock().unwrap();
    let targets: Vec<&str> = asked.iter().map(|(target, _)| target.as_str()).collect();
    assert_eq!(
        targets,
        [
            "/letters?offset=0&limit=2",
            "/letters?offset=2&limit=2",
            "/letters?offset=3&limit=2"
        ]
    );
    // All pages have one path.
    let signature = asked[0].1.clone().expect("a signature");
    assert!(
        signature.starts_with("k1:") && signature.len() == 19,
        "{signature}"
    );
    assert!(
        asked
            .iter()
            .all(|(_, other)| other.as_ref() == Some(&signature))
    );
}

#[test]
fn a_module_reads_a_format_of_its_own_and_says_which_page_is_next() {
    let (url, asked) = serve();
    assert_eq!(
        read(&url, "frames"),
        "{\"name\":\"width\",\"value\":\"80\"}\n{\"name\":\"height\",\"value\":\"25\"}\n\
         {\"name\":\"depth\",\"value\":\"8\"}\n"
    );
    let asked = asked.lock().unwrap();
    assert_eq!(asked[1], ("/frames/second?part=2".to_owned(), None));
    assert_eq!(asked.len(), 2);
}

#[test]
fn a_module_is_copied_as_it_is_and_compared() {
    let folder = harness::scratch("extend");
    let specs = folder.join("specs");
    fs::create_dir_all(specs.join("extend")).unwrap();
    for file in [
        "obstacle_extend.yaml",
        "extend/signature.rs",
        "extend/letters.rs",
        "extend/frames.rs",
    ] {
        fs::copy(harness::root().join("specs").join(file), specs.join(file)).unwrap();
    }
    let generate = |more: &[&str]| {
        let out = folder.join("out");
        let mut arguments = vec![
            "generate",
            specs.to_str().unwrap(),
            "--out",
            out.to_str().unwrap(),
        ];
        arguments.extend(more);
        harness::spile(arguments)
    };
    harness::succeed("generate", &generate(&[]));
    let copy = folder.join("out/obstacle-extend/src/extend/letters.rs");
    let original = specs.join("extend/letters.rs");
    let text = |path: &Path| fs::read_to_string(path).unwrap();
    assert_eq!(text(&copy), text(&original));
    harness::succeed("check", &generate(&["--check"]));

    // What is changed beside the spec is a difference, and what is changed in the crate is not lost.
    fs::write(&original, text(&original) + "// more\n").unwrap();
    assert_eq!(generate(&["--check"]).status.code(), Some(1));
    harness::succeed("generate", &generate(&[]));
    assert!(text(&copy).ends_with("// more\n"));
    fs::write(&copy, "// by hand\n").unwrap();
    assert!(!generate(&[]).status.success());
    assert_eq!(text(&copy), "// by hand\n");
}
