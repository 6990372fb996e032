//! Names of expressions: what `config.x`, `response.body.x`, `last_record.x` and `page.x` are.

mod config;
mod record;

use std::cell::RefCell;
use std::ops::Range;

use config::config;
use record::{parent, partition, record};

use super::cursor::{CursorPlace, cursor};
use super::{Fault, Place, Step, StepKind};
use crate::diagnostic::{Code, Sink, nearest};
use crate::model::{Expr, ExprKind, ExprType, LeafKind, RecordRoot};
use crate::source::Text;

/// A reference in the text of a spec.
pub(super) struct Reference<'r> {
    pub root: &'r str,
    pub root_range: &'r Range<usize>,
    pub steps: &'r [Step],
    pub range: &'r Range<usize>,
}

/// The value that a reference means; `Ok(None)` where a fault of it was recorded elsewhere.
pub(super) fn resolve(
    reference: &Reference<'_>,
    text: &Text,
    place: &mut Place<'_>,
    sink: &mut Sink,
) -> Option<Expr> {
    let resolved = match reference.root {
        "config" => config(reference, place),
        "response" if place.response.is_some() => response(reference, text, place),
        "page" if !place.last_record.is_absent() => page(reference),
        "parent" | "partition"
            if let Some(names) = place.partition
                && names.roots().contains(&reference.root) =>
        {
            if reference.root == "parent" {
                parent(reference, names)
            } else {
                partition(reference, names)
            }
        }
        "job" if let Some(created) = place.job => job(reference, text, created),
        "cursor" if !matches!(place.cursor, CursorPlace::Absent) => cursor(reference, place.cursor),
        name => {
            let root = [RecordRoot::Current, RecordRoot::Parent, RecordRoot::Last]
                .into_iter()
                .find(|root| root.as_str() == name && !place.fields(*root).is_absent());
            match root {
                Some(root) => record(root, reference, place),
                None => Err(unknown_root(reference, place)),
            }
        }
    };
    match resolved {
        Ok(expr) => expr,
        Err(fault) => {
            sink.push(fault.at(text));
            None
        }
    }
}

type Resolved = Result<Option<Expr>, Fault>;

fn expr(kind: ExprKind, ty: ExprType, nullable: bool) -> Resolved {
    Ok(Some(Expr { kind, ty, nullable }))
}

fn unknown(range: Range<usize>, message: impl Into<String>) -> Fault {
    Fault::new(Code::UnknownReference, range, message)
}

fn unknown_root(reference: &Reference<'_>, place: &Place<'_>) -> Fault {
    let Reference {
        root, root_range, ..
    } = reference;
    let range = (*root_range).clone();
    let roots = place.roots();
    let list = roots
        .iter()
        .map(|root| format!("`{root}`"))
        .collect::<Vec<_>>()
        .join(", ");
    match *root {
        "parent" | "partition" => {
            let fault = unknown(range, format!("`{root}` does not exist here"));
            return fault.help(if *root == "parent" {
                "it is the record of another resource in the requests of one that says `parent: NAME`"
            } else {
                "it exists in the requests of a resource with `partitions: { NAME: [a, b] }`"
            });
        }
        "record" => {
            return unknown(range, "`record` does not exist here")
                .help("it exists in `filter` and in what `transform` adds");
        }
        "incremental" | "stream_slice" | "stream_interval" => {
            let fault = unknown(range, format!("`{root}` does not exist"));
            return fault
                .help("in a resource with `incremental`, write `cursor.start` or `cursor.end`");
        }
        "cursor" => {
            let fault = unknown(range, "`cursor` does not exist here");
            return fault.help("it exists in requests of a resource with `incremental`: in `path`, `params`, `headers` and the body");
        }
        "job" | "creation_response" | "polling_response" | "download_target" => {
            let fault = unknown(range, format!("`{root}` does not exist here"));
            return fault.help(match *root {
                "polling_response" | "download_target" => "in `download` of a `job`, `url` says where the answer with the state has the URL",
                "creation_response" => "in `poll`, `download` and `delete` of a `job`, `job.X` is the value at `X` of the answer that created it",
                _ => "it exists in `poll`, `delete` and the `path` of `download` of an endpoint with `job`",
            });
        }
        "resources" => {
            let steps = reference.steps.iter();
            let names: Vec<&str> = steps.filter_map(|step| key(step).ok()).collect();
            let help = match names.split_first() {
                Some((resource, field)) if !field.is_empty() => format!(
                    "write `parent.{}`, and in the resource `parent: {resource}`",
                    field.join(".")
                ),
                _ => "write `parent.FIELD`, and in the resource `parent: NAME`".to_owned(),
            };
            return unknown(range, "`resources` does not exist").help(help);
        }
        "stream_partition" => {
            return unknown(range, "`stream_partition` does not exist")
                .help("write `parent.FIELD` or `partition.NAME`");
        }
        "env" | "secrets" | "dlt" => {
            return unknown(range, format!("`{root}` does not exist")).help("declare the value under `config` and write `config.NAME`; its user gives it by environment variable, file or code");
        }
        "response" | "last_record" | "page" => {
            return unknown(range, format!("`{root}` does not exist here"))
                .help(format!("here there is {list}"));
        }
        "headers" | "body" | "status" if roots.contains(&"response") => {
            return unknown(range, format!("`{root}` does not exist"))
                .help(format!("write `response.{root}`"));
        }
        _ => {}
    }
    let fault = unknown(range, format!("`{root}` does not exist"));
    if let Some(near) = nearest(root, roots.iter().copied()) {
        return fault.help(format!("write `{near}`"));
    }
    if place
        .config
        .fields
        .iter()
        .any(|field| field.name.wire == *root)
    {
        return fault.help(format!("write `config.{root}`"));
    }
    fault.help(format!(
        "here there is {list}; a plain text is quoted: `'{root}'`"
    ))
}

/// The name of a step that leads into an object.
fn key(step: &Step) -> Result<&str, Fault> {
    match &step.kind {
        StepKind::Key(key) => Ok(key),
        StepKind::Index(_) => Err(Fault::new(
            Code::ExpressionType,
            step.range.clone(),
            "this is no list",
        )),
    }
}

fn named<'f>(names: impl Iterator<Item = &'f str> + Clone, wanted: &str, fault: Fault) -> Fault {
    match nearest(wanted, names.clone()) {
        Some(near) => fault.help(format!("write `{near}`")),
        None => {
            const SHOWN: usize = 12;
            let mut list = names
                .clone()
                .take(SHOWN)
                .map(|name| format!("`{name}`"))
                .collect::<Vec<_>>()
                .join(", ");
            if names.count() > SHOWN {
                list.push_str(", …");
            }
            if list.is_empty() {
                fault
            } else {
                fault.help(format!("there is {list}"))
            }
        }
    }
}

fn response(reference: &Reference<'_>, text: &Text, place: &mut Place<'_>) -> Resolved {
    const PARTS: [&str; 3] = ["body", "headers", "status"];
    let Some((first, rest)) = reference.steps.split_first() else {
        return Err(Fault::new(
            Code::ExpressionType,
            reference.range.clone(),
            "`response` alone is no value",
        )
        .help("write `response.body.…`, `response.headers['…']` or `response.status`"));
    };
    match key(first)? {
        "status" if rest.is_empty() => expr(ExprKind::Status, ExprType::Integer, false),
        "headers" => header(reference, rest),
        "body" => {
            if rest.is_empty() {
                return Err(Fault::new(
                    Code::ExpressionType,
                    reference.range.clone(),
                    "the whole body is no value",
                )
                .help("name a part of it, as `response.body.next`"));
            }
            let steps: Vec<StepKind> = rest.iter().map(|step| step.kind.clone()).collect();
            let span = text.span_of(reference.range.clone());
            let accessor = place
                .response
                .as_mut()
                .and_then(|body| body.accessor(&steps, LeafKind::Scalar, span));
            Ok(accessor.map(|accessor| Expr {
                kind: ExprKind::Body(crate::model::BodyPath { accessor }),
                ty: ExprType::Wire,
                nullable: true,
            }))
        }
        "status" => {
            let range = rest
                .first()
                .map_or(first.range.clone(), |step| step.range.clone());
            Err(unknown(
                range,
                "`response.status` is a number and has no parts",
            ))
        }
        "status_code" => Err(
            unknown(first.range.clone(), "`response` has no `status_code`")
                .help("write `response.status`"),
        ),
        other => Err(named(
            PARTS.into_iter(),
            other,
            unknown(first.range.clone(), format!("`response` has no `{other}`")),
        )),
    }
}

/// `job.a.b`, `job.headers['x']`: what the answer that created a job has. It has to be there.
fn job(
    reference: &Reference<'_>,
    text: &Text,
    created: &RefCell<dyn super::BodyReader + 'static>,
) -> Resolved {
    let steps = reference.steps;
    if let Some((first, rest)) = steps.split_first()
        && key(first)? == "headers"
    {
        let header = header(reference, rest)?;
        return Ok(header.map(|header| Expr {
            kind: match header.kind {
                ExprKind::Header(name) => ExprKind::CreatedHeader(name),
                other => other,
            },
            nullable: false,
            ..header
        }));
    }
    if steps.is_empty() {
        let fault = Fault::new(
            Code::ExpressionType,
            reference.range.clone(),
            "`job` alone is no value",
        );
        return Err(fault.help("name a part of the answer that created it, as `job.id`"));
    }
    let path: Vec<StepKind> = steps.iter().map(|step| step.kind.clone()).collect();
    let span = text.span_of(reference.range.clone());
    let accessor = created.borrow_mut().accessor(&path, LeafKind::Scalar, span);
    let shown = text.value.get(reference.range.clone()).unwrap_or_default();
    let shown = shown.trim_start_matches("job").trim_start_matches('.');
    Ok(accessor.map(|accessor| Expr {
        kind: ExprKind::Created(crate::model::BodyPath { accessor }, shown.to_owned()),
        ty: ExprType::String,
        nullable: false,
    }))
}

fn header(reference: &Reference<'_>, rest: &[Step]) -> Resolved {
    match rest {
        [step] => {
            let name = key(step)?;
            if !crate::lower::is_header_name(name) {
                return Err(Fault::new(
                    Code::InvalidHeader,
                    step.range.clone(),
                    format!("`{}` cannot be the name of a header", name.escape_debug()),
                ));
            }
            expr(
                ExprKind::Header(name.to_ascii_lowercase()),
                ExprType::String,
                true,
            )
        }
        [] => Err(Fault::new(
            Code::ExpressionType,
            reference.range.clone(),
            "all headers together are no value",
        )
        .help("name one, as `response.headers['Link']`")),
        [_, next, ..] => Err(unknown(
            next.range.clone(),
            "a header is a text and has no parts",
        )),
    }
}

fn page(reference: &Reference<'_>) -> Resolved {
    const PARTS: [&str; 2] = ["size", "number"];
    match reference.steps {
        [step] => match key(step)? {
            "size" => expr(ExprKind::PageSize, ExprType::Integer, false),
            "number" => expr(ExprKind::PageNumber, ExprType::Integer, false),
            other => Err(named(
                PARTS.into_iter(),
                other,
                unknown(step.range.clone(), format!("`page` has no `{other}`")),
            )),
        },
        [] => Err(Fault::new(
            Code::ExpressionType,
            reference.range.clone(),
            "`page` alone is no value",
        )
        .help("write `page.size` or `page.number`")),
        [_, next, ..] => Err(unknown(
            next.range.clone(),
            "this is a number and has no parts",
        )),
    }
}
