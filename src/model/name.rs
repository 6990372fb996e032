//! Names: the one place that makes Rust names from those of a spec.
//!
//! Every identifier is ASCII: letters of other scripts are transliterated, so that no generated file meets
//! normalisation, confusable letters or a database that folds case its own way. What goes over the wire keeps its name.

mod reserved;

use heck::{ToPascalCase, ToSnakeCase};
use serde::Serialize;
use std::collections::BTreeMap;

use crate::source::Span;
use reserved::{KEYWORDS, NEVER_RAW, RESERVED_METHODS, RESERVED_TYPES};

/// Both names of a thing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Name {
    /// On the wire and in the spec.
    pub wire: String,
    /// In Rust, ready to print: raw identifiers with `r#`.
    pub rust: String,
}

impl Name {
    /// A field: `userName` → `user_name`, `type` → `r#type`, `+1` → `plus_1`.
    #[must_use]
    pub fn field(wire: &str) -> Self {
        Self {
            wire: wire.to_owned(),
            rust: snake(wire),
        }
    }

    /// A field whose Rust name the spec gives, see [`is_field_name`].
    #[must_use]
    pub fn renamed(wire: &str, rename: &str) -> Self {
        Self {
            wire: wire.to_owned(),
            rust: escape(rename.to_owned()),
        }
    }

    /// A module, and the method that leads to it: never raw, since a raw module's file could be `mod.rs`.
    #[must_use]
    pub fn module(wire: &str) -> Self {
        let snake = plain_snake(wire);
        // `resources` is the module around it.
        let taken = snake == "resources" || RESERVED_METHODS.contains(&snake.as_str());
        let rust = if is_keyword(&snake) || taken {
            format!("{snake}_")
        } else {
            snake
        };
        Self {
            wire: wire.to_owned(),
            rust,
        }
    }

    /// A field of `Config`, which is also a method of its builder.
    #[must_use]
    pub fn config(wire: &str) -> Self {
        let mut name = Self::field(wire);
        if RESERVED_METHODS.contains(&name.rust.as_str()) {
            name.rust.push('_');
        }
        name
    }

    /// A variant of an enum: `in-progress` → `InProgress`.
    #[must_use]
    pub fn variant(wire: &str) -> Self {
        let mut rust = pascal(wire);
        if rust == "Self" {
            rust = "SelfValue".to_owned();
        }
        Self {
            wire: wire.to_owned(),
            rust,
        }
    }

    /// The name of its column: the Rust name without `r#`.
    #[must_use]
    pub fn column(&self) -> &str {
        column(&self.rust)
    }
}

/// The column of a Rust field.
#[must_use]
pub fn column(rust: &str) -> &str {
    rust.strip_prefix("r#").unwrap_or(rust)
}

/// A type: `cash drawer` → `CashDrawer`. A name that generated files use for something else gets `suffix`:
/// `error` → `ErrorRecord`.
#[must_use]
pub fn type_name(wire: &str, suffix: &str) -> String {
    let name = pascal(wire);
    if RESERVED_TYPES.contains(&name.as_str()) {
        name + suffix
    } else {
        name
    }
}

/// Whether a text can be a field's Rust name and column as it is: lower case ASCII letters, digits and `_`,
/// beginning with a letter. Keywords are fine; they become raw identifiers.
#[must_use]
pub fn is_field_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_lowercase())
        && text
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// Whether a text can be a type's Rust name as it is: ASCII letters and digits, beginning with a capital, and not
/// one that generated files use for something else.
#[must_use]
pub fn is_type_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_uppercase())
        && text.chars().all(|c| c.is_ascii_alphanumeric())
        && !RESERVED_TYPES.contains(&text)
}

/// The singular of a resource's name: `cash_drawers` → `cash_drawer`, `comments_of_post` → `comment_of_post`.
///
/// A name whose plural is not known to this table stays as it is; a spec says `struct` then.
#[must_use]
pub fn singular(name: &str) -> String {
    let snake = plain_snake(name);
    let words: Vec<&str> = snake.split('_').collect();
    let head = words
        .iter()
        .position(|word| PREPOSITIONS.contains(word))
        .filter(|&at| at > 0)
        .unwrap_or(words.len())
        - 1;
    let singular = words.iter().enumerate().map(|(at, word)| {
        if at == head {
            singular_word(word)
        } else {
            (*word).to_owned()
        }
    });
    singular.collect::<Vec<_>>().join("_")
}

/// Rust names that were given out, so that no two things share one.
///
/// Names are compared without case, as SQL compares columns.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    taken: BTreeMap<String, Option<Claim>>,
}

#[derive(Debug, Clone)]
struct Claim {
    wire: String,
    span: Span,
}

/// Two names of a spec that become one in Rust.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collision {
    /// The name that had it first, as in the spec; `None` where the generated code itself uses it.
    pub first: Option<(String, Span)>,
    /// The Rust name, without `r#`.
    pub rust: String,
    /// A free name, to be written as `rename`.
    pub free: String,
}

impl Collision {
    /// What happened, for a message: `userName` is the name that came second.
    #[must_use]
    pub fn message(&self, wire: &str, languages: &str) -> String {
        match &self.first {
            Some((first, _)) if first == wire => {
                format!("two are called `{}` in {languages}", self.rust)
            }
            Some((first, _)) => format!(
                "`{first}` and `{wire}` both become `{}` in {languages}",
                self.rust
            ),
            None => format!(
                "`{wire}` becomes `{}` in {languages}, which is taken",
                self.rust
            ),
        }
    }
}

impl Scope {
    /// A scope in which the generated code itself uses some names.
    #[must_use]
    pub fn reserving(names: &[&str]) -> Self {
        Self {
            taken: names
                .iter()
                .map(|name| (name.to_lowercase(), None))
                .collect(),
        }
    }

    /// Takes a name that the spec's author sees.
    ///
    /// # Errors
    /// Another has it; nothing is ever renamed silently.
    pub fn claim(&mut self, name: &Name, span: Span) -> Result<(), Collision> {
        let rust = column(&name.rust);
        let key = rust.to_lowercase();
        if let Some(first) = self.taken.get(&key) {
            let first = first.as_ref().map(|claim| (claim.wire.clone(), claim.span));
            return Err(Collision {
                first,
                rust: rust.to_owned(),
                free: self.free(rust),
            });
        }
        self.taken.insert(
            key,
            Some(Claim {
                wire: name.wire.clone(),
                span,
            }),
        );
        Ok(())
    }

    /// Takes a name that is the generator's own, with a number behind it where it is taken already.
    pub fn unique(&mut self, rust: String) -> String {
        let plain = column(&rust);
        let name = if self.taken.contains_key(&plain.to_lowercase()) {
            self.free(plain)
        } else {
            rust
        };
        self.taken.insert(column(&name).to_lowercase(), None);
        name
    }

    fn free(&self, rust: &str) -> String {
        let separator =
            if rust.starts_with(|first: char| first.is_ascii_uppercase()) || rust.ends_with('_') {
                ""
            } else {
                "_"
            };
        (2..)
            .map(|number: u64| format!("{rust}{separator}{number}"))
            .find(|name| !self.taken.contains_key(&name.to_lowercase()))
            .unwrap_or_default()
    }
}

fn snake(wire: &str) -> String {
    escape(plain_snake(wire))
}

fn plain_snake(wire: &str) -> String {
    let snake = words(wire).to_snake_case();
    if snake.starts_with(|first: char| first.is_ascii_digit()) {
        format!("n{snake}")
    } else {
        snake
    }
}

fn pascal(wire: &str) -> String {
    let pascal = words(wire).to_pascal_case();
    if pascal.starts_with(|first: char| first.is_ascii_digit()) {
        format!("N{pascal}")
    } else {
        pascal
    }
}

fn is_keyword(name: &str) -> bool {
    KEYWORDS.contains(&name) || NEVER_RAW.contains(&name)
}

fn escape(name: String) -> String {
    if NEVER_RAW.contains(&name.as_str()) {
        format!("{name}_")
    } else if KEYWORDS.contains(&name.as_str()) {
        format!("r#{name}")
    } else {
        name
    }
}

/// The name in ASCII, with at least one letter or digit in it.
fn words(wire: &str) -> String {
    let ascii = deunicode::deunicode_with_tofu(wire, " ");
    let (sign, rest) = match ascii.strip_prefix(['+', '-']) {
        Some(rest) if rest.starts_with(|first: char| first.is_ascii_digit()) => (
            if ascii.starts_with('+') {
                "plus "
            } else {
                "minus "
            },
            rest,
        ),
        _ => ("", ascii.as_str()),
    };
    if rest.contains(|c: char| c.is_ascii_alphanumeric()) {
        return format!("{sign}{rest}");
    }
    if wire.is_empty() {
        return "empty".to_owned();
    }
    wire.chars().map(spelled).collect::<Vec<_>>().join(" ")
}

/// A character that is neither letter nor digit, by its name.
fn spelled(c: char) -> String {
    let name = match c {
        ' ' | '\t' | '\n' | '\r' => "blank",
        '!' => "exclamation",
        '"' => "quote",
        '#' => "hash",
        '$' => "dollar",
        '%' => "percent",
        '&' => "ampersand",
        '\'' => "apostrophe",
        '(' | ')' => "parenthesis",
        '*' => "star",
        '+' => "plus",
        ',' => "comma",
        '-' => "minus",
        '.' => "dot",
        '/' => "slash",
        ':' => "colon",
        ';' => "semicolon",
        '<' => "less",
        '=' => "equal",
        '>' => "greater",
        '?' => "question",
        '@' => "at",
        '[' | ']' => "bracket",
        '\\' => "backslash",
        '^' => "caret",
        '_' => "underscore",
        '`' => "backtick",
        '{' | '}' => "brace",
        '|' => "pipe",
        '~' => "tilde",
        other => return format!("u{:x}", u32::from(other)),
    };
    name.to_owned()
}

fn singular_word(word: &str) -> String {
    if let Some((_, singular)) = IRREGULAR.iter().find(|(plural, _)| *plural == word) {
        return (*singular).to_owned();
    }
    let unchanged = ["ss", "us", "is"].iter().any(|end| word.ends_with(end)) || word.len() < 3;
    if unchanged {
        return word.to_owned();
    }
    if let Some(stem) = word.strip_suffix("ies").filter(|stem| stem.len() > 1) {
        return format!("{stem}y");
    }
    let drops_es = ["sses", "shes", "ches", "xes", "zzes", "uses"]
        .iter()
        .any(|end| word.ends_with(end));
    match word.strip_suffix(if drops_es { "es" } else { "s" }) {
        Some(stem) => stem.to_owned(),
        None => word.to_owned(),
    }
}

const PREPOSITIONS: &[&str] = &[
    "of", "by", "for", "in", "with", "without", "since", "from", "per", "to", "on", "at",
];

const IRREGULAR: &[(&str, &str)] = &[
    ("aliases", "alias"),
    ("analyses", "analysis"),
    ("axes", "axis"),
    ("caches", "cache"),
    ("causes", "cause"),
    ("children", "child"),
    ("clauses", "clause"),
    ("cookies", "cookie"),
    ("criteria", "criterion"),
    ("crises", "crisis"),
    ("diagnoses", "diagnosis"),
    ("feet", "foot"),
    ("headaches", "headache"),
    ("houses", "house"),
    ("indices", "index"),
    ("leaves", "leave"),
    ("matrices", "matrix"),
    ("men", "man"),
    ("mice", "mouse"),
    ("movies", "movie"),
    ("news", "news"),
    ("pauses", "pause"),
    ("people", "person"),
    ("phases", "phase"),
    ("pies", "pie"),
    ("quizzes", "quiz"),
    ("releases", "release"),
    ("series", "series"),
    ("species", "species"),
    ("spouses", "spouse"),
    ("teeth", "tooth"),
    ("ties", "tie"),
    ("uses", "use"),
    ("vertices", "vertex"),
    ("warehouses", "warehouse"),
    ("women", "woman"),
];

#[cfg(test)]
#[path = "name_tests.rs"]
mod tests;
