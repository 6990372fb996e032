//! Generated connectors read from real servers what the servers' truth scripts count, value by value.
//!
//! The servers are in the folder `shared` beside the repository, and one that checks what connectors sign in `servers/`;
//! they install themselves on their first start, and end with this process.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod harness;
#[path = "servers/process.rs"]
mod process;
#[path = "servers/runs.rs"]
mod runs;
#[path = "servers/truth.rs"]
mod truth;

use process::{Server, Starting};
use runs::{Runs, merged};
use serde_json::{Value, json};
use std::process::{Command, Output};
use std::sync::{LazyLock, Mutex};
use std::time::Instant;
use truth::Kind;

/// Life of a token of the slow gateway, in seconds, and the time that it takes over a page: reading the posts
/// outlasts two tokens.
const TOKEN_LIFE: (&str, &str) = ("TTL", "10");
const PAGE_TIME: (&str, &str) = ("DELAY", "1000");

/// All servers, started together by whichever test comes first.
struct Servers {
    datasette: Mutex<Option<Starting>>,
    json_server: Mutex<Option<Starting>>,
    kinto: Mutex<Option<Starting>>,
    localstripe: Mutex<Option<Starting>>,
    gateway: Mutex<Option<Starting>>,
}

static SERVERS: LazyLock<Servers> = LazyLock::new(|| {
    let start =
        |name, environment: &[(&str, &str)]| Mutex::new(Some(process::start(name, environment)));
    Servers {
        datasette: start("datasette", &[]),
        json_server: start("json-server", &[]),
        kinto: start("kinto", &[]),
        localstripe: start("localstripe", &[]),
        gateway: start("oidc-gateway", &[]),
    }
});

fn ready(server: &Mutex<Option<Starting>>) -> Server {
    server
        .lock()
        .expect("no other test uses it")
        .take()
        .expect("each server has one test")
        .ready()
}

/// A connector's program with its configuration, by environment variables alone.
fn connector(name: &str, url: &str, environment: &[(&str, &str)], arguments: &[&str]) -> Output {
    harness::build();
    Command::new(harness::target().join("debug").join(name))
        .args(arguments)
        .env_clear()
        .env(
            format!("{}_BASE_URL", name.replace('-', "_").to_uppercase()),
            url,
        )
        .envs(environment.iter().copied())
        .output()
        .expect("the connector runs")
}

/// Reads a resource to its end.
fn read(name: &str, url: &str, environment: &[(&str, &str)], resource: &str) -> Vec<Value> {
    let output = connector(name, url, environment, &["read", resource]);
    harness::succeed(&format!("{name} read {resource}"), &output);
    truth::json_lines(&String::from_utf8(output.stdout).expect("JSON lines are UTF-8"))
}

/// The connector's own check of credentials and reachability succeeds with these and fails with others.
fn assert_checks(name: &str, url: &str, right: &[(&str, &str)], wrong: &[(&str, &str)]) {
    harness::succeed(
        &format!("{name} check"),
        &connector(name, url, right, &["check"]),
    );
    let output = connector(name, url, wrong, &["check"]);
    assert!(
        !output.status.success(),
        "{name} check accepts wrong credentials"
    );
    let said = String::from_utf8_lossy(&output.stderr).into_owned()
        + &String::from_utf8_lossy(&output.stdout);
    for (_, secret) in wrong {
        assert!(
            !said.contains(secret),
            "{name} check shows a secret: {said}"
        );
    }
}

#[test]
fn datasette_is_read_by_token_cursor_link_offset_and_key_as_json_lines_and_rows() {
    let server = ready(&SERVERS.datasette);
    let truth = server.truth("datasette");
    let environment = [("DATASETTE_TOKEN", "ds-token-1")];
    let kinds = [("ts", Kind::Rfc3339), ("amount", Kind::Decimal)];
    for (resource, key) in [
        ("people", &["id"][..]),
        ("events", &["ts", "seq"]),
        ("events_sorted_by_amount", &["ts", "seq"]),
        ("tags", &["rowid"]),
        ("odd", &["key with space"]),
        ("paid_view", &["ts", "seq"]),
    ] {
        truth.assert_same(
            resource,
            key,
            &kinds,
            &read("datasette", &server.url, &environment, resource),
        );
    }
    for (resource, stream, key) in [
        ("people_lines", "people", &["id"][..]),
        ("people_rows", "people", &["id"]),
        ("people_by_key", "people", &["id"]),
        ("events_by_time", "events", &["ts", "seq"]),
    ] {
        truth.assert_same(
            stream,
            key,
            &kinds,
            &read("datasette", &server.url, &environment, resource),
        );
    }
    assert_checks(
        "datasette",
        &server.url,
        &environment,
        &[("DATASETTE_TOKEN", "wrong-token-77")],
    );

    let runs = Runs::new("datasette", "events", &server.url, &environment);
    let records = runs.read_in_pieces(5000);
    assert_eq!(records.len(), 5000, "nothing stands twice");
    truth.assert_same("events", &["ts", "seq"], &kinds, &records);
    assert_eq!(runs.read(), [] as [Value; 0], "nothing is new");
    let last = records.last().expect("records")["ts"].clone();
    let last = last.as_str().expect("a time");
    server.execute(&format!(
        "insert into events values('{last}', 9001, 1, 'paid', 1.5, null), \
         ('2026-01-01T00:00:00Z', 9002, 1, 'view', null, '{{}}'); \
         update events set kind = 'view' where ts = '{last}' and seq < 9000"
    ));
    let changed = records.iter().filter(|record| record["ts"] == last).count();
    let new = runs.read();
    assert_eq!(new.len(), changed + 2, "{new:?}");
    assert_eq!(merged(&runs.records(), &["ts", "seq"]).len(), 5002);
    assert_eq!(runs.read(), [] as [Value; 0]);
}

#[test]
fn json_server_is_read_by_link_header_offset_and_page_number() {
    let server = ready(&SERVERS.json_server);
    let truth = server.truth("json-server");
    let kinds = [("updatedAt", Kind::Rfc3339)];
    for (resource, stream) in [
        ("posts", "posts"),
        ("posts_by_offset", "posts"),
        ("posts_updated_since", "posts_updatedAt_gte"),
        ("user_posts", "posts"),
        ("comments", "comments"),
        ("comments_of_post", "posts_7_comments"),
        ("users", "users"),
    ] {
        truth.assert_same(
            stream,
            &["id"],
            &kinds,
            &read("json-server", &server.url, &[], resource),
        );
    }
    // The address may be given as a flag, too; what the environment says does not count then.
    let nowhere = "http://127.0.0.1:1";
    let output = connector(
        "json-server",
        nowhere,
        &[],
        &["read", "settings", "--base-url", &server.url],
    );
    harness::succeed("json-server read --base-url", &output);
    let settings = truth::json_lines(&String::from_utf8_lossy(&output.stdout));
    assert_eq!(settings, [json!({ "theme": "dark", "version": 3 })]);

    let posts = Runs::new("json-server", "posts", &server.url, &[]);
    let user_posts = Runs::new("json-server", "user_posts", &server.url, &[]);
    for runs in [&posts, &user_posts] {
        let records = runs.read_in_pieces(2345);
        assert_eq!(records.len(), 2345, "nothing stands twice");
        truth.assert_same("posts", &["id"], &kinds, &records);
        assert_eq!(runs.read(), [] as [Value; 0], "nothing is new");
    }
    // One that was there, at the very value up to which was read; one that is new; one that is older than what was read.
    let last = posts.records().last().expect("posts").clone();
    let change = |path: &str, method, json: Value| {
        server.change(method, path, "", &json.to_string());
    };
    let path = format!("/posts/{}", last["id"]);
    change(&path, "PATCH", json!({ "title": "changed" }));
    let new = json!({ "id": 9001, "userId": "u-7", "updatedAt": "2026-01-01T00:00:00+02:00" });
    change("/posts", "POST", new);
    let old = json!({ "id": 9002, "userId": "u-7", "updatedAt": "2024-01-01T00:00:00+02:00" });
    change("/posts", "POST", old);
    for runs in [posts, user_posts] {
        let mut new: Vec<_> = runs.read().iter().map(|post| post["id"].clone()).collect();
        new.sort_by_key(Value::as_i64);
        assert_eq!(new, [last["id"].clone(), json!(9001)]);
        assert_eq!(merged(&runs.records(), &["id"]).len(), 2346);
        assert_eq!(runs.read(), [] as [Value; 0]);
    }
}

#[test]
fn kinto_is_read_by_links_in_a_header_tombstones_included() {
    let server = ready(&SERVERS.kinto);
    let truth = server.truth("kinto");
    let environment = [("KINTO_PASSWORD", "s3cret")];
    let kinds = [
        ("last_modified", Kind::EpochMillis),
        ("total", Kind::Decimal),
        ("placed_at", Kind::Rfc3339),
        ("date", Kind::Rfc3339),
    ];
    for resource in ["orders", "orders_since_0", "customers"] {
        truth.assert_same(
            resource,
            &["id"],
            &kinds,
            &read("kinto", &server.url, &environment, resource),
        );
    }
    // `target` is kept as it came: its times are the API's own numbers.
    truth.assert_same(
        "history",
        &["id"],
        &kinds,
        &read("kinto", &server.url, &environment, "history"),
    );
    assert_checks(
        "kinto",
        &server.url,
        &environment,
        &[("KINTO_PASSWORD", "wrong-password-77")],
    );

    let runs = Runs::new("kinto", "orders", &server.url, &environment);
    let records = runs.read_in_pieces(2500);
    // A run that goes on is told of what was deleted before, too.
    let (deleted, orders): (Vec<_>, Vec<_>) = records
        .into_iter()
        .partition(|record| record["deleted"] == true);
    assert!(deleted.len() <= 50, "{} tombstones", deleted.len());
    truth.assert_same("orders", &["id"], &kinds, &orders);
    assert_eq!(runs.read(), [] as [Value; 0], "nothing is new");
    let authorization = "Authorization: Basic YWRtaW46czNjcmV0\r\n";
    let path = "/v1/buckets/shop/collections/orders/records";
    let new = r#"{"data":{"number":9001,"customer":"new","total":1,"paid":true}}"#;
    server.change("POST", path, authorization, new);
    let gone = orders[7]["id"].as_str().expect("an identifier");
    server.change("DELETE", &format!("{path}/{gone}"), authorization, "");
    let new = runs.read();
    assert_eq!(new.len(), 2, "{new:?}");
    assert_eq!(
        (&new[0]["number"], &new[0]["deleted"]),
        (&json!(9001), &Value::Null)
    );
    assert_eq!(
        (&new[1]["id"], &new[1]["deleted"]),
        (&json!(gone), &json!(true))
    );
}

#[test]
fn localstripe_is_read_by_the_last_record_and_gets_no_parameter_that_it_does_not_know() {
    let server = ready(&SERVERS.localstripe);
    let truth = server.truth("localstripe");
    let environment = [("LOCALSTRIPE_API_KEY", "sk_test_12345")];
    let kinds = [
        ("created", Kind::Epoch),
        ("redeem_by", Kind::Epoch),
        ("percent_off", Kind::Decimal),
        ("percentage", Kind::Decimal),
    ];
    for resource in [
        "customers",
        "products",
        "plans",
        "coupons",
        "tax_rates",
        "payment_intents",
        "events",
    ] {
        truth.assert_same(
            resource,
            &["id"],
            &kinds,
            &read("localstripe", &server.url, &environment, resource),
        );
    }
    assert_eq!(
        read("localstripe", &server.url, &environment, "charges"),
        [] as [Value; 0]
    );
    assert_checks(
        "localstripe",
        &server.url,
        &environment,
        &[("LOCALSTRIPE_API_KEY", "wrong-key-77")],
    );
}

#[test]
fn tokens_of_the_gateway_are_fetched_each_way_and_renewed_while_pages_are_read() {
    let fast = ready(&SERVERS.gateway);
    // Only now: both have the same installation.
    let slow = process::start("oidc-gateway", &[TOKEN_LIFE, PAGE_TIME]);
    let truth = fast.truth("oidc-gateway");
    let kinds = [("updatedAt", Kind::Rfc3339)];
    let credentials = |id, secret, way| {
        [
            ("OIDC_GATEWAY_CLIENT_ID", id),
            ("OIDC_GATEWAY_CLIENT_SECRET", secret),
            ("OIDC_GATEWAY_CLIENT_AUTHENTICATION", way),
        ]
    };
    let basic = credentials("etl", "etl-secret-1", "basic");
    let post = credentials("etlpost", "etl-secret-2", "post");
    // Basic credentials are form-encoded first: this server refuses the raw ones.
    let encoded = credentials("weird:id", "p&ss%w0rd/+=", "basic");

    for (resource, environment) in [("posts", &encoded), ("comments", &post), ("users", &basic)] {
        truth.assert_same(
            resource,
            &["id"],
            &kinds,
            &read("oidc-gateway", &fast.url, environment, resource),
        );
    }
    let wrong = credentials("etl", "wrong-secret-77", "basic");
    let output = connector("oidc-gateway", &fast.url, &wrong, &["check"]);
    assert!(!output.status.success());
    assert!(!String::from_utf8_lossy(&output.stderr).contains("wrong-secret-77"));

    let slow = slow.ready();
    let started = Instant::now();
    let posts = read("oidc-gateway", &slow.url, &basic, "posts");
    let seconds = started.elapsed().as_secs();
    truth.assert_same("posts", &["id"], &kinds, &posts);
    let stats: Value = serde_json::from_str(&slow.get("/_stats")).expect("statistics");
    assert_eq!(stats["served"], 24, "no page is asked for twice: {stats}");
    // The server counts each token twice. A token lives ten seconds and may be renewed before its end.
    let tokens = stats["issued"].as_u64().expect("a count") / 2;
    assert!(
        tokens >= 2,
        "tokens expired in the middle: {stats} in {seconds} s"
    );
    assert!(
        tokens <= seconds / 5 + 2,
        "not one token per request: {stats} in {seconds} s"
    );
}

#[test]
fn logins_signatures_and_assertions_pass_where_others_check_them() {
    let pem =
        |lines: &str| format!("-----BEGIN PRIVATE KEY-----\n{lines}-----END PRIVATE KEY-----\n");
    let rsa = pem(include_str!("../src/emit/walk/keys/rsa.txt"));
    let ec = pem(include_str!("../src/emit/walk/keys/p256.txt"));
    let shared = "a2V5IG9mIHRoZSB0ZXN0cw==";
    let keys = [
        ("RSA_KEY", rsa.as_str()),
        ("EC_KEY", &ec),
        ("SHARED_KEY", shared),
    ];
    let server = process::start_own("signed-gateway", &keys).ready();
    // As an environment often has it.
    let escaped = ec.replace('\n', "\\n");
    let settings = |password| {
        [
            ("SIGNED_GATEWAY_USER", "reader"),
            ("SIGNED_GATEWAY_PASSWORD", password),
            ("SIGNED_GATEWAY_RSA_KEY", rsa.as_str()),
            ("SIGNED_GATEWAY_EC_KEY", &escaped),
            ("SIGNED_GATEWAY_SHARED_KEY", shared),
        ]
    };
    let right = settings("books&loans");
    for resource in [
        "by_session",
        "by_rsa",
        "by_pss",
        "by_shared_key",
        "by_assertion",
        "by_signed_client",
    ] {
        let posts = read("signed-gateway", &server.url, &right, resource);
        let ids: Vec<_> = posts.iter().map(|post| post["id"].as_i64()).collect();
        let wanted: Vec<_> = (1..=250).map(Some).collect();
        assert_eq!(ids, wanted, "{resource}");
    }
    // A session ends after two of the four pages.
    let stats: Value = serde_json::from_str(&server.get("/_stats")).expect("statistics");
    let wanted = serde_json::json!({ "logins": 2, "assertions": 1, "clients": 1 });
    assert_eq!(stats, wanted);

    let output = connector(
        "signed-gateway",
        &server.url,
        &settings("wrong-password-77"),
        &["read", "by_session"],
    );
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    let wanted = "POST /gateway/login: 403 Forbidden: [redacted] is not the password of reader";
    assert!(said.contains(wanted), "{said}");
}
