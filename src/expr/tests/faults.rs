//! What is wrong in expressions, and where.

use super::*;

#[test]
fn faults_are_told_at_their_characters() {
    let mut all = String::new();
    for value in [
        "{{ config.limti }}",
        "{{ confg.limit }}",
        "{{ limit }}",
        "{{ nothing }}",
        "{{ config }}",
        "{{ config.group }}",
        "{{ config.host.x }}",
        "{{ config.limit }",
        "a {{ config.limit",
        "{{ }}",
        "{{ 'a }}",
        "{{ 1 + }}",
        "{{ 1 2 }}",
        "{{ (1 }}",
        "{{ a = b }}",
        "{{ config.limit ** 2 }}",
        "{{ config.host | uper }}",
        "{{ config.host | }}",
        "{{ config.host.downcase() }}",
        "{{ config.host.length() }}",
        "{{ config.host.lower }}",
        "{{ now('x') }}",
        "{{ now().strftime('%K') }}",
        "{{ today().strftime('%H') }}",
        "{{ now().strftime(config.host) }}",
        "{{ now() - duration('1 day') }}",
        "{{ now() - 5 }}",
        "{{ now() * duration('P1D') }}",
        "{{ now() - now() }}",
        "{{ today() - duration('PT1H') }}",
        "{{ duration('P1D') }}",
        "{{ 'in ' ~ duration('P1D') }}",
        "{{ now().hour }}",
        "{{ day_delta(config.maybe) }}",
        "{{ timestamp(config.limit) }}",
        "{{ now() < config.host }}",
        "{{ 'x' if now() else 'y' }}",
        "{{ now() | lower }}",
        "{{ env('X') }}",
        "{{ config.host.lower('x') }}",
        "{{ config.host.replace('a') }}",
        "{{ config.host.replace('a', news='b') }}",
        "{{ config.host.replace('a', config.limit) }}",
        "{{ config.host.strip(config.host) }}",
        "{{ config.limit.lower() }}",
        "{{ config.limit | lower }}",
        "{{ config.token | lower }}",
        "{{ config.token[:4] }}",
        "{{ config.tags | join(config.maybe) }}",
        "{{ config.host | hash('crc') }}",
        "{{ config.host | regex_search('(') }}",
        "{{ config.maybe | default('x') }}",
        "{{ max(config.limit) }}",
        "{{ max(config.limit, config.maybe) }}",
        "{{ min(config.limit, 'x') }}",
        "{{ config.on | max }}",
        "{{ '{} {}'.format(config.host) }}",
        "{{ config.host.split(',').a }}",
        "{{ config.host[config.maybe] }}",
        "{{ config.host['a':] }}",
        "{{ config.limit[0] }}",
        "{{ config.limit in config.tags }}",
        "{{ config.maybe in config.host }}",
        "{{ 'x' in [] }}",
        "{{ config.tags ~ 'x' }}",
        "{{ config.limit + 'x' }}",
        "{{ {'a': 1} }}",
        "{{ response.body.data[-1].id }}",
        "{{ response.body.x is string }}",
        "{{ config.token or 'x' }}",
        "{{ parent.id }} and {{ cursor.start }}",
        "{{ stream_slice.x }}",
        "{% if x %}",
        "{# note #}",
        "{{- config.host }}",
        "{{ config.host -}}",
        "{{ config.limit == 'x' }}",
        "{{ config.token == 'x' }}",
        "{{ 'a' if config.token else 'b' }}",
        "{{ 1 < 2 < 3 }}",
        "x{{ config.tags }}",
        "{{ [1, 2] }}",
        "{{ config.host or 1 }}",
        "{{ config.host and 'x' }}",
        "{{ 1 if config.on else 'x' }}",
        "{{ response.boddy.x }}",
        "{{ response.status_code }}",
        "{{ response.headers['a b'] }}",
        "{{ page.sise }}",
        "{{ 99999999999999999999 }}",
        "{{ config.a.3x }}",
        "{{ config.limit is odd }}",
    ] {
        let faults = typed(value).expect_err(value);
        assert!(!faults.is_empty(), "{value}");
        all.push_str(&format!("{value}\n    {}\n", faults.join("\n    ")));
    }
    insta::assert_snapshot!(all);
}

#[test]
fn every_expression_of_a_text_is_looked_at() {
    let faults = typed("{{ config.a }} {{ 1 + }} {{ config.b }}").unwrap_err();
    assert_eq!(faults.len(), 1, "syntax first: {faults:?}");
    let faults = typed("{{ config.a }} {{ config.b }}").unwrap_err();
    assert_eq!(faults.len(), 2, "{faults:?}");
}

#[test]
fn a_field_that_could_not_be_made_is_not_told_twice() {
    assert_eq!(typed("{{ config.broken }}"), Err(Vec::new()));
}

#[test]
fn places_refuse_what_they_cannot_take() {
    let path = |value: &str| {
        faults(value, |text, place, sink| {
            _ = template(text, place, Wants::public("a path"), sink)
        })
    };
    insta::assert_snapshot!([path("/{{ config.token }}"), path("/{{ config.maybe }}"), path("{{ config.tags }}")].concat().join("\n"), @"
    E0304 `config.token` `config.token` is a secret, and a path is seen by others
    E0303 `config.maybe` `config.maybe` may be absent, and a path is always needed
    E0303 `config.tags` `config.tags` is a list, and a path takes one value
    ");
}

#[test]
fn a_position_that_is_a_path_into_the_body_is_a_token() {
    let mut source = None;
    assert!(
        faults("{{ response.body.next }}", |text, place, sink| source =
            position(text, place, sink))
        .is_empty()
    );
    let source = source.unwrap();
    assert_eq!(
        (source.ty, source.nullable),
        (crate::model::ExprType::String, true)
    );
    let secret = faults("{{ config.token }}", |text, place, sink| {
        _ = position(text, place, sink)
    });
    assert_eq!(
        secret,
        ["E0304 `config.token` a secret cannot be a position in the data"]
    );
}

#[test]
fn deep_nesting_is_a_fault_and_no_overflow() {
    let deep = format!("{{{{ {}1{} }}}}", "(".repeat(10_000), ")".repeat(10_000));
    assert!(typed(&deep).unwrap_err()[0].starts_with("E0301"));
    let long = format!("{{{{ 1{} }}}}", " + 1".repeat(10_000));
    assert!(typed(&long).unwrap_err()[0].starts_with("E0301"));
    let nots = format!("{{{{ {}true }}}}", "not ".repeat(400));
    assert!(typed(&nots).unwrap_err()[0].starts_with("E0301"));
}
