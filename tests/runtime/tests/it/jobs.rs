//! Jobs: created, asked for until they have ended, and read file after file.

use std::time::{Duration, Instant};

use runtime_tests::runtime::bearer::Bearer;
use runtime_tests::runtime::endpoint::{Endpoint, Guard, Turn};
use runtime_tests::runtime::error::{Error, Kind};
use runtime_tests::runtime::job::{JobEndpoint, JobFiles, JobPages, links, needed, part};
use runtime_tests::runtime::path::segment;
use runtime_tests::runtime::records::Records;
use runtime_tests::runtime::request::Request;
use runtime_tests::runtime::retry::Retry;
use runtime_tests::runtime::scalar::Scalar;
use runtime_tests::runtime::secret::Secret;
use runtime_tests::runtime::send::Answer;
use runtime_tests::runtime::session::{Options, Session};
use runtime_tests::runtime::source::Source as _;
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;
use std::sync::Arc;

use crate::source::Line;
use crate::stub::{Asked, Reply, Stub};

/// Lines of reports.
struct Reports {
    session: Session,
    method: &'static str,
    open: bool,
    secret: bool,
}

#[derive(Default, Deserialize)]
struct Created {
    #[serde(default)]
    id: Scalar,
}

#[derive(Default, Deserialize)]
struct Progress {
    #[serde(default)]
    status: Scalar,
}

#[derive(Deserialize)]
struct Ended<'a> {
    #[serde(borrow)]
    urls: &'a RawValue,
}

fn id(job: &Answer) -> Result<String, Error> {
    let created: Created = job.json().unwrap_or_default();
    segment(needed(job, "id", created.id.as_str())?)
}

impl Endpoint for Reports {
    type Wire = Line;
    type Position = JobFiles;
    type Page<'a> = &'a RawValue;

    const OBJECT: bool = false;
    const GUARD: Guard = Guard::Off;
    const RETRY: Retry = Retry {
        max_retries: 0,
        ..Retry::DEFAULT
    };

    fn session(&self) -> &Session {
        &self.session
    }

    fn request(&self, position: &JobFiles) -> Result<Request, Error> {
        let mut request = Request::of(self.method, position.url())?;
        if self.open {
            request.without_credentials();
        } else {
            request.without_credentials_elsewhere();
        }
        request.header("Accept", "text/csv");
        if self.secret {
            request.header("X-Key", Secret::from("of the file"));
        }
        Ok(request)
    }

    fn records<'a>(page: &Self::Page<'a>) -> Vec<&'a RawValue> {
        vec![page]
    }

    fn next(&self, turn: &Turn<'_, '_, Self>) -> Result<Option<JobFiles>, Error> {
        Ok(turn.position.next())
    }
}

impl JobEndpoint for Reports {
    const COMPLETED: &'static [&'static str] = &["done", "finished"];
    const FAILED: &'static [&'static str] = &["error"];
    const INTERVAL: Duration = Duration::from_millis(20);
    const MAX_INTERVAL: Duration = Duration::from_millis(40);
    const TIMEOUT: Duration = Duration::from_millis(200);

    fn create(&self) -> Result<Request, Error> {
        let mut request = Request::of("POST", "/reports")?;
        request.json(&json!({ "type": "sales" }));
        Ok(request)
    }

    fn poll(&self, job: &Answer) -> Result<Request, Error> {
        Ok(Request::get(format!("/reports/{}", id(job)?)))
    }

    fn status(&self, answer: &Answer) -> Result<String, Error> {
        let body: Progress = answer.json().unwrap_or_default();
        needed(answer, "status", body.status.as_str()).map(str::to_owned)
    }

    fn files(&self, _job: &Answer, answer: &Answer) -> Result<Vec<String>, Error> {
        let ended: Ended<'_> = part(answer, true)?;
        links(answer, vec![ended.urls])
    }

    fn delete(&self, job: &Answer) -> Result<Option<Request>, Error> {
        Request::of("DELETE", format!("/reports/{}", id(job)?)).map(Some)
    }
}

/// A client of the stub, which also stands for every other host.
fn reports(stub: &Stub) -> Reports {
    let mut options = Options::new("https://api.example.com/v1");
    options.gateway = stub.url.parse().ok();
    options.common.header("X-Tenant", "ours");
    options.common.header("User-Agent", "tests");
    options.auth = Some(Arc::new(Bearer(Secret::from("token"))));
    Reports {
        session: Session::new(options).unwrap(),
        method: "GET",
        open: false,
        secret: false,
    }
}

async fn lines(reports: Reports) -> Result<Vec<String>, Error> {
    let mut records = Records::new(JobPages::new(reports));
    let mut lines = Vec::new();
    while let Some(line) = records.try_next().await? {
        lines.push(line.text);
    }
    Ok(lines)
}

fn line(text: &str) -> Reply {
    Reply::json(json!([{ "text": text }]))
}

fn created() -> Reply {
    Reply::json(json!({ "id": 7 }))
}

fn state(status: &str) -> Reply {
    Reply::json(json!({ "status": status }))
}

fn done(urls: &[&str]) -> Reply {
    Reply::json(json!({ "status": "done", "urls": urls }))
}

fn asked(stub: &Stub) -> Vec<String> {
    let show = |asked: &Asked| {
        let host = asked.headers["x-forwarded-host"]
            .trim_end_matches(".example.com")
            .to_owned();
        format!("{} {host}{}", asked.method, asked.target)
    };
    stub.asked().iter().map(show).collect()
}

const ELSEWHERE: &str = "https://files.example.com/a?signature=s";

#[tokio::test]
async fn a_job_is_created_asked_for_read_and_deleted() {
    let stub = Stub::script([
        created(),
        state("queued"),
        state("of a kind that nobody knows"),
        done(&["/v1/files/a", "b", ELSEWHERE]),
        line("a"),
        line("b"),
        line("c"),
        Reply::status(204),
    ]);
    assert_eq!(lines(reports(&stub)).await.unwrap(), ["a", "b", "c"]);
    let wanted = [
        "POST api/v1/reports",
        "GET api/v1/reports/7",
        "GET api/v1/reports/7",
        "GET api/v1/reports/7",
        "GET api/v1/files/a",
        "GET api/v1/reports/b",
        "GET files/a?signature=s",
        "DELETE api/v1/reports/7",
    ];
    assert_eq!(asked(&stub), wanted);
    assert_eq!(stub.asked()[0].body, r#"{"type":"sales"}"#);
}

#[tokio::test]
async fn files_elsewhere_are_asked_for_without_credentials() {
    let moved = Reply::status(302).header("Location", ELSEWHERE);
    let stub = Stub::script([
        created(),
        done(&[ELSEWHERE, "/v1/files/b"]),
        line("a"),
        moved,
        line("b"),
        Reply::status(204),
    ]);
    assert_eq!(lines(reports(&stub)).await.unwrap(), ["a", "b"]);
    let asked = stub.asked();
    for (at, home) in [(1, true), (2, false), (3, true), (4, false), (5, true)] {
        let headers = &asked[at].headers;
        assert_eq!(headers.contains_key("authorization"), home, "{at}");
        assert_eq!(headers.contains_key("x-tenant"), home, "{at}");
        assert_eq!(headers["user-agent"], "tests");
    }
    assert_eq!(asked[4].headers["accept"], "text/csv");
    assert_eq!(asked[4].target, "/a?signature=s");
}

#[tokio::test]
async fn a_file_that_is_seen_elsewhere_is_not_asked_for_by_post_again() {
    let stub = Stub::script([
        created(),
        done(&["/v1/files/a"]),
        Reply::status(303).header("Location", "/v1/files/b"),
        Reply::status(307).header("Location", ELSEWHERE),
        line("a"),
        Reply::status(204),
    ]);
    let reports = Reports {
        method: "POST",
        ..reports(&stub)
    };
    assert_eq!(lines(reports).await.unwrap(), ["a"]);
    assert_eq!(
        asked(&stub)[2..5],
        [
            "POST api/v1/files/a",
            "GET api/v1/files/b",
            "GET files/a?signature=s"
        ]
    );
}

#[tokio::test]
async fn files_that_need_no_credentials_get_none_at_home() {
    let stub = Stub::script([
        created(),
        done(&["/v1/files/a"]),
        line("a"),
        Reply::status(204),
    ]);
    let reports = Reports {
        open: true,
        ..reports(&stub)
    };
    lines(reports).await.unwrap();
    assert!(!stub.asked()[2].headers.contains_key("authorization"));
}

#[tokio::test]
async fn a_secret_of_the_download_does_not_leave_the_origin() {
    let stub = Stub::script([created(), done(&[ELSEWHERE])]);
    let reports = Reports {
        secret: true,
        ..reports(&stub)
    };
    let error = lines(reports).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Config);
    assert_eq!(stub.asked().len(), 2);
}

#[tokio::test]
async fn a_file_is_not_read_over_http_where_the_api_has_https() {
    let stub = Stub::script([created(), done(&["http://files.example.com/a"])]);
    let error = lines(reports(&stub)).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Config);
}

#[tokio::test]
async fn a_job_that_fails_is_an_error_with_what_the_api_says() {
    let failed = json!({ "status": "error", "message": "too many rows" });
    let stub = Stub::script([created(), Reply::json(failed)]);
    let error = lines(reports(&stub)).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Job);
    assert_eq!(error.api_message(), Some("too many rows"));
    assert_eq!(
        error.to_string(),
        "GET /v1/reports/7: the job ended as `error`: too many rows"
    );
}

#[tokio::test]
async fn a_job_that_does_not_end_is_asked_for_until_its_time_is_over() {
    let stub = Stub::start(|asked| {
        if asked.method == "POST" {
            created()
        } else {
            state("running")
        }
    });
    let begin = Instant::now();
    let error = lines(reports(&stub)).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Job);
    assert!(error.to_string().contains("has not ended"), "{error}");
    assert!(begin.elapsed() >= Duration::from_millis(200));
    // After 20, 50, 90, 130, 170 and 200 ms, where nothing takes longer.
    let asked = stub.asked().len() - 1;
    assert!((2..=6).contains(&asked), "{asked}");
}

#[tokio::test]
async fn a_wait_that_the_api_asks_for_is_heeded() {
    let stub = Stub::script([
        created().header("Retry-After", "0.1"),
        done(&["/a"]),
        line("a"),
        Reply::status(204),
    ]);
    let begin = Instant::now();
    lines(reports(&stub)).await.unwrap();
    assert!(begin.elapsed() >= Duration::from_millis(100));
}

#[tokio::test]
async fn a_url_that_has_expired_is_asked_for_again_once() {
    let stub = Stub::script([
        created(),
        done(&["/a?1", "/b?1"]),
        line("a"),
        Reply::status(403),
        done(&["/a?2", "/b?2"]),
        line("b"),
        Reply::status(204),
    ]);
    assert_eq!(lines(reports(&stub)).await.unwrap(), ["a", "b"]);
    assert_eq!(asked(&stub)[5], "GET api/b?2");

    let stub = Stub::script([
        created(),
        done(&["/a?1"]),
        Reply::status(403),
        done(&["/a?2"]),
        Reply::status(403),
    ]);
    let error = lines(reports(&stub)).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Status(403));
    assert_eq!(stub.asked().len(), 5);
}

#[tokio::test]
async fn a_file_with_nothing_in_it_is_not_the_last() {
    for blank in [Reply::status(204), Reply::status(200).body(" \n")] {
        let stub = Stub::script([
            created(),
            done(&["/a", "/b", "/c"]),
            line("a"),
            blank,
            line("c"),
            Reply::status(204),
        ]);
        assert_eq!(lines(reports(&stub)).await.unwrap(), ["a", "c"]);
        assert_eq!(asked(&stub)[5], "DELETE api/v1/reports/7");
    }
}

#[tokio::test]
async fn a_job_without_files_has_no_records() {
    for none in [json!(null), json!([])] {
        let done = Reply::json(json!({ "status": "finished", "urls": none }));
        let stub = Stub::script([created(), done, Reply::status(204)]);
        assert_eq!(lines(reports(&stub)).await.unwrap(), [""; 0]);
        assert_eq!(stub.asked().len(), 3);
    }
}

#[tokio::test]
async fn an_answer_without_what_is_needed_names_its_keys() {
    for (replies, wanted) in [
        (
            vec![Reply::json(json!({ "job": 7 }))],
            "no `id` in the answer, its keys are `job`",
        ),
        (
            vec![created(), Reply::json(json!({ "state": "done" }))],
            "no `status` in the answer, its keys are `state`",
        ),
        (
            vec![
                created(),
                Reply::json(json!({ "status": "done", "url": "/a" })),
            ],
            "no `urls` in the response, its keys are `status`, `url`",
        ),
        (
            vec![
                created(),
                Reply::json(json!({ "status": "done", "urls": [7] })),
            ],
            "no URL of a file but [7]",
        ),
    ] {
        let stub = Stub::script(replies);
        let error = lines(reports(&stub)).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Decode);
        assert!(error.to_string().ends_with(wanted), "{error}");
    }
}

#[tokio::test]
async fn a_job_that_cannot_be_deleted_is_read_all_the_same() {
    let stub = Stub::script([created(), done(&["/a"]), line("a"), Reply::status(500)]);
    assert_eq!(lines(reports(&stub)).await.unwrap(), ["a"]);
}

#[tokio::test]
async fn a_job_is_not_created_again_when_its_reader_stops_waiting() {
    let stub = Stub::start(|asked| match (asked.method.as_str(), asked.path.as_str()) {
        ("POST", _) => created().header("Retry-After", "0.15"),
        ("GET", "/a") => line("a"),
        ("GET", _) => done(&["/a"]),
        _ => Reply::status(204),
    });
    let mut jobs = JobPages::new(reports(&stub));
    let waits = async {
        while stub.asked().is_empty() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        tokio::time::sleep(Duration::from_millis(60)).await;
    };
    tokio::select! {
        _ = jobs.next() => unreachable!("the job has not ended"),
        () = waits => {}
    }
    let page = jobs.next().await.unwrap().unwrap();
    assert_eq!(page.records.len(), 1);
    let wanted = ["POST api/v1/reports", "GET api/v1/reports/7", "GET api/a"];
    assert_eq!(asked(&stub), wanted);
}
