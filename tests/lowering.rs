//! How parts of specs become parts of models, each shown on the smallest spec that has it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

#[path = "lowering/parents.rs"]
mod parents;
#[path = "lowering/schemas.rs"]
mod schemas;
#[path = "lowering/transforms.rs"]
mod transforms;

use std::fs;
use std::path::Path;

use spile::model::{
    Backoff, Body, BodyFormat, Connector, CursorEdge, CursorFormat, CursorType, CursorValue,
    Distance, EnvelopeNode, ExprKind, Field, Item, Json, PathStep, RecordRoot, Resource, Struct,
    Template, TimeFormat, Type, WaitPlace, WaitUnit,
};

const HEAD: &str = "spile: 1\nname: example\n";

fn compile_at(path: &Path, text: &str) -> Result<Connector, Vec<String>> {
    let compilation = spile::compile(path, text.as_bytes());
    compilation.model.ok_or_else(|| {
        compilation
            .report
            .diagnostics
            .iter()
            .map(|fault| format!("{} {}", fault.code.id(), fault.message))
            .collect()
    })
}

fn compile(rest: &str) -> Connector {
    let text = format!("{HEAD}{rest}");
    compile_at(Path::new("spec.yaml"), &text).unwrap_or_else(|said| panic!("{said:#?}\n{text}"))
}

/// The one resource of a spec whose client has nothing but a URL.
fn resource(endpoint: &str, rest: &str) -> Resource {
    let text = format!(
        "client: {{ base_url: https://api.example.com }}\n\
         resources:\n  - {{ name: items, endpoint: {{ path: /items, {endpoint} }}, {rest} }}\n"
    );
    compile(&text).resources.remove(0)
}

fn by_schema(schema: &str) -> Resource {
    resource("data_selector: data", &format!("schema: {schema}"))
}

fn field<'r>(record: &'r Struct, name: &str) -> &'r Field {
    record
        .fields
        .iter()
        .find(|field| field.name.wire == name)
        .expect(name)
}

const FIELDS: &str = "fields: { id: string!, name: string }";

#[test]
fn an_endpoint_drops_and_replaces_what_the_client_says() {
    let model = compile(
        "client:\n  base_url: https://api.example.com/\n  params: { a: 1, b: 2, c: 3 }\n  headers: { X-Client: yes please, X-Both: client }\n\
         resources:\n  - name: items\n    endpoint: { path: items, params: { a: null, b: 7, d: [1, true] }, headers: { x-client: null, X-Both: own } }\n    fields: { id: string! }\n",
    );
    let request = &model.resources[0].request;
    let params: Vec<(&str, usize)> = request
        .params
        .iter()
        .map(|param| (param.name.as_str(), param.values.len()))
        .collect();
    assert_eq!(params, [("c", 1), ("b", 1), ("d", 2)]);
    assert_eq!(request.without_headers, ["x-client"]);
    assert_eq!(request.headers.len(), 1);
    assert_eq!(request.path.template, Template::Text("/items".to_owned()));
    assert_eq!(
        model.client.base_url,
        Template::Text("https://api.example.com".to_owned())
    );
}

#[test]
fn a_paginator_in_the_body_takes_the_place_of_its_keys() {
    let paging = "paginator: { type: offset, limit: 5, offset_param: page.from, limit_param: size, in: json }";
    let Body::Json(Json::Object(object)) = resource(
        &format!("method: POST, json: {{ size: 1, page: {{ from: 0, sort: id }} }}, {paging}"),
        FIELDS,
    )
    .request
    .body
    else {
        panic!("a JSON body");
    };
    assert_eq!(object.len(), 1);
    assert!(matches!(&object[0].1, Json::Object(page) if page.len() == 1 && page[0].0 == "sort"));
    let empty = resource(&format!("method: POST, {paging}"), FIELDS)
        .request
        .body;
    assert!(matches!(empty, Body::Json(Json::Object(object)) if object.is_empty()));
}

#[test]
fn paths_into_one_body_share_their_objects() {
    let resource = resource(
        "data_selector: '[1].rows', paginator: { type: page_number, total_pages: '[0].meta.pages', total: '[0].meta.type' }",
        FIELDS,
    );
    let EnvelopeNode::Items(items) = &resource.envelope.root else {
        panic!("a list");
    };
    assert_eq!(
        items.iter().map(|(index, _)| *index).collect::<Vec<_>>(),
        [0, 1]
    );
    let methods: Vec<&str> = resource
        .envelope
        .accessors
        .iter()
        .map(|accessor| accessor.rust.as_str())
        .collect();
    assert_eq!(methods, ["pages", "r#type"]);
    assert!(matches!(
        resource.envelope.accessors[0].path.as_slice(),
        [PathStep::Index(0), PathStep::Key(_), PathStep::Key(_)]
    ));
    let EnvelopeNode::Object { fields, .. } = &items[1].1 else {
        panic!("an object");
    };
    assert!(fields[0].required);
}

#[test]
fn a_key_makes_all_on_its_way_present_and_nothing_else() {
    let resource = resource(
        "data_selector: data",
        "primary_key: [owner.id, number], fields: { number: integer, owner: { id: string, name: string }, other: string }",
    );
    let [record, owner] = resource.record.structs.as_slice() else {
        panic!("two structs");
    };
    let present: Vec<&str> = record
        .fields
        .iter()
        .chain(&owner.fields)
        .filter(|field| !field.nullable)
        .map(|field| field.name.wire.as_str())
        .collect();
    assert_eq!(present, ["number", "owner", "id"]);
    assert_eq!(
        resource.record.primary_key,
        [
            vec!["owner".to_owned(), "id".to_owned()],
            vec!["number".to_owned()]
        ]
    );
}

#[test]
fn a_sample_that_was_made_is_a_record() {
    let fields = "id: uuid!, text: string, n: integer, x: number, on: boolean, sum: decimal!, at: timestamp, \
        epoch: { type: timestamp, format: epoch }, ms: { type: timestamp, format: epoch_ms }, \
        strf: { type: timestamp, format: '%d.%m.%Y %H:%M' }, day: date!, strday: { type: date, format: '%Y%m%d' }, \
        time: time!, strtime: { type: time, format: '%H:%M' }, raw: binary, any: json, map: { type: map, items: integer }, \
        list: [[string]], object: { a: string!, b: [{ c: integer! }] }, word: { enum: [b, a] }, several: { one_of: [integer, string] }, \
        example: { type: integer, example: 42 }";
    let spec = |samples: &str| {
        compile(&format!(
            "client: {{ base_url: https://api.example.com }}\n\
             resources: [{{ name: items, endpoint: /items, fields: {{ {fields} }}{samples} }}]\n"
        ))
    };
    let made = spec("").resources.remove(0).samples.remove(0);
    assert!(made.contains("\"example\":42"), "{made}");
    // YAML reads JSON.
    let given = spec(&format!(", samples: [{made}]"));
    assert_eq!(given.resources[0].samples, [made]);
}

#[test]
fn numbers_of_bodies_and_samples_keep_their_digits() {
    let Body::Json(Json::Object(object)) = resource(
        "method: POST, json: { a: 1.50, b: 12345678901234567890123 }",
        FIELDS,
    )
    .request
    .body
    else {
        panic!("a JSON body");
    };
    assert_eq!(object[0].1, Json::Number("1.50".to_owned()));
    assert_eq!(
        object[1].1,
        Json::Number("12345678901234567890123".to_owned())
    );
    let resource = resource(
        "data_selector: data",
        "fields: { sum: decimal! }, samples: [{ sum: 0.10 }]",
    );
    assert_eq!(resource.samples, ["{\"sum\":0.10}"]);
}

#[test]
fn a_client_makes_way_for_a_type_of_the_config() {
    let model = compile(
        "config: { regions: { type: enum, values: [eu, us], default: eu } }\n\
         client: { base_url: https://api.example.com, params: { r: \"{{ config.regions }}\" } }\n\
         resources: [{ name: regions, endpoint: /regions, fields: { id: string! } }]\n",
    );
    let resource = &model.resources[0];
    assert_eq!(resource.type_name, "RegionsResource");
    assert_eq!(resource.record.structs[0].type_name, "Region");
}

#[test]
fn limits_for_some_requests_come_before_those_for_all() {
    let connector = compile(&format!(
        "client:\n  base_url: https://api.example.com/v1\n  rate_limit:\n    \
         - {{ requests: 5, per: PT10S }}\n    \
         - {{ concurrency: 1, methods: [get], paths: /items }}\n    \
         - {{ remaining_header: X-Left, reset_header: {{ header: RateLimit, pattern: 't=(.*)', unit: epoch_ms }} }}\n\
         resources: [ {{ name: items, endpoint: /items, {FIELDS} }} ]\n"
    ));
    let [some, all, quota] = &connector.client.rate_limits[..] else {
        panic!("three limits");
    };
    assert_eq!(
        (some.concurrency, &some.methods[..], &some.paths[..]),
        (Some(1), &["GET".to_owned()][..], &["/items".to_owned()][..])
    );
    assert_eq!(all.rate.as_ref().unwrap().per.as_secs(), 10);
    let quota = quota.quota.as_ref().unwrap();
    assert_eq!(
        (
            quota.left.name.as_str(),
            quota.reset.pattern.as_deref(),
            quota.unit,
            quota.max.as_secs()
        ),
        ("x-left", Some("t=(.*)"), WaitUnit::EpochMillis, 300)
    );
}

#[test]
fn a_backoff_and_a_rule_read_one_value_of_the_body_by_one_accessor() {
    let rule = "{ status: 429, body: \"{{ response.body.error.wait > 0 }}\", action: retry }";
    let errors = format!(
        "error_handler: {{ backoff: {{ type: body, path: error.wait }}, rules: [{rule}] }}"
    );
    let resource = resource(&errors, FIELDS);
    let body = resource.errors.body.expect("a body is read");
    assert_eq!(body.accessors.len(), 1);
    let Backoff::Asked { place, .. } = &resource.errors.backoff else {
        panic!("it is asked for");
    };
    assert_eq!(place, &WaitPlace::Body(body.accessors[0].rust.clone()));
}

#[test]
fn refresh_tokens_need_a_file_that_keeps_them() {
    let auth = |grant: &str| {
        format!(
            "config: {{ id: string, secret: secret, refresh: secret, file: string, token_file: string }}\n\
             client:\n  base_url: https://api.example.com\n  headers: {{ X-File: \"{{{{ config.file }}}}{{{{ config.token_file }}}}\" }}\n  \
             auth: {{ type: oauth2, token_url: https://api.example.com/token, client_id: \"{{{{ config.id }}}}\", \
             client_secret: \"{{{{ config.secret }}}}\", {grant} }}\n\
             resources:\n  - {{ name: items, endpoint: /items, {FIELDS} }}\n"
        )
    };
    let refreshing = auth("grant: refresh_token, refresh_token: \"{{ config.refresh }}\"");
    let file = |text: &str| {
        let config = compile(text).config;
        let found = config
            .into_iter()
            .find(|field| field.name.wire == "token_file");
        found.map(|field| (field.optional, field.env))
    };
    let env = "EXAMPLE_TOKEN_FILE".to_owned();
    // The spec's own declaration is taken as it is; without one there is a field that may be left out.
    assert_eq!(file(&refreshing), Some((false, env.clone())));
    let undeclared = refreshing
        .replace(", token_file: string", "")
        .replace("{{ config.token_file }}", "");
    assert_eq!(file(&undeclared), Some((true, env)));
    let other = undeclared
        .replace("grant: refresh_token, refresh_token: ", "params: { x: ")
        .replace("config.refresh }}\"", "config.refresh }}\" }");
    assert_eq!(file(&other), None);
}

#[test]
fn resources_with_the_same_credentials_share_their_tokens() {
    let one = "{ type: oauth2, token_url: https://api.example.com/token, client_id: a, client_secret: b }";
    let other = one.replace("client_id: a", "client_id: c");
    let connector = compile(&format!(
        "client: {{ base_url: https://api.example.com }}\nresources:\n  \
         - {{ name: first, endpoint: {{ path: /a, auth: {one} }}, {FIELDS} }}\n  \
         - {{ name: second, endpoint: {{ path: /b, auth: {other} }}, {FIELDS} }}\n  \
         - {{ name: third, endpoint: {{ path: /c, auth: {one} }}, {FIELDS} }}\n"
    ));
    let files = spile::emit::connector(&connector, spile::emit::Layout::Vendored);
    let client = &files["src/client.rs"];
    assert_eq!(client.matches("OAuth2::new(").count(), 2, "{client}");
    assert!(!client.contains("third_session"), "{client}");
    assert!(files["src/resources/third.rs"].contains("first_session()"));
}

#[test]
fn a_cursor_is_never_null_and_is_sent_as_it_is_written() {
    let resource = resource(
        "data_selector: data",
        "incremental: { cursor: meta.at, param: since, start: 2024-01-01 }, \
         fields: { id: string!, meta: { at: { type: timestamp, format: [epoch, rfc3339] } } }",
    );
    let incremental = resource.incremental.as_ref().expect("it is incremental");
    assert!(!field(&resource.record.structs[0], "meta").nullable);
    assert!(!field(&resource.record.structs[1], "at").nullable);
    assert_eq!(incremental.ty, CursorType::Timestamp);
    assert_eq!(
        incremental.start,
        Some(CursorValue::Timestamp(1_704_067_200, 0))
    );
    let [sent] = &resource.request.params[0].values[..] else {
        panic!("one value")
    };
    let Template::Value(sent) = sent else {
        panic!("an expression")
    };
    assert_eq!(
        sent.kind,
        ExprKind::Cursor(CursorEdge::Start, CursorFormat::Epoch)
    );
    assert!(!sent.nullable, "there is a start");
}

#[test]
fn a_cursor_without_a_start_is_left_out_and_may_be_null_if_that_is_provided_for() {
    let resource = resource(
        "params: { from: '{{ cursor.start }}', to: '{{ cursor.end }}' }",
        "incremental: { cursor: at, on_missing: skip, filter: both }, fields: { id: string!, at: timestamp }",
    );
    let incremental = resource.incremental.as_ref().expect("it is incremental");
    assert!(field(&resource.record.structs[0], "at").nullable);
    assert!(!incremental.keeps_missing && incremental.filters && incremental.until_now);
    let nullable = resource
        .request
        .params
        .iter()
        .map(|param| match &param.values[..] {
            [Template::Value(value)] => value.nullable,
            other => panic!("{other:?}"),
        });
    assert_eq!(
        nullable.collect::<Vec<_>>(),
        [true, false],
        "reading ends now"
    );
}

#[test]
fn windows_are_in_the_units_of_the_calendar() {
    let resource = resource(
        "data_selector: data",
        "incremental: { cursor: at, start: 2024-01-01, param: a, end_param: b, window: P1M, lookback: P1DT12H }, \
         fields: { id: string!, at: timestamp }",
    );
    let incremental = resource.incremental.as_ref().expect("it is incremental");
    assert_eq!(incremental.step, Some(Distance::Time(vec![("months", 1)])));
    let lookback = Distance::Time(vec![("days", 1), ("hours", 12)]);
    assert_eq!(incremental.lookback, Some(lookback));
}

#[test]
fn a_job_is_created_by_post_and_its_files_have_the_decoder() {
    let resource = resource(
        "decoder: csv, job: { poll: '/reports/{{ job.data.id }}', status: state, completed: done, download: urls }",
        FIELDS,
    );
    let job = resource.job.unwrap();
    assert_eq!(resource.request.method, "POST");
    assert_eq!(resource.request.headers, []);
    assert_eq!(job.download.headers[0].name, "Accept");
    assert_eq!((job.interval.as_secs(), job.timeout.as_secs()), (5, 3600));
    assert_eq!(job.max_interval, job.interval);
    assert!(!job.open);
}

#[test]
fn page_numbers_begin_with_one_unless_the_spec_says_otherwise() {
    let first = |more: &str| {
        let paginator = format!("paginator: {{ type: page_number{more} }}, data_selector: data");
        match resource(&paginator, FIELDS).paging.kind {
            spile::model::PagingKind::PageNumber { start, .. } => start,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(first(""), 1);
    assert_eq!(first(", start_from_page: 0"), 0);
}
