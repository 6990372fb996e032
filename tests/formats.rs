//! How formats of responses and keysets become parts of models.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::path::Path;

use spile::model::{
    Body, BodyFormat, Compression, EnvelopeNode, Json, PagingKind, ParamLocation, Resource,
    Template,
};

/// The one resource of a spec.
fn resource(endpoint: &str, rest: &str) -> Resource {
    let text = format!(
        "spile: 1\nname: example\nclient: {{ base_url: https://api.example.com }}\n\
         resources:\n  - {{ name: items, endpoint: {{ path: /items, {endpoint} }}, {rest} }}\n"
    );
    let compilation = spile::compile(Path::new("spec.yaml"), text.as_bytes());
    let report = compilation.report;
    let model = compilation.model;
    model
        .unwrap_or_else(|| panic!("{report:#?}\n{text}"))
        .resources
        .remove(0)
}

const FIELDS: &str = "fields: { id: string!, name: string }";

#[test]
fn rows_need_a_column_for_each_field_unless_data_may_be_missing() {
    let csv = |endpoint: &str| {
        let resource = resource(endpoint, FIELDS);
        let BodyFormat::Csv(csv) = resource.decoder.format else {
            panic!("{:?}", resource.decoder);
        };
        (csv, resource.request.headers)
    };
    let (rows, headers) = csv("decoder: csv");
    assert_eq!(rows.columns, ["id", "name"]);
    assert_eq!(
        (rows.delimiter, rows.quote, rows.header),
        (b',', b'"', None)
    );
    assert_eq!(rows.nulls, [""]);
    assert_eq!(
        headers[0].values,
        [Template::Text("text/csv, */*;q=0.5".to_owned())]
    );
    let (rows, _) = csv("decoder: csv, allow_missing_data: true");
    assert_eq!(rows.columns, [""; 0]);
    let (rows, headers) = csv(
        r#"decoder: { type: csv, delimiter: "\t", header: [name, x, id] }, headers: { accept: x/y }"#,
    );
    assert_eq!(rows.delimiter, b'\t');
    assert_eq!(rows.header.unwrap(), ["name", "x", "id"]);
    assert_eq!(headers.len(), 1);
}

#[test]
fn a_selector_of_lines_leads_from_each_line() {
    let root = |endpoint: &str| resource(endpoint, FIELDS).envelope.root;
    assert!(matches!(root("decoder: jsonl"), EnvelopeNode::Records));
    assert!(matches!(
        root("decoder: jsonl, data_selector: $"),
        EnvelopeNode::Records
    ));
    let EnvelopeNode::Each(line) = root("decoder: jsonl, data_selector: record") else {
        panic!("no list");
    };
    assert!(matches!(*line, EnvelopeNode::Object { .. }));
}

#[test]
fn the_field_of_a_keyset_may_have_dots_or_lie_in_an_object() {
    let keyset = |field: &str, fields: &str| {
        let endpoint = format!("paginator: {{ type: keyset, field: {field}, param: after }}");
        match resource(&endpoint, fields).paging.kind {
            PagingKind::Keyset { field, .. } => field
                .steps
                .into_iter()
                .map(|step| step.rust)
                .collect::<Vec<_>>(),
            other => panic!("{other:?}"),
        }
    };
    let inner = "{ fields: { b: date! }, required: true, nullable: false }";
    assert_eq!(
        keyset("a.b", &format!("fields: {{ a: {inner} }}")),
        ["a", "b"]
    );
    assert_eq!(
        keyset("a.b", &format!("fields: {{ a: {inner}, a.b: integer! }}")),
        ["a_b"]
    );
}

#[test]
fn elements_are_asked_for_as_xml_and_unpacked_up_to_their_size() {
    let xml =
        "decoder: { type: xml, compression: zip, file: a.xml, max_size: 2 kB }, data_selector: a.b";
    let resource = resource(xml, FIELDS);
    assert_eq!(resource.decoder.format, BodyFormat::Xml);
    assert_eq!(
        resource.decoder.compression,
        Compression::Zip("a.xml".to_owned())
    );
    assert_eq!(resource.decoder.max_size, Some(2000));
    let plain = self::resource("decoder: xml, data_selector: a.b", FIELDS);
    assert_eq!(plain.decoder.max_size, None);
    assert_eq!(
        plain.request.headers[0].values,
        [Template::Text("application/xml, */*;q=0.5".to_owned())]
    );
}

#[test]
fn a_position_in_the_path_leaves_the_count_to_the_query() {
    let endpoint = "paginator: { type: page_number, in: path, limit: 10, limit_param: size }";
    let PagingKind::PageNumber { page, limit, .. } = resource(endpoint, FIELDS).paging.kind else {
        panic!("no pages");
    };
    assert_eq!(page.location, ParamLocation::Path);
    let (count, _) = limit.unwrap();
    assert_eq!(
        (&*count.name, count.location),
        ("size", ParamLocation::Query)
    );
}

#[test]
fn a_query_is_a_post_unless_the_spec_says_otherwise() {
    let graphql = r#"graphql: { query: "query ($a: Int!) { b(a: $a) }", variables: { a: 1 } }"#;
    let request = resource(graphql, FIELDS).request;
    assert_eq!(request.method, "POST");
    assert_eq!(request.body.query(), Some("query ($a: Int!) { b(a: $a) }"));
    let Body::Json(Json::Object(entries)) = request.body else {
        panic!("no JSON");
    };
    assert_eq!(
        entries[1],
        (
            "variables".to_owned(),
            Json::Object(vec![("a".to_owned(), Json::Number("1".to_owned()))])
        )
    );
    let get = format!("method: get, {graphql}");
    assert_eq!(resource(&get, FIELDS).request.method, "GET");
}
