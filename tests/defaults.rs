//! `resource_defaults`: what a resource gets from them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::fmt::Write;
use std::path::Path;

use spile::diagnostic::{Code, Diagnostic, Sink};
use spile::source::Sources;
use spile::spec::{Auth, Disposition, FieldSpec, Paginator, Resource, Spec};

fn text(defaults: &str, resource: &str) -> String {
    format!(
        "spile: 1\nname: example\nclient: {{ base_url: https://api.example.com }}\n\
         resource_defaults: {defaults}\nresources: [{resource}]\n"
    )
}

/// What reading gives; the rules between keys are not its concern.
fn read(defaults: &str, resource: &str) -> (Option<Spec>, Vec<Diagnostic>) {
    let (mut sources, mut sink) = (Sources::default(), Sink::default());
    let text = text(defaults, resource);
    let spec = spile::read::read(
        Path::new("spec.yaml"),
        text.as_bytes(),
        &mut sources,
        &mut sink,
    );
    (spec, sink.into_sorted())
}

/// The one resource of a spec that is right.
fn merged(defaults: &str, resource: &str) -> Resource {
    let (spec, diagnostics) = read(defaults, resource);
    assert_eq!(diagnostics, []);
    spec.unwrap().resources.remove(0)
}

fn codes(defaults: &str, resource: &str) -> Vec<Code> {
    read(defaults, resource)
        .1
        .iter()
        .map(|diagnostic| diagnostic.code)
        .collect()
}

fn names(entries: &[(spile::source::Text, FieldSpec)]) -> Vec<&str> {
    entries
        .iter()
        .map(|(name, _)| name.value.as_str())
        .collect()
}

#[test]
fn what_a_resource_does_not_say_comes_from_the_defaults() {
    let resource = merged(
        "{ primary_key: id, endpoint: { method: POST, data_selector: data } }",
        "{ name: a, endpoint: { path: /a } }",
    );
    assert_eq!(resource.primary_key.unwrap().values[0].value, "id");
    assert_eq!(resource.endpoint.method.unwrap().value, "POST");
    assert_eq!(resource.endpoint.path.value, "/a");
}

#[test]
fn maps_are_merged_by_key_and_everything_else_is_replaced() {
    let defaults =
        "{ primary_key: [a, b], fields: { a: string, b: string, o: { x: string, y: string } } }";
    let own = "{ name: a, endpoint: /a, primary_key: [c], fields: { b: integer, c: string, o: { y: integer } } }";
    let resource = merged(defaults, own);
    assert_eq!(resource.primary_key.unwrap().values.len(), 1);
    let fields = resource.fields.unwrap();
    assert_eq!(
        names(&fields),
        ["a", "b", "o", "c"],
        "the defaults' come first"
    );
    assert!(matches!(&fields[1].1, FieldSpec::Name(name) if name.value == "integer"));
    let FieldSpec::Object(object) = &fields[2].1 else {
        panic!("an object")
    };
    assert_eq!(names(&object.value), ["x", "y"]);
}

#[test]
fn a_null_removes_a_default() {
    let defaults = "{ primary_key: id, fields: { a: string, b: string }, endpoint: { paginator: { type: offset, limit: 5 } } }";
    let resource = merged(
        defaults,
        "{ name: a, primary_key: null, fields: { a: ~ }, endpoint: { path: /a, paginator: null } }",
    );
    assert!(resource.primary_key.is_none());
    assert!(resource.endpoint.paginator.is_none());
    assert_eq!(names(&resource.fields.unwrap()), ["b"]);
}

#[test]
fn a_null_parameter_stays_for_the_clients_parameters() {
    let resource = merged(
        "{ endpoint: { params: { a: 1, b: 2 } } }",
        "{ name: a, endpoint: { path: /a, params: { a: null, c: null } } }",
    );
    let params: Vec<(&str, bool)> = resource
        .endpoint
        .params
        .iter()
        .map(|(name, value)| (name.value.as_str(), value.is_null()))
        .collect();
    assert_eq!(params, [("a", true), ("b", false), ("c", true)]);
}

#[test]
fn another_type_replaces_and_the_same_type_merges() {
    let defaults = "{ endpoint: { paginator: { type: offset, limit: 5, total: n }, auth: { type: bearer, token: t } } }";
    let endpoint = merged(
        defaults,
        "{ name: a, endpoint: { path: /a, paginator: { type: offset, limit: 7 }, auth: none } }",
    )
    .endpoint;
    assert!(
        matches!(endpoint.paginator, Some(Paginator::Offset(offset)) if offset.limit.value == 7 && offset.total.is_some())
    );
    assert_eq!(endpoint.auth, Some(Auth::None));
    let endpoint = merged(
        defaults,
        "{ name: a, endpoint: { path: /a, paginator: { type: page_number } } }",
    )
    .endpoint;
    assert!(
        matches!(endpoint.paginator, Some(Paginator::PageNumber(pages)) if pages.limit.is_none())
    );
    let endpoint = merged(
        defaults,
        "{ name: a, endpoint: { path: /a, paginator: { limit: 9 } } }",
    )
    .endpoint;
    assert!(
        matches!(endpoint.paginator, Some(Paginator::Offset(offset)) if offset.limit.value == 9)
    );
}

#[test]
fn a_field_called_type_is_no_type() {
    let resource = merged(
        "{ endpoint: { params: { type: a, size: 1 } } }",
        "{ name: a, endpoint: { path: /a, params: { type: b } } }",
    );
    assert_eq!(resource.endpoint.params.len(), 2);
}

#[test]
fn short_forms_are_written_out_before_they_are_merged() {
    let resource = merged(
        "{ endpoint: { method: POST, path: /x } }",
        "{ name: a, endpoint: /a }",
    );
    assert_eq!(
        (
            resource.endpoint.path.value.as_str(),
            resource.endpoint.method.is_some()
        ),
        ("/a", true)
    );
    let resource = merged(
        "{ endpoint: /x }",
        "{ name: a, endpoint: { method: POST } }",
    );
    assert_eq!(resource.endpoint.path.value, "/x");
    let endpoint = merged(
        "{ endpoint: { paginator: page_number } }",
        "{ name: a, endpoint: { path: /a, paginator: { limit: 3 } } }",
    )
    .endpoint;
    assert!(matches!(endpoint.paginator, Some(Paginator::PageNumber(_))));
    let disposition = merged(
        "{ write_disposition: { strategy: upsert } }",
        "{ name: a, endpoint: /a, write_disposition: merge }",
    );
    let disposition = disposition.write_disposition.unwrap();
    assert!(disposition.strategy.is_some());
    assert_eq!(disposition.disposition.unwrap().value, Disposition::Merge);
}

#[test]
fn another_spelling_of_the_resource_wins_over_the_defaults() {
    let defaults = "{ endpoint: { paginator: { type: offset, limit: 5 } } }";
    let endpoint = merged(
        defaults,
        "{ name: a, endpoint: { path: /a, paginator: { page_size: 7 } } }",
    )
    .endpoint;
    assert!(
        matches!(endpoint.paginator, Some(Paginator::Offset(offset)) if offset.limit.value == 7)
    );
}

#[test]
fn merged_values_keep_the_place_they_were_written_at() {
    let text = text("{ primary_key: shared }", "{ name: a, endpoint: /a }");
    let spec = spile::compile(Path::new("spec.yaml"), text.as_bytes())
        .spec
        .unwrap();
    let key = &spec.resources[0].primary_key.as_ref().unwrap().values[0];
    assert_eq!(&text[key.span.range()], "shared");
    assert_eq!(
        &text[spec.resources[0].span.range()],
        "name: a",
        "the resource's own first line"
    );
}

#[test]
fn what_is_wrong_in_the_defaults_is_said_once() {
    assert_eq!(
        codes(
            "{ primry_key: id }",
            "{ name: a, endpoint: /a }, { name: b, endpoint: /b }"
        ),
        [Code::UnknownKey]
    );
    assert_eq!(
        codes("{ name: x }", "{ name: a, endpoint: /a }"),
        [Code::UnknownKey]
    );
    assert_eq!(codes("[]", "{ name: a, endpoint: /a }"), [Code::WrongType]);
    assert_eq!(codes("~", "{ name: a, endpoint: /a }"), []);
}

#[test]
fn defaults_cannot_multiply_without_bound() {
    let mut fields = "{ fields: {".to_owned();
    for index in 0..2_000 {
        write!(fields, "f{index}: string, ").unwrap();
    }
    fields += "} }";
    let resources: String = (0..1_100)
        .map(|index| format!("{{ name: r{index}, endpoint: /a }}, "))
        .collect();
    assert_eq!(codes(&fields, &resources), [Code::TooLarge]);
}

#[test]
fn large_maps_merge_in_linear_time() {
    let fields: String = (0..20_000)
        .map(|index| format!("f{index}: string, "))
        .collect();
    let own: String = (0..20_000)
        .rev()
        .map(|index| format!("f{index}: integer, "))
        .collect();
    let resource = merged(
        &format!("{{ fields: {{ {fields} }} }}"),
        &format!("{{ name: a, endpoint: /a, fields: {{ {own} }} }}"),
    );
    let fields = resource.fields.unwrap();
    assert_eq!(fields.len(), 20_000);
    assert!(
        fields
            .iter()
            .all(|(_, field)| matches!(field, FieldSpec::Name(name) if name.value == "integer"))
    );
}

#[test]
fn a_spec_that_lacks_resources_is_read_without_them() {
    let compilation = spile::compile(
        Path::new("spec.yaml"),
        b"spile: 1\nresource_defaults: { primary_key: id }\n",
    );
    let missing: Option<Spec> = compilation.spec;
    assert!(missing.is_none());
    assert_eq!(
        compilation.report.diagnostics.len(),
        3,
        "name, client, resources"
    );
}
