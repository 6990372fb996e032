//! Refresh tokens: new ones are saved before anything else happens, and survive a crash.

use crate::source::{Counted, Source, once, options};
use crate::stub::{Reply, Stub};
use runtime_tests::runtime::error::{Error, Kind};
use runtime_tests::runtime::oauth2::OAuth2;
use runtime_tests::runtime::refresh_token::{RefreshToken, TokenMemory, TokenStore};
use runtime_tests::runtime::secret::Secret;
use runtime_tests::runtime::session::{BoxFuture, Session};
use runtime_tests::runtime::token_file::TokenFile;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const GOOD: &str = r#"{"data":[{"id":1}]}"#;

/// A server whose refresh tokens `r0`, `r1`, … are good once. Access tokens are `t1`, `t2`, ….
fn rotating(accepts: impl Fn(&str) -> bool + Send + Sync + 'static) -> Stub {
    let number = AtomicUsize::new(0);
    Stub::start(move |asked| {
        if asked.path != "/token" {
            let token = asked.headers.get("authorization");
            let token = token.and_then(|value| value.strip_prefix("Bearer "));
            return match token {
                Some(token) if accepts(token) => Reply::json(GOOD),
                _ => Reply::status(401),
            };
        }
        let good = format!("refresh_token=r{}", number.load(SeqCst));
        if !asked.body.split('&').any(|field| field == good) {
            let body = r#"{"error":"invalid_grant","error_description":"r0 was used"}"#;
            return Reply::status(400).body(body);
        }
        let number = number.fetch_add(1, SeqCst) + 1;
        let body = format!(
            r#"{{"access_token":"t{number}","refresh_token":"r{number}","expires_in":3600}}"#
        );
        Reply::json(body).after(Duration::from_millis(10))
    })
}

fn session(stub: &Stub, supplied: &str, store: impl TokenStore + 'static) -> Session {
    let store: Arc<dyn TokenStore> = Arc::new(store);
    let oauth2 = OAuth2::new(format!("{}/token", stub.url), "id", &Secret::from("hush")).unwrap();
    let mut options = options(stub);
    options.auth = Some(Arc::new(oauth2.grant(RefreshToken::new(supplied, &store))));
    Session::new(options).unwrap()
}

async fn read(session: &Session) -> Result<usize, Error> {
    let (read, error) = Source::<Counted>::new(session, once).read().await;
    error.map_or(Ok(read.len()), Err)
}

/// A path that no other test has, where nothing is.
fn path(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
        .join("tokens")
        .join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder.join("tokens.json")
}

fn asked_for_tokens(stub: &Stub) -> usize {
    stub.asked()
        .iter()
        .filter(|asked| asked.path == "/token")
        .count()
}

#[tokio::test]
async fn each_renewal_uses_the_token_of_the_one_before() {
    let stub = rotating(|token| token == "t3");
    let session = session(&stub, "r0", TokenMemory::default());
    assert!(
        read(&session).await.is_err(),
        "one renewal for each request"
    );
    assert_eq!(read(&session).await.unwrap(), 1);
    let bodies: Vec<_> = stub
        .asked()
        .into_iter()
        .filter(|asked| asked.path == "/token")
        .collect();
    assert_eq!(
        bodies[0].body,
        "client_id=id&client_secret=hush&grant_type=refresh_token&refresh_token=r0"
    );
    assert_eq!(bodies.len(), 3);
}

#[tokio::test]
async fn the_next_run_begins_where_the_last_one_ended() {
    let path = path("next_run");
    let stub = rotating(|_| true);
    for _ in 0..3 {
        assert_eq!(
            read(&session(&stub, "r0", TokenFile::new(&path)))
                .await
                .unwrap(),
            1
        );
    }
    assert_eq!(
        fs::read_to_string(&path).unwrap(),
        "{\n  \"r0\": \"r3\"\n}\n"
    );
    // What the user supplies anew is not taken for what was saved before.
    let error = read(&session(&stub, "other", TokenFile::new(&path)))
        .await
        .unwrap_err();
    assert!(
        stub.asked()
            .last()
            .unwrap()
            .body
            .ends_with("refresh_token=other"),
        "{error}"
    );
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_may_read_the_file() {
    use std::os::unix::fs::PermissionsExt;
    let path = path("permissions");
    fs::write(path.with_extension("json.new"), "left by a crash").unwrap();
    let stub = rotating(|_| true);
    read(&session(&stub, "r0", TokenFile::new(&path)))
        .await
        .unwrap();
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert!(!path.with_extension("json.new").exists());
}

/// What a process that dies between the answer and the first use leaves behind.
#[tokio::test]
async fn a_new_token_is_saved_before_the_access_token_is_used() {
    let path = path("crash");
    let seen = Arc::new(Mutex::new(Vec::new()));
    let at_use = Arc::clone(&seen);
    let file = path.clone();
    let stub = rotating(move |_| {
        at_use
            .lock()
            .unwrap()
            .push(fs::read_to_string(&file).unwrap());
        true
    });
    read(&session(&stub, "r0", TokenFile::new(&path)))
        .await
        .unwrap();
    assert_eq!(*seen.lock().unwrap(), ["{\n  \"r0\": \"r1\"\n}\n"]);
}

/// Saves only when it is told that it can.
#[derive(Debug)]
struct Broken(Arc<AtomicBool>, TokenMemory);

impl TokenStore for Broken {
    fn load<'a>(&'a self, supplied: &'a Secret) -> BoxFuture<'a, Result<Option<Secret>, Error>> {
        self.1.load(supplied)
    }

    fn save<'a>(
        &'a self,
        supplied: &'a Secret,
        token: &'a Secret,
    ) -> BoxFuture<'a, Result<(), Error>> {
        if self.0.load(SeqCst) {
            return self.1.save(supplied, token);
        }
        Box::pin(async { Err(Error::new(Kind::Auth, "the disk is full")) })
    }
}

#[tokio::test]
async fn a_token_that_cannot_be_saved_is_an_error_and_is_not_lost() {
    let stub = rotating(|_| true);
    let works = Arc::new(AtomicBool::new(false));
    let session = session(
        &stub,
        "r0",
        Broken(Arc::clone(&works), TokenMemory::default()),
    );
    for _ in 0..2 {
        let error = read(&session).await.unwrap_err();
        assert_eq!(error.to_string(), "POST /token: the disk is full");
    }
    assert_eq!(
        stub.asked().len(),
        1,
        "the API is not asked, and nothing is read"
    );
    works.store(true, SeqCst);
    assert_eq!(read(&session).await.unwrap(), 1);
    assert!(stub.asked()[1].body.ends_with("refresh_token=r1"));
}

#[tokio::test]
async fn a_file_that_cannot_be_used_is_an_error_without_tokens() {
    let stub = rotating(|_| true);
    let missing = path("missing").join("no/such/folder.json");
    let error = read(&session(&stub, "r0", TokenFile::new(&missing)))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Auth);
    assert!(
        error.to_string().contains("the refresh token cannot be"),
        "{error}"
    );
    let broken = path("broken");
    fs::write(&broken, r#"{"r0": ["hidden"]}"#).unwrap();
    let error = read(&session(&stub, "r0", TokenFile::new(&broken)))
        .await
        .unwrap_err();
    let text = format!("{error} {error:?}");
    assert!(
        text.contains("it is no map of tokens") && !text.contains("hidden"),
        "{text}"
    );
    assert_eq!(
        asked_for_tokens(&stub),
        1,
        "only where there was nothing to read"
    );
}

#[tokio::test]
async fn a_token_that_stays_the_same_is_not_saved() {
    for answer in [
        r#"{"access_token":"t"}"#,
        r#"{"access_token":"t","refresh_token":"r0"}"#,
        r#"{"access_token":"t","refresh_token":null}"#,
        r#"{"access_token":"t","refresh_token":""}"#,
    ] {
        let stub = Stub::start(move |asked| match asked.path.as_str() {
            "/token" => Reply::json(answer),
            _ => Reply::json(GOOD),
        });
        let path = path("same");
        read(&session(&stub, "r0", TokenFile::new(&path)))
            .await
            .unwrap();
        assert!(!path.exists(), "{answer}");
    }
}

#[tokio::test]
async fn a_spent_token_is_refused_in_the_words_of_the_api() {
    let stub = rotating(|_| true);
    read(&session(&stub, "r0", TokenMemory::default()))
        .await
        .unwrap();
    let error = read(&session(&stub, "r0", TokenMemory::default()))
        .await
        .unwrap_err();
    let text = "POST /token: 400 Bad Request: invalid_grant: [redacted] was used";
    assert_eq!(
        (error.kind(), error.to_string().as_str()),
        (Kind::Auth, text)
    );
    assert_eq!(
        asked_for_tokens(&stub),
        2,
        "a definite answer is not asked for again"
    );
}

#[tokio::test]
async fn twenty_streams_use_a_refresh_token_once() {
    let stub = rotating(|_| true);
    let session = session(&stub, "r0", TokenMemory::default());
    let mut streams = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let session = session.clone();
        streams.spawn(async move { read(&session).await.unwrap() });
    }
    assert_eq!(streams.join_all().await, vec![1; 20]);
    assert_eq!(asked_for_tokens(&stub), 1);
}

#[test]
fn nothing_of_a_token_is_shown() {
    let memory: Arc<dyn TokenStore> = Arc::new(TokenMemory::default());
    let token = RefreshToken::new("hidden", &memory);
    let oauth2 = OAuth2::anonymous("https://api.example.com/token").unwrap();
    let shown = format!(
        "{token:?} {:?}",
        oauth2
            .param("x", "hidden")
            .grant(RefreshToken::new("hidden", &memory))
    );
    assert!(!shown.contains("hidden"), "{shown}");
}
