//! The reference of the spec language as Markdown: from the tables that read it, with one example for each part.

mod examples;

use serde_json::Value;

use crate::read::{Defs, Key, Part, Presence, language_parts};
pub use examples::EXAMPLES;

const HEAD: &str = "\
# Reference of the spec language

<!-- Written by `spile reference`: change the tables in src/spec and the examples in src/reference/examples. -->

A spec is one YAML file. Each section below is a part of it, with its keys and an example that compiles. A key is
optional unless it says *required*; what its absence means stands beside it. Within a resource, `resource_defaults` may
give what is required.

In strings, `{{ … }}` holds an expression; `spile functions` lists what may stand in it. `spile explain CODE` explains what
a diagnostic means.
";

/// The whole reference.
#[must_use]
pub fn reference() -> String {
    let parts = language_parts();
    let mut text = HEAD.to_owned();
    text.push_str("\n| part | what it is |\n|---|---|\n");
    for part in &parts {
        let first = part.docs.split("\n\n").next().unwrap_or_default();
        text.push_str(&format!(
            "| [{}](#{}) | {} |\n",
            title(part),
            anchor(part),
            cell(first)
        ));
    }
    for part in &parts {
        text.push_str(&section(part, &parts));
    }
    // Its headings one step lower.
    let functions = crate::expr::functions_reference();
    text.push_str(&format!("\n#{}", functions.replace("\n## ", "\n### ")));
    text
}

/// The file name of a part's example: `auth_oauth2`, `client`.
#[must_use]
pub fn example_name(part: &Part) -> String {
    match part.types.first() {
        Some(word) => format!("{}_{word}", part.name),
        None => part.name.clone(),
    }
}

fn section(part: &Part, parts: &[Part]) -> String {
    let mut text = format!("\n## {}\n\n{}\n", title(part), part.docs);
    if let [_, others @ ..] = part.types
        && !others.is_empty()
    {
        let others: Vec<String> = others.iter().map(|word| format!("`{word}`")).collect();
        text.push_str(&format!("\nAlso written as {}.\n", others.join(", ")));
    }
    if let Some(short) = part.shorthand {
        text.push_str(&format!(
            "\nA value alone is short for `{{ {short}: … }}`.\n"
        ));
    }
    if !part.keys.is_empty() {
        text.push_str("\n| key | value | meaning |\n|---|---|---|\n");
        let rows: Vec<String> = part.keys.iter().map(|key| row(key, parts)).collect();
        text.push_str(&rows.concat());
    }
    let words: Vec<String> = part.keys.iter().flat_map(words).collect();
    if !words.is_empty() {
        text.push_str(&format!("\n{}", words.concat()));
    }
    let name = example_name(part);
    if let Some((_, example)) = EXAMPLES.iter().find(|(known, _)| *known == name) {
        text.push_str(&format!("\n```yaml\n{}\n```\n", example.trim_end()));
    }
    text
}

fn title(part: &Part) -> String {
    match part.types.first() {
        Some(word) => format!("`{}` of type `{word}`", part.name),
        None => format!("`{}`", part.name),
    }
}

/// The anchor that Markdown gives to a title.
fn anchor(part: &Part) -> String {
    title(part).replace('`', "").replace(' ', "-")
}

fn row(key: &Key, parts: &[Part]) -> String {
    let names: Vec<String> = key.names.iter().map(|name| format!("`{name}`")).collect();
    let required = match key.presence {
        Presence::Required => " *required*",
        Presence::Optional | Presence::Default => "",
    };
    let value = value(&(key.schema)(&mut Defs::default()), parts);
    format!(
        "| {}{required} | {value} | {} |\n",
        names.join(" or "),
        cell(&lines(key.docs))
    )
}

/// The words that a key takes, with what each means.
fn words(key: &Key) -> Vec<String> {
    let schema = (key.schema)(&mut Defs::default());
    let (Some(words), Some(meanings)) = (
        schema.get("enum").and_then(Value::as_array),
        schema.get("enumDescriptions").and_then(Value::as_array),
    ) else {
        return Vec::new();
    };
    let name = key.names.first().copied().unwrap_or_default();
    let pairs = words.iter().zip(meanings);
    pairs
        .filter_map(|(word, meaning)| Some((word.as_str()?, meaning.as_str()?)))
        .map(|(word, meaning)| format!("- `{name}: {word}`: {}\n", meaning.replace('\n', " ")))
        .collect()
}

/// What a JSON Schema accepts, in words.
fn value(schema: &Value, parts: &[Part]) -> String {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        return linked(reference.trim_start_matches("#/$defs/"), parts);
    }
    if let Some(any) = schema.get("anyOf").and_then(Value::as_array) {
        let mut kinds: Vec<String> = any.iter().map(|schema| value(schema, parts)).collect();
        kinds.dedup();
        return kinds.join(" or ");
    }
    if schema.get("enum").is_some() {
        return "a word".to_owned();
    }
    let inner = |key: &str| schema.get(key).map(|schema| value(schema, parts));
    match schema.get("type").and_then(Value::as_str) {
        Some("integer") => "whole number".to_owned(),
        Some("number") => "number".to_owned(),
        Some("boolean") => "`true` or `false`".to_owned(),
        Some("string") => "text".to_owned(),
        Some("array") => format!("list of {}", inner("items").unwrap_or_default()),
        Some("object") => format!(
            "map of {}",
            inner("additionalProperties").unwrap_or_default()
        ),
        _ if schema.get("type").is_some() => "text".to_owned(),
        _ => "any value".to_owned(),
    }
}

/// A link to the part that a definition is about; of a part that has types, to the first of them.
fn linked(definition: &str, parts: &[Part]) -> String {
    use heck::ToSnakeCase;
    let definition = definition.trim_end_matches("InResource");
    let name = definition.to_snake_case();
    let found = parts
        .iter()
        .find(|part| part.definition == definition || part.name == name);
    match found {
        Some(part) => format!("[{}](#{})", part.name, anchor(part)),
        None => name.replace('_', " "),
    }
}

fn lines(docs: &[&str]) -> String {
    let lines = docs.iter().map(|line| line.trim());
    lines.collect::<Vec<_>>().join(" ")
}

fn cell(text: &str) -> String {
    text.replace('\n', " ").replace('|', "\\|")
}
