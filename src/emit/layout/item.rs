//! Attributes, imports, and the heads of functions and implementations.

use super::expression::{Piece, parse, show, split_commas, width};
use super::{ATTRIBUTE, WIDTH};

/// `#[path(…)]`
pub(super) fn attribute(text: &str, indent: usize) -> Option<String> {
    let open = text.find('(')?;
    let inner = text.get(open + 1..)?.strip_suffix(")]")?;
    if text.starts_with("#[doc") || width(inner) <= ATTRIBUTE && indent + width(text) <= WIDTH {
        return Some(text.to_owned());
    }
    let pad = " ".repeat(indent + 4);
    let items = split_commas(inner)?;
    let lines: Vec<_> = items
        .iter()
        .map(|item| format!("{pad}{}", show(item)))
        .collect();
    Some(format!(
        "{}\n{}\n{})]",
        text.get(..=open)?,
        lines.join(",\n"),
        " ".repeat(indent)
    ))
}

/// The head of an `impl`, with its type on a line of its own.
pub(super) fn implementation(text: &str) -> Option<String> {
    let (of, ty) = text
        .strip_prefix("impl")?
        .strip_suffix(" {")?
        .rsplit_once(" for ")?;
    Some(format!("impl{of}\n    for {ty}\n{{"))
}

/// The head of a function, one parameter a line.
pub(super) fn signature(text: &str, indent: usize) -> Option<String> {
    let head = parse(text.strip_suffix(" {")?)?;
    let [
        Piece::Text(name),
        Piece::Group('(', parameters),
        result @ ..,
    ] = head.as_slice()
    else {
        return None;
    };
    let parameters: Vec<_> = parameters.iter().map(|parameter| show(parameter)).collect();
    // The commas of generics are not told from those between parameters.
    let is_plain = !name.contains('<') && parameters.iter().all(|text| !text.contains('<'));
    if !is_plain || !name.contains("fn ") {
        return None;
    }
    let pad = " ".repeat(indent);
    let lines = parameters.iter().map(|text| format!("{pad}    {text},\n"));
    let lines: String = lines.collect();
    Some(format!("{name}(\n{lines}{pad}){} {{", show(result)))
}

/// `use path::{…};`
pub(super) fn import(text: &str, indent: usize) -> Option<String> {
    if indent + width(text) <= WIDTH {
        return Some(text.to_owned());
    }
    let (path, names) = text.strip_suffix("};")?.split_once('{')?;
    let pad = " ".repeat(indent + 4);
    let mut lines = vec![String::new()];
    for name in names
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
    {
        let line = lines.last_mut()?;
        if !line.is_empty() && indent + 4 + width(line) + width(name) + 2 > WIDTH {
            lines.push(format!("{name},"));
        } else {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(name);
            line.push(',');
        }
    }
    let lines: String = lines.iter().map(|line| format!("\n{pad}{line}")).collect();
    Some(format!("{path}{{{lines}\n{}}};", " ".repeat(indent)))
}
