#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod calls;
mod faults;

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
