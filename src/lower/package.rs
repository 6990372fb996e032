//! Name and version of the generated package.

use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::source::Text;

/// Names that Cargo or Rust refuse for a package, or that would shadow a crate that generated code uses.
const TAKEN: &[&str] = &[
    "alloc",
    "as",
    "async",
    "await",
    "box",
    "break",
    "build",
    "bytes",
    "clap",
    "const",
    "continue",
    "core",
    "crate",
    "deps",
    "do",
    "dyn",
    "else",
    "enum",
    "examples",
    "extern",
    "false",
    "fastrand",
    "final",
    "fn",
    "for",
    "futures-util",
    "gen",
    "http",
    "httpdate",
    "if",
    "impl",
    "in",
    "incremental",
    "jiff",
    "let",
    "loop",
    "macro",
    "match",
    "mod",
    "move",
    "mut",
    "override",
    "priv",
    "proc-macro",
    "pub",
    "ref",
    "regex-lite",
    "reqwest",
    "return",
    "rustls",
    "self",
    "serde",
    "serde-json",
    "serde-path-to-error",
    "static",
    "std",
    "struct",
    "super",
    "test",
    "thiserror",
    "tokio",
    "tracing",
    "tracing-subscriber",
    "trait",
    "true",
    "try",
    "type",
    "typeof",
    "unsafe",
    "unsized",
    "use",
    "virtual",
    "where",
    "while",
    "yield",
];

/// The package's name: the spec's with `-` for `_`.
pub fn name(text: &Text, sink: &mut Sink) -> Option<String> {
    let name = &text.value;
    let invalid = |message: String| Diagnostic::new(Code::InvalidName, text.span, message);
    let legal = name.starts_with(|first: char| first.is_ascii_lowercase())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-');
    if !legal || name.len() > 64 {
        let suggestion = heck::ToSnakeCase::to_snake_case(deunicode::deunicode(name).as_str());
        let suggestion = suggestion.trim_start_matches(|c: char| !c.is_ascii_lowercase());
        let diagnostic = invalid(format!(
            "`{}` cannot be the name of a crate",
            name.escape_debug()
        ));
        let diagnostic = diagnostic.help("a name has small ASCII letters, digits, `_` and `-`, begins with a letter, and has at most 64 characters");
        sink.push(if suggestion.is_empty() || suggestion.len() > 64 {
            diagnostic
        } else {
            diagnostic.help(format!("write `{suggestion}`"))
        });
        return None;
    }
    let package = name.replace('_', "-").trim_end_matches('-').to_owned();
    if TAKEN.contains(&package.as_str()) {
        sink.push(
            invalid(format!(
                "`{name}` means something else to Rust or to the generated crate"
            ))
            .help(format!("write for instance `{name}_api`")),
        );
        return None;
    }
    Some(package)
}

/// The package's version; `0.1.0` when absent.
pub fn version(text: Option<&Text>, sink: &mut Sink) -> String {
    let Some(text) = text else {
        return "0.1.0".to_owned();
    };
    if let Err(error) = semver::Version::parse(&text.value) {
        let message = format!("`{}` is not a version: {error}", text.value);
        sink.push(
            Diagnostic::new(Code::InvalidName, text.span, message)
                .help("write three numbers, as `0.1.0`"),
        );
    }
    text.value.clone()
}
