#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::collections::BTreeSet;

use super::*;
use crate::diagnostic::Sink;
use crate::model::{
    ConfigField, ConfigType, CursorEdge, CursorFormat, CursorType, ExprKind, ExprType, Field,
    LeafKind, Name, Part, Record, Struct, Template, Type,
};
use crate::source::{Sources, Span};

fn field(name: &str, ty: ConfigType, optional: bool) -> ConfigField {
    ConfigField {
        name: Name::config(name),
        description: None,
        ty,
        default: None,
        optional,
        env: String::new(),
        pattern: None,
    }
}

fn fields() -> Vec<ConfigField> {
    vec![
        field("host", ConfigType::String, false),
        field("token", ConfigType::Secret, false),
        field("limit", ConfigType::Integer, false),
        field("maybe", ConfigType::Integer, true),
        field("rate", ConfigType::Number, false),
        field("start", ConfigType::Timestamp, true),
        field("on", ConfigType::Boolean, false),
        field(
            "tags",
            ConfigType::List(Box::new(ConfigType::String)),
            false,
        ),
        field(
            "group",
            ConfigType::Object {
                type_name: "Group".to_owned(),
                fields: vec![field("inner", ConfigType::String, false)],
            },
            false,
        ),
    ]
}

struct Body;

impl BodyReader for Body {
    fn accessor(&mut self, path: &[StepKind], _: LeafKind, _: Span) -> Option<String> {
        let keys = path.iter().map(|step| match step {
            StepKind::Key(key) => key.clone(),
            StepKind::Index(index) => index.to_string(),
        });
        Some(keys.collect::<Vec<_>>().join("_"))
    }
}

/// A text that stands alone in its source.
fn text(value: &str) -> Text {
    let file = Sources::default().add("x", value);
    Text {
        value: value.to_owned(),
        span: Span::new(file, 0, value.len()),
        offsets: None,
        lead: 0,
    }
}

/// What is said of a text, each with the characters it is said of.
fn faults(value: &str, lower: impl FnOnce(&Text, &mut Place<'_>, &mut Sink)) -> Vec<String> {
    let fields = fields();
    let refused = BTreeSet::from(["broken".to_owned()]);
    let names = ConfigNames::new(&fields, &refused);
    let mut body = Body;
    let cursor = CursorNames::new(CursorFormat::Epoch, CursorType::Timestamp, false, true);
    let mut place = Place {
        response: Some(&mut body),
        last_record: RecordNames::Unknown,
        cursor: CursorPlace::Request(&cursor),
        ..Place::config_only(&names)
    };
    let mut sink = Sink::default();
    lower(&text(value), &mut place, &mut sink);
    sink.into_sorted()
        .into_iter()
        .map(|fault| {
            format!(
                "{} `{}` {}",
                fault.code.id(),
                &value[fault.span.range()],
                fault.message
            )
        })
        .collect()
}

fn typed(value: &str) -> Result<Template, Vec<String>> {
    let mut lowered = None;
    let faults = faults(value, |text, place, sink| {
        lowered = template(text, place, Wants::repeated("a parameter"), sink)
    });
    lowered.ok_or(faults)
}

fn kind(value: &str) -> ExprKind {
    match typed(value) {
        Ok(Template::Value(value)) => value.kind,
        other => panic!("{value}: {other:?}"),
    }
}

/// An expression with all its parentheses.
fn shown(kind: &ExprKind) -> String {
    let inner = |value: &crate::model::Expr| shown(&value.kind);
    match kind {
        ExprKind::String(text) => format!("{text:?}"),
        ExprKind::Integer(number) => number.to_string(),
        ExprKind::Number(number) => number.to_string(),
        ExprKind::Boolean(value) => value.to_string(),
        ExprKind::Null => "none".to_owned(),
        ExprKind::Config(path) => path.join("."),
        ExprKind::Body(path) => path.accessor.clone(),
        ExprKind::Header(name) => format!("header {name}"),
        ExprKind::Created(path, _) => format!("job.{}", path.accessor),
        ExprKind::CreatedHeader(name) => format!("header {name} of the job"),
        ExprKind::Status => "status".to_owned(),
        ExprKind::Field { root, path } => {
            let steps = path.steps.iter().map(|step| step.rust.clone());
            format!("{}.{}", root.as_str(), steps.collect::<Vec<_>>().join("."))
        }
        ExprKind::Cursor(edge, format) => format!("{edge:?} {format:?}"),
        ExprKind::PageSize => "size".to_owned(),
        ExprKind::PageNumber => "number".to_owned(),
        ExprKind::Truthy(a) => format!("truthy({})", inner(a)),
        ExprKind::Not(a) => format!("not({})", inner(a)),
        ExprKind::And(a, b) => format!("({} and {})", inner(a), inner(b)),
        ExprKind::Or(a, b) => format!("({} or {})", inner(a), inner(b)),
        ExprKind::Compare(comparison, a, b) => {
            format!("({} {comparison:?} {})", inner(a), inner(b))
        }
        ExprKind::Arithmetic(operator, a, b) => format!("({} {operator:?} {})", inner(a), inner(b)),
        ExprKind::If(c, a, b) => format!("({} if {} else {})", inner(a), inner(c), inner(b)),
        ExprKind::IsPresent(a) => format!("present({})", inner(a)),
        ExprKind::Join(parts) => {
            let parts = parts.iter().map(|part| match part {
                Part::Text(text) => format!("{text:?}"),
                Part::Value(value) => inner(value),
            });
            parts.collect::<Vec<_>>().join(" ~ ")
        }
        ExprKind::Read(a) => format!("read({})", inner(a)),
        ExprKind::Call(function, arguments) => {
            let arguments: Vec<String> = arguments.iter().map(inner).collect();
            format!("{function:?}({})", arguments.join(", "))
        }
    }
}

#[test]
fn expressions_have_the_precedence_of_jinja() {
    for (value, tree) in [
        ("{{ 1 + 2 * 3 - 4 }}", "((1 Add (2 Multiply 3)) Subtract 4)"),
        ("{{ (1 + 2) * 3 }}", "((1 Add 2) Multiply 3)"),
        (
            "{{ not config.on and config.on or config.on }}",
            "((not(on) and on) or on)",
        ),
        (
            "{{ 'a' if config.on else 'b' if config.limit > 2 else 'c' }}",
            "(\"a\" if on else (\"b\" if (limit Greater 2) else \"c\"))",
        ),
        (
            "{{ config.maybe is not none and not config.maybe is defined }}",
            "(present(maybe) and not(present(maybe)))",
        ),
        ("{{ -config.limit }}", "(0 Subtract limit)"),
        ("{{ -5 }}", "-5"),
        (
            "{{ config.limit in [1, 2] }}",
            "((limit Equal 1) or (limit Equal 2))",
        ),
        ("{{ config.limit not in [1] }}", "not((limit Equal 1))"),
        ("{{ config.maybe == none }}", "not(present(maybe))"),
        (
            "{{ response.body.a['b.c'][0] == 'x' }}",
            "(a_b.c_0 Equal \"x\")",
        ),
        ("{{ response.headers['X-Next'] }}", "header x-next"),
        (
            "{{ response.body.more and page.size > 0 }}",
            "(truthy(more) and (size Greater 0))",
        ),
        ("{{ config.group.inner }}", "group.inner"),
        ("{{ 1_000 }}", "1000"),
    ] {
        assert_eq!(shown(&kind(value)), tree, "{value}");
    }
}

/// A record with an id, an optional owner in it, and an enum.
fn record() -> Record {
    let field = |name: &str, ty: Type, nullable: bool| Field {
        name: Name::field(name),
        description: None,
        ty,
        nullable,
        lenient: false,
        key: false,
    };
    let structure = |type_name: &str, fields: Vec<Field>| Struct {
        type_name: type_name.to_owned(),
        description: None,
        fields,
    };
    Record {
        structs: vec![
            structure(
                "Post",
                vec![
                    field("id", Type::Integer, false),
                    field("owner", Type::Struct(1), true),
                    field("price", Type::Decimal, true),
                ],
            ),
            structure("Owner", vec![field("login", Type::String, false)]),
        ],
        enums: Vec::new(),
        unions: Vec::new(),
        primary_key: Vec::new(),
        merge_key: Vec::new(),
        keep_unknown: None,
    }
}

#[test]
fn fields_of_records_have_their_types_and_belong_to_their_record() {
    let record = record();
    let read = |value: &str| {
        let (fields, refused) = (fields(), BTreeSet::new());
        let names = ConfigNames::new(&fields, &refused);
        let mut place = Place {
            record: RecordNames::Known(&record),
            parent: RecordNames::Known(&record),
            ..Place::config_only(&names)
        };
        let mut sink = Sink::default();
        let read = template(
            &text(value),
            &mut place,
            Wants::repeated("a value"),
            &mut sink,
        );
        match read {
            Some(Template::Value(value)) => {
                format!("{} {:?} {}", shown(&value.kind), value.ty, value.nullable)
            }
            _ => sink
                .into_sorted()
                .into_iter()
                .map(|fault| format!("{} {}", &value[fault.span.range()], fault.message))
                .collect(),
        }
    };
    for (value, expected) in [
        ("{{ record.id }}", "record.id Integer false"),
        ("{{ parent.id }}", "parent.id Integer false"),
        ("{{ parent.owner.login }}", "parent.owner.login String true"),
        ("{{ record['price'] }}", "record.price Decimal true"),
        (
            "{{ record.owner }}",
            "record.owner `record.owner` is not a single value",
        ),
        ("{{ parent.nme }}", "nme `parent` has no field `nme`"),
        ("{{ record.id.x }}", "x `record.id` has no fields"),
        ("{{ parent }}", "parent a whole record is no value"),
        (
            "{{ last_record.id }}",
            "last_record `last_record` does not exist here",
        ),
    ] {
        assert_eq!(read(value), expected, "{value}");
    }
}

#[test]
fn calls_are_of_the_types_of_the_table() {
    let typed = |value: &str| match typed(value) {
        Ok(Template::Value(value)) => {
            format!("{} {:?} {}", shown(&value.kind), value.ty, value.nullable)
        }
        Ok(Template::Parts(parts)) => parts
            .iter()
            .map(|part| match part {
                Part::Text(text) => format!("{text:?}"),
                Part::Value(value) => shown(&value.kind),
            })
            .collect::<Vec<_>>()
            .join(" ~ "),
        other => panic!("{value}: {other:?}"),
    };
    for (value, expected) in [
        ("{{ config.host.lower() }}", "Lower(host) String false"),
        (
            "{{ config.host | lower | upper }}",
            "Upper(Lower(host)) String false",
        ),
        (
            "{{ -config.rate | abs }}",
            "Absolute((0 Subtract rate)) Number false",
        ),
        (
            "{{ config.host.split('.')[-1] }}",
            "Item(Split(host, \".\"), -1) String true",
        ),
        ("{{ config.host[1:] }}", "Slice(host, 1) String false"),
        (
            "{{ config.tags[:-1] }}",
            "Slice(tags, 0, -1) List(String) false",
        ),
        ("{{ config.tags[0] }}", "Item(tags, 0) String true"),
        ("{{ config.tags | last }}", "Item(tags, -1) String true"),
        (
            "{{ ','.join(config.tags) }}",
            "Join(tags, \",\") String false",
        ),
        (
            "{{ [config.host, config.token] | join(':') }}",
            "host ~ \":\" ~ token",
        ),
        (
            "{{ config.host ~ '-' ~ config.limit }}",
            "host ~ \"-\" ~ limit",
        ),
        ("{{ config.host + '-' + 'x' }}", "host ~ \"-x\""),
        ("{{ '{}/{}'.format(config.host, 1) }}", "host ~ \"/\" ~ 1"),
        (
            "{{ (config.host ~ config.token) | base64encode }}",
            "Base64Encode(host ~ token) Secret false",
        ),
        (
            "{{ config.token | hash('sha256') }}",
            "Sha256(token) Secret false",
        ),
        (
            "{{ config.maybe | default(1) }}",
            "Default(maybe, 1) Integer false",
        ),
        (
            "{{ config.get('maybe', 1) }}",
            "Default(maybe, 1) Integer false",
        ),
        (
            "{{ config.get('group', {}).get('inner') }}",
            "group.inner String false",
        ),
        ("{{ config.limit | default(1) }}", "limit Integer false"),
        (
            "{{ config.host or 'x' }}",
            "Default(Filled(host), \"x\") String false",
        ),
        (
            "{{ config.on or config.limit == 1 }}",
            "(on or (limit Equal 1)) Boolean false",
        ),
        ("{{ config.host | int }}", "Integer(host) Integer true"),
        (
            "{{ config.host | int(0) }}",
            "Integer(host, 0) Integer false",
        ),
        (
            "{{ response.body.page | int + 1 }}",
            "(Integer(read(page)) Add 1) Integer true",
        ),
        (
            "{{ response.body.page + 1 }}",
            "(read(page) Add 1) Integer true",
        ),
        ("{{ config.limit / 2 }}", "(limit Divide 2) Number false"),
        (
            "{{ config.limit // 2 % 3 }}",
            "((limit FloorDivide 2) Remainder 3) Integer false",
        ),
        (
            "{{ max(config.limit, 1, 2) }}",
            "Greatest(Greatest(limit, 1), 2) Integer false",
        ),
        (
            "{{ [config.rate, 1] | min }}",
            "Least(rate, 1) Number false",
        ),
        ("{{ config.tags | max }}", "Greatest(tags) String true"),
        (
            "{{ 'a' in config.tags }}",
            "Contains(tags, \"a\") Boolean false",
        ),
        (
            "{{ 'a' not in response.body.x }}",
            "not(truthy(Contains(read(x), \"a\"))) Boolean false",
        ),
        (
            "{{ 'next' in response.body }}",
            "present(next) Boolean false",
        ),
        (
            "{{ response.body.more is false }}",
            "(more Equal false) Boolean false",
        ),
        ("{{ now() }}", "Now() Timestamp false"),
        ("{{ today_utc() }}", "Today() Date false"),
        (
            "{{ now() - duration('P1D') }}",
            "Earlier(Now(), \"P1D\") Timestamp false",
        ),
        (
            "{{ duration('P1D') + today() }}",
            "Later(Today(), \"P1D\") Date false",
        ),
        (
            "{{ config.start + duration('PT1H') }}",
            "Later(start, \"PT1H\") Timestamp true",
        ),
        (
            "{{ day_delta(-365 * 2) }}",
            "ShiftDays(Now(), -730) Timestamp false",
        ),
        (
            "{{ day_delta(1, format='%Y.%f') }}",
            "Strftime(ShiftDays(Now(), 1), \"%Y.%6f\") String false",
        ),
        (
            "{{ format_datetime(config.host, '%Y', '%d.%m.%Y') }}",
            "Strftime(ParseTime(host, \"%d.%m.%Y\"), \"%Y\") String true",
        ),
        (
            "{{ config.start.strftime('%Y') }}",
            "Strftime(start, \"%Y\") String true",
        ),
        (
            "{{ today().isoformat() }}",
            "Strftime(Today(), \"%Y-%m-%d\") String false",
        ),
        (
            "{{ timestamp(now()) }}",
            "EpochSeconds(Now()) Integer false",
        ),
        (
            "{{ str_to_datetime(config.host).month }}",
            "Month(ParseTime(host)) Integer true",
        ),
        (
            "{{ config.start or now() }}",
            "Default(start, Now()) Timestamp false",
        ),
        (
            "{{ config.start if config.start else now() }}",
            "(start if present(start) else Now()) Timestamp true",
        ),
        (
            "{{ max(now(), now()) }}",
            "Greatest(Now(), Now()) Timestamp false",
        ),
        (
            "{{ now() < config.start }}",
            "(Now() Less start) Boolean false",
        ),
        (
            "{{ config.maybe is number }}",
            "present(maybe) Boolean false",
        ),
        (
            "{{ response.headers['Link'].split(',')[0] }}",
            "Item(Split(header link, \",\"), 0) String true",
        ),
        (
            "{{ response.body.url | regex_search('a=(.)') | urlencode }}",
            "UrlEncode(Search(read(url), \"a=(.)\")) String true",
        ),
    ] {
        assert_eq!(typed(value), expected, "{value}");
    }
}

#[test]
fn the_examples_of_all_functions_compile() {
    for function in FUNCTIONS {
        let example = format!("{{{{ {} }}}}", function.example);
        let found = typed(&example);
        assert!(found.is_ok(), "{example}: {found:?}");
        let name = function.spellings[0].name;
        let named = function
            .spellings
            .iter()
            .any(|spelling| example.contains(spelling.name));
        assert!(named, "the example of {name} does not use it");
    }
}

#[test]
fn a_template_alone_keeps_its_type_and_text_around_makes_it_text() {
    assert!(matches!(
        typed("{{ config.limit }}"),
        Ok(Template::Value(_))
    ));
    assert!(
        matches!(typed("a {{ config.limit }}"), Ok(Template::Parts(parts)) if parts.len() == 2)
    );
    assert!(
        matches!(typed("{{ config.limit }}{{ config.host }}"), Ok(Template::Parts(parts)) if parts.len() == 2)
    );
    assert_eq!(typed("478"), Ok(Template::Text("478".to_owned())));
    assert_eq!(typed(""), Ok(Template::Text(String::new())));
    assert_eq!(shown(&kind("{{ '}}' }}")), "\"}}\"");
}

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

proptest::proptest! {
    #[test]
    fn no_text_makes_it_panic(value in "(\\{\\{|\\}\\}|[a-z.'\\[\\]()+ |%#{}\u{e9}0-9-]){0,40}") {
        _ = typed(&value);
    }
}

#[test]
fn the_ends_of_a_window_are_of_the_type_in_which_they_are_sent() {
    assert_eq!(shown(&kind("{{ cursor.start }}")), "Start Epoch");
    assert_eq!(
        shown(&kind("{{ cursor.end - 1 }}")),
        "(End Epoch Subtract 1)"
    );
    let ty = |format, ty| {
        CursorNames::new(format, ty, true, true)
            .value(CursorEdge::Start)
            .ty
    };
    for (format, cursor, wanted) in [
        (
            CursorFormat::Plain,
            CursorType::Timestamp,
            ExprType::Timestamp,
        ),
        (CursorFormat::Date, CursorType::Timestamp, ExprType::String),
        (
            CursorFormat::EpochMillis,
            CursorType::Timestamp,
            ExprType::Integer,
        ),
        (CursorFormat::Plain, CursorType::Date, ExprType::Date),
        (CursorFormat::Plain, CursorType::Integer, ExprType::Integer),
        (CursorFormat::Plain, CursorType::Decimal, ExprType::Scalar),
        (CursorFormat::Plain, CursorType::String, ExprType::String),
    ] {
        assert_eq!(ty(format, cursor), wanted);
    }
}

#[test]
fn a_text_around_an_end_that_may_be_absent_is_absent_with_it() {
    let Ok(Template::Value(value)) = typed("after {{ cursor.start }}") else {
        panic!("one value")
    };
    assert!(value.nullable);
    let Ok(Template::Parts(parts)) = typed("before {{ cursor.end }}") else {
        panic!("parts")
    };
    assert_eq!(parts.len(), 2);
}
