//! Functions of expressions, as the generated connector computes them.

use super::value::Value;
use crate::model::Function;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::Digest;

/// What a function gives; none where that is not computed here.
pub fn call(function: Function, arguments: &[Value]) -> Option<Value> {
    let (first, rest) = arguments.split_first()?;
    if function == Function::Default {
        return Some(match first {
            Value::Nothing => rest.first()?.clone(),
            value => value.clone(),
        });
    }
    if function == Function::Filled {
        let filled = first.is_truthy();
        return Some(if filled {
            first.clone()
        } else {
            Value::Nothing
        });
    }
    if *first == Value::Nothing {
        return (function != Function::Integer || rest.is_empty()).then_some(Value::Nothing);
    }
    let text = first.text();
    let other = rest.first().map(Value::text);
    Some(match function {
        Function::Lower => Value::Text(text.to_lowercase()),
        Function::Upper => Value::Text(text.to_uppercase()),
        Function::Replace => Value::Text(text.replace(&other?, &rest.get(1)?.text())),
        Function::StartsWith => Value::Boolean(text.starts_with(&other?)),
        Function::EndsWith => Value::Boolean(text.ends_with(&other?)),
        Function::Strip | Function::StripStart | Function::StripEnd => {
            Value::Text(stripped(function, &text, other.as_deref()))
        }
        Function::Split => {
            let part = |part: &str| Value::Text(part.to_owned());
            Value::List(match other {
                Some(separator) => text.split(&separator).map(part).collect(),
                None => text.split_whitespace().map(part).collect(),
            })
        }
        Function::Join => {
            let Value::List(items) = first else {
                return None;
            };
            let items: Vec<String> = items.iter().map(Value::text).collect();
            Value::Text(items.join(&other.unwrap_or_default()))
        }
        Function::Length => Value::Integer(parts(first).len().try_into().ok()?),
        Function::Contains => Value::Boolean(match first {
            Value::List(items) => items.contains(rest.first()?),
            _ => text.contains(&other?),
        }),
        Function::Item => {
            let parts = parts(first);
            let at = place(parts.len(), integer(rest.first()?)?);
            at.and_then(|at| parts.into_iter().nth(at))
                .unwrap_or(Value::Nothing)
        }
        Function::Slice => slice(first, rest)?,
        Function::Text => Value::Text(text),
        Function::Integer => whole(first, rest)?,
        Function::Number => number(first).map_or(Value::Nothing, Value::Number),
        Function::Round => {
            let digits = rest.first().map_or(Some(0), integer)?;
            let scale = 10_f64.powi(digits.try_into().ok()?);
            Value::Number((number(first)? * scale).round() / scale)
        }
        Function::Least | Function::Greatest => extreme(function, first, rest)?,
        Function::Json => Value::Text(first.json().to_string()),
        Function::UrlEncode => Value::Text(encoded(&text)),
        Function::Base64Encode => Value::Text(STANDARD.encode(text)),
        Function::Base64Decode => {
            let bytes = STANDARD.decode(text).ok();
            let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
            text.map_or(Value::Nothing, Value::Text)
        }
        Function::Sha256 => {
            let digest = sha2::Sha256::digest(text);
            Value::Text(digest.iter().map(|byte| format!("{byte:02x}")).collect())
        }
        Function::Search => {
            let found = regex_lite::Regex::new(&other?)
                .ok()?
                .captures(&text)
                .map(|found| {
                    let group = usize::from(found.len() > 1);
                    found.get(group).map(|part| part.as_str().to_owned())
                });
            found.flatten().map_or(Value::Nothing, Value::Text)
        }
        Function::Absolute => match first {
            Value::Integer(number) => Value::Integer(number.saturating_abs()),
            Value::Number(number) => Value::Number(number.abs()),
            _ => return None,
        },
        _ => return super::time::call(function, first, rest),
    })
}

fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Integer(number) => Some(*number),
        _ => None,
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => Some(*number),
        value => value.text().trim().parse().ok(),
    }
}

/// The least or greatest of two values, or of the items of a list.
fn extreme(function: Function, first: &Value, rest: &[Value]) -> Option<Value> {
    let values = match (first, rest) {
        (Value::List(items), []) => items.as_slice(),
        (_, [other]) => &[first.clone(), other.clone()],
        _ => return None,
    };
    let before = |a: &Value, b: &Value| match (a, b) {
        (Value::Text(a), Value::Text(b)) => a < b,
        (a, b) => number(a) < number(b),
    };
    let mut found = values.first()?;
    for value in values {
        let better = match function {
            Function::Least => before(value, found),
            _ => before(found, value),
        };
        if better {
            found = value;
        }
    }
    Some(found.clone())
}

fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    text.bytes()
        .map(|byte| match plain(byte) {
            true => char::from(byte).to_string(),
            false => format!("%{byte:02X}"),
        })
        .collect()
}

fn whole(value: &Value, rest: &[Value]) -> Option<Value> {
    match value {
        Value::Integer(_) => Some(value.clone()),
        Value::Boolean(value) => Some(Value::Integer((*value).into())),
        Value::Number(number) => number.trunc().to_string().parse().ok().map(Value::Integer),
        Value::Text(text) | Value::Wire(text) => {
            let otherwise = rest.first().cloned().unwrap_or(Value::Nothing);
            Some(text.trim().parse().map_or(otherwise, Value::Integer))
        }
        _ => None,
    }
}

fn stripped(function: Function, text: &str, characters: Option<&str>) -> String {
    let blank = |c: char| match characters {
        Some(characters) => characters.contains(c),
        None => c.is_whitespace(),
    };
    match function {
        Function::StripStart => text.trim_start_matches(blank),
        Function::StripEnd => text.trim_end_matches(blank),
        _ => text.trim_matches(blank),
    }
    .to_owned()
}

/// Characters of a text, items of a list.
fn parts(value: &Value) -> Vec<Value> {
    match value {
        Value::List(items) => items.clone(),
        text => text
            .text()
            .chars()
            .map(|c| Value::Text(c.to_string()))
            .collect(),
    }
}

fn slice(value: &Value, rest: &[Value]) -> Option<Value> {
    let parts = parts(value);
    let bound = |index: i64| {
        let at = place(parts.len(), index).unwrap_or(0);
        at.min(parts.len())
    };
    let from = bound(integer(rest.first()?)?);
    let to = match rest.get(1) {
        Some(to) => bound(integer(to)?),
        None => parts.len(),
    };
    let taken = parts
        .get(from..to.max(from))
        .unwrap_or_default()
        .iter()
        .cloned();
    Some(match value {
        Value::List(_) => Value::List(taken.collect()),
        _ => Value::Text(taken.map(|part| part.text()).collect()),
    })
}

/// Where the item of this index stands, if it is not before the start.
fn place(length: usize, index: i64) -> Option<usize> {
    let distance = usize::try_from(index.unsigned_abs()).ok()?;
    if index < 0 {
        length.checked_sub(distance)
    } else {
        Some(distance)
    }
}
