//! What the YAML parser refuses, in words that say what to write instead.

use granit_parser::{ErrorKind, ScanError};

use crate::diagnostic::{Code, Diagnostic};
use crate::source::{FileId, Span};

/// The diagnostic of a syntax error.
pub(super) fn diagnostic(file: FileId, source: &str, error: &ScanError) -> Box<Diagnostic> {
    let at = error.marker().byte_offset().unwrap_or(0).min(source.len());
    if let Some(template) = unquoted_template(source, at) {
        return Box::new(template_without_quotes(Span::new(
            file,
            template,
            template + 2,
        )));
    }
    if let Some(tab) = indenting_tab(source, at) {
        let diagnostic = Diagnostic::new(
            Code::InvalidYaml,
            Span::new(file, tab, tab + 1),
            "a tab cannot stand here",
        );
        return Box::new(diagnostic.help("indent with blanks"));
    }
    let width = source
        .get(at..)
        .and_then(|rest| rest.chars().next())
        .map_or(0, char::len_utf8);
    let width = if source
        .get(at..)
        .is_some_and(|rest| rest.starts_with(['\n', '\r']))
    {
        0
    } else {
        width
    };
    let span = Span::new(file, at, at + width);
    let (code, message, help) = explain(error.kind());
    let diagnostic = Diagnostic::new(
        code,
        span,
        message.unwrap_or_else(|| error.kind().to_string()),
    );
    Box::new(match help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    })
}

/// A value that starts with a template is a map in a map to YAML.
pub(super) fn template_without_quotes(braces: Span) -> Diagnostic {
    Diagnostic::new(
        Code::InvalidYaml,
        braces,
        "a value that starts with a template has to be quoted",
    )
    .label("YAML reads a map here")
    .help("write `\"{{ … }}\"`")
}

/// The first tab in the indentation of the line of an error.
fn indenting_tab(source: &str, at: usize) -> Option<usize> {
    let start = source
        .get(..at)?
        .rfind('\n')
        .map_or(0, |newline| newline + 1);
    let line = source.get(start..)?;
    let indentation = line.len() - line.trim_start_matches([' ', '\t']).len();
    Some(start + line.get(..indentation)?.find('\t')?)
}

/// Where a value starts with `{{` in the line of an error, before it.
fn unquoted_template(source: &str, at: usize) -> Option<usize> {
    let before = source.get(..at)?;
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = before.get(start..)?;
    let found = line.find(": {{").or_else(|| line.find("- {{"))?;
    Some(start + found + 2)
}

fn explain(kind: &ErrorKind) -> (Code, Option<String>, Option<&'static str>) {
    let says = |message: &str, help| (Code::InvalidYaml, Some(message.to_owned()), Some(help));
    match kind {
        ErrorKind::RecursionLimitExceeded => {
            let message = format!(
                "a spec may be nested {} levels deep at most",
                super::parse::MAX_DEPTH
            );
            (Code::TooLarge, Some(message), None)
        }
        ErrorKind::DirectiveDisallowed => (
            Code::UnsupportedYaml,
            Some("directives (`%YAML`, `%TAG`) have no meaning in a spec".to_owned()),
            Some("remove the line"),
        ),
        ErrorKind::InvalidColonPlacement => says(
            "a `:` cannot stand here: this is still within `[ ]` or `{ }`",
            "close the bracket, or put the text between quotes",
        ),
        ErrorKind::MappingValueNotAllowed => says(
            "a `:` followed by a blank cannot stand here",
            "put a text that holds `: ` between quotes, or check the indentation of this line",
        ),
        ErrorKind::UnclosedFlowCollection { open } => {
            let close = if *open == '[' { ']' } else { '}' };
            says(
                &format!("this `{open}` is never closed"),
                if close == ']' {
                    "close it with `]`"
                } else {
                    "close it with `}`"
                },
            )
        }
        ErrorKind::UnclosedQuotedScalar => says(
            "the text ends, but a quote above was never closed",
            "close it with the same quote",
        ),
        ErrorKind::InvalidQuotedScalarIndent => says(
            "a text in quotes that starts above goes on here",
            "close the quote above, or indent this line further than its key",
        ),
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabInPlainScalar
        | ErrorKind::TabAtBlockScalarStart => says("a tab cannot stand here", "indent with blanks"),
        ErrorKind::UnexpectedCharacter { character } if character.is_control() => {
            let message = format!(
                "the control character U+{:04X} cannot stand in YAML",
                u32::from(*character)
            );
            says(
                &message,
                "remove it, or write it as an escape such as `\"\\x07\"` in double quotes",
            )
        }
        ErrorKind::UnexpectedCharacter { character } => says(
            &format!("a value cannot start with `{character}`"),
            "put the text between quotes",
        ),
        ErrorKind::UnknownAnchor => says(
            "no anchor of this name stands before this alias",
            "define it with `&name` first, or quote a text that starts with `*`",
        ),
        ErrorKind::UnknownQuotedScalarEscape => says(
            "a text in double quotes has an escape that YAML does not know",
            "write `\\\\` for a backslash, or use single quotes, where nothing is an escape",
        ),
        ErrorKind::MissingLowSurrogate
        | ErrorKind::UnpairedLowSurrogate
        | ErrorKind::InvalidLowSurrogate => says(
            "this text has half of a surrogate pair",
            "write the character itself, or `\\U` and eight hexadecimal digits",
        ),
        ErrorKind::InvalidIndentation | ErrorKind::ExpectedBlockMappingKey => says(
            "the indentation of this line fits nothing above it",
            "give all keys of a map the same indentation",
        ),
        _ => (Code::InvalidYaml, None, None),
    }
}
