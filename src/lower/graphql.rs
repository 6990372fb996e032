//! `graphql`: a query, its variables, and what gives them.

use std::ops::Range;

use super::{Cx, json};
use crate::diagnostic::{Code, Diagnostic, Sink, nearest};
use crate::model::{Json, Paging, ParamLocation};
use crate::read::NodeKind;
use crate::source::{Span, Text};
use crate::spec::Graphql;

/// The JSON body of a query. `None` after faults that were recorded.
pub(super) fn body(graphql: &Graphql, cx: &mut Cx<'_>) -> Option<Json> {
    let text = &graphql.query;
    if let Some(open) = text.value.find("{{") {
        let rest = text.value.get(open..).unwrap_or_default();
        let length = rest.find("}}").map_or(rest.len(), |end| end + 2);
        let message = "expressions are not expanded in a query";
        let span = text.span_of(open..open + length);
        cx.sink.push(
            Diagnostic::new(Code::TemplateNotAllowed, span, message).help(
                "let the query declare a variable, as `query ($size: Int)`, and give its value in `variables`",
            ),
        );
        return None;
    }
    let query = match read(&text.value) {
        Ok(query) => Some(query),
        Err(fault) => {
            cx.sink.push(invalid(text, fault));
            None
        }
    };
    if let Some(query) = &query {
        for used in query.used.iter().filter(|used| !query.declares(&used.name)) {
            let name = &used.name;
            let diagnostic = Diagnostic::new(
                Code::InvalidQuery,
                text.span_of(used.range.clone()),
                format!("the query does not declare the variable `${name}`"),
            );
            cx.sink.push(diagnostic.help(undeclared(name, query)));
        }
    }
    let mut entries = vec![("query".to_owned(), Json::Query(text.value.clone()))];
    if let Some(node) = graphql.variables.as_ref().filter(|node| !node.is_null()) {
        let NodeKind::Map(variables) = &node.kind else {
            let message = format!("`variables` has to be a map, not {}", node.describe());
            cx.sink.push(
                Diagnostic::new(Code::WrongType, node.span, message)
                    .help("write the names of the query's variables and their values"),
            );
            return None;
        };
        for (key, _) in variables {
            if let Some(query) = query.as_ref().filter(|query| !query.declares(&key.value)) {
                let message = format!("the query does not declare the variable `${}`", key.value);
                cx.sink.push(
                    Diagnostic::new(Code::InvalidQuery, key.span, message)
                        .help(undeclared(&key.value, query)),
                );
            }
        }
        entries.push(("variables".to_owned(), json::body(node, cx)?));
    }
    query.map(|_| Json::Object(entries))
}

/// A parameter of the paginator that stands in the body has to be a variable.
pub(super) fn sets_a_variable(graphql: &Graphql, param: &str, span: Span, sink: &mut Sink) {
    let Ok(query) = read(&graphql.query.value) else {
        return;
    };
    let invalid = |message: String| Diagnostic::new(Code::InvalidQuery, span, message);
    match param.strip_prefix("variables.") {
        None => sink.push(
            invalid(format!(
                "`{param}` would stand beside the query, where nothing reads it"
            ))
            .help(format!(
                "set a variable of it: write `variables.{param}` as the parameter"
            )),
        ),
        Some(rest) => {
            let name = rest.split('.').next().unwrap_or(rest);
            if !query.declares(name) {
                sink.push(
                    invalid(format!("the query does not declare the variable `${name}`"))
                        .help(undeclared(name, &query)),
                );
            }
        }
    }
}

/// Every variable that is never null and has no default has to be given.
pub(super) fn all_are_given(graphql: &Graphql, paging: &Paging, sink: &mut Sink) {
    let text = &graphql.query;
    let Ok(query) = read(&text.value) else {
        return;
    };
    let set_by_paginator = |name: &str| {
        let mut params = paging.params().into_iter();
        params.any(|param| {
            let variable = param.name.strip_prefix("variables.").unwrap_or_default();
            param.location == ParamLocation::Json && variable.split('.').next() == Some(name)
        })
    };
    let given = |name: &str| {
        let variables = graphql.variables.as_ref();
        variables.is_some_and(|variables| variables.get(name).is_some()) || set_by_paginator(name)
    };
    for variable in query.declared.iter().filter(|variable| variable.required) {
        let name = &variable.name;
        if !given(name) {
            let span = text.span_of(variable.range.clone());
            let message = format!("nothing gives the variable `${name}`, which is never null");
            sink.push(
                Diagnostic::new(Code::InvalidQuery, span, message).help(format!(
                    "write `variables: {{ {name}: … }}`, or give it a default in the query"
                )),
            );
        }
    }
}

fn undeclared(name: &str, query: &Query) -> String {
    let declared = query.declared.iter().map(|variable| variable.name.as_str());
    match nearest(name, declared) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("declare it in the query, as `query (${name}: String)`"),
    }
}

fn invalid(text: &Text, fault: Fault) -> Diagnostic {
    let span = text.span_of(fault.range);
    let diagnostic = Diagnostic::new(Code::InvalidQuery, span, fault.message);
    let diagnostic = match fault.other {
        Some(range) => diagnostic.other(text.span_of(range), "it is opened here"),
        None => diagnostic,
    };
    diagnostic.help("write the query as in the API's own explorer")
}

/// What is known of a query.
#[derive(Debug, Default, PartialEq)]
struct Query {
    declared: Vec<Variable>,
    used: Vec<Variable>,
}

#[derive(Debug, PartialEq)]
struct Variable {
    name: String,
    /// With its `$`.
    range: Range<usize>,
    /// Never null, and without a default.
    required: bool,
}

#[derive(Debug, PartialEq)]
struct Fault {
    range: Range<usize>,
    message: String,
    /// The bracket that is meant.
    other: Option<Range<usize>>,
}

impl Query {
    fn declares(&self, name: &str) -> bool {
        self.declared.iter().any(|variable| variable.name == name)
    }
}

/// Reads brackets and variables; all else is left to the API.
fn read(text: &str) -> Result<Query, Fault> {
    let fault = |range, message: String| {
        Err(Fault {
            range,
            message,
            other: None,
        })
    };
    let mut query = Query::default();
    let mut open: Vec<(char, usize)> = Vec::new();
    // The variable whose type is being read, and whether the type ended in `!`.
    let mut declaring: Option<Variable> = None;
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let Some(first) = rest.chars().next() else {
            break;
        };
        let start = at;
        at += first.len_utf8();
        match first {
            '#' => at = start + rest.find(['\n', '\r']).unwrap_or(rest.len()),
            '"' => match text_end(rest) {
                Some(end) => at = start + end,
                None => return fault(start..start + 1, "this text does not end".to_owned()),
            },
            '(' | '[' | '{' => open.push((first, start)),
            ')' | ']' | '}' => match open.pop() {
                Some((opening, _)) if closing(opening) == first => {}
                Some((opening, place)) => {
                    let message = format!("`{opening}` is not closed before this");
                    return Err(Fault {
                        other: Some(place..place + 1),
                        range: start..at,
                        message,
                    });
                }
                None => return fault(start..at, format!("nothing is open that `{first}` closes")),
            },
            '$' => {
                let length = rest.get(1..).map_or(0, name_length);
                at += length;
                let name = text.get(start + 1..at).unwrap_or_default().to_owned();
                if name.is_empty() {
                    return fault(start..at, "`$` has no name behind it".to_owned());
                }
                query.declared.extend(declaring.take());
                let variable = Variable {
                    name,
                    range: start..at,
                    required: false,
                };
                let declares = text
                    .get(at..)
                    .is_some_and(|rest| rest.trim_start().starts_with(':'));
                if declares && open.len() == 1 {
                    declaring = Some(variable);
                    continue;
                }
                query.used.push(variable);
            }
            _ => {}
        }
        match (&mut declaring, first) {
            (Some(variable), '!') => variable.required = true,
            (Some(variable), ']') => variable.required = false,
            (Some(variable), '=') => {
                variable.required = false;
                query.declared.extend(declaring.take());
            }
            (Some(_), ')' | '@') => query.declared.extend(declaring.take()),
            _ => {}
        }
    }
    match open.last() {
        Some((bracket, place)) => fault(*place..place + 1, format!("`{bracket}` is never closed")),
        None if text.trim().is_empty() => fault(0..text.len(), "the query is empty".to_owned()),
        None => Ok(query),
    }
}

fn closing(opening: char) -> char {
    match opening {
        '(' => ')',
        '[' => ']',
        _ => '}',
    }
}

/// Where the text at the beginning ends.
fn text_end(text: &str) -> Option<usize> {
    if let Some(block) = text.strip_prefix("\"\"\"") {
        let mut at = 0;
        loop {
            let end = at + block.get(at..)?.find("\"\"\"")?;
            if !block.get(..end)?.ends_with('\\') {
                return Some(3 + end + 3);
            }
            at = end + 3;
        }
    }
    let mut escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Some(at + 1),
            '\n' | '\r' => return None,
            _ => {}
        }
    }
    None
}

fn name_length(text: &str) -> usize {
    text.bytes()
        .take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
        .count()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::read;

    fn names(text: &str) -> (Vec<(String, bool)>, Vec<String>) {
        let query = read(text).unwrap();
        let declared = query.declared.into_iter();
        let used = query.used.into_iter();
        (
            declared
                .map(|variable| (variable.name, variable.required))
                .collect(),
            used.map(|variable| variable.name).collect(),
        )
    }

    #[test]
    fn variables_are_told_from_what_looks_like_them() {
        let (declared, used) = names(
            "query Books($a: Int!, $b: [ID!], $c: [Int!]! = [1], $d: String @x(y: 1), $e: In) { # $no\n\
             books(a: $a, b: \"$no \\\" $no\", c: \"\"\" $no \\\"\"\" $no \"\"\") { id @include(if: $e) } }",
        );
        let expected = [
            ("a", true),
            ("b", false),
            ("c", false),
            ("d", false),
            ("e", false),
        ];
        assert_eq!(
            declared,
            expected.map(|(name, required)| (name.to_owned(), required))
        );
        assert_eq!(used, ["a", "e"]);
        assert_eq!(
            names("{ books(a: $a) { id } }"),
            (vec![], vec!["a".to_owned()])
        );
    }

    #[test]
    fn what_is_not_closed_is_told_by_its_place() {
        for (text, place) in [
            ("{ books { id }", 0),
            ("{ books(a: 1 { id } }", 20),
            ("{ a } }", 6),
            ("{ a(b: \"x\n\") }", 7),
            ("{ a(b: \"\"\"x) }", 7),
            ("{ a(b: $) }", 7),
            (" ", 0),
        ] {
            let fault = read(text).unwrap_err();
            assert_eq!(fault.range.start, place, "{text}: {}", fault.message);
        }
    }
}
