//! `one_of`: a choice of the connector's user.

use super::single;
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::expr::{ConfigNames, OneOfOption};
use crate::lower::Cx;
use crate::model::{Auth, AuthOption, ConfigField, ConfigType};
use crate::source::Text;
use crate::spec;

pub(super) fn choice(one_of: &spec::OneOfAuth, cx: &mut Cx<'_>) -> Option<Auth> {
    let (path, field) = deciding_field(&one_of.by, cx)?;
    let (type_name, words, has_fields): (_, Vec<_>, _) = match &field.ty {
        ConfigType::Enum { type_name, values } => {
            (type_name.clone(), values.iter().collect(), false)
        }
        ConfigType::OneOf {
            type_name,
            variants,
        } => (
            type_name.clone(),
            variants.iter().map(|(name, _)| name).collect(),
            true,
        ),
        _ => {
            let message = format!("`{}` has no fixed values to choose by", one_of.by.value);
            cx.sink.push(
                Diagnostic::new(Code::ExpressionType, one_of.by.span, message)
                    .help("declare it with `type: enum` or `type: one_of`"),
            );
            return None;
        }
    };
    if field.optional {
        let message = format!(
            "`{}` may be absent, and then nothing decides",
            one_of.by.value
        );
        cx.sink.push(
            Diagnostic::new(Code::ExpressionType, one_of.by.span, message)
                .help("remove its `optional`"),
        );
    }
    for (key, _) in &one_of.options {
        if !words.iter().any(|word| word.wire == key.value) {
            let message = format!("`{}` has no value `{}`", one_of.by.value, key.value);
            // One that has its option already is not meant.
            let open: Vec<&str> = words
                .iter()
                .map(|word| word.wire.as_str())
                .filter(|word| one_of.options.iter().all(|(other, _)| other.value != *word))
                .collect();
            let only = match open.as_slice() {
                [only] => Some(*only),
                _ => None,
            };
            let help = match nearest(&key.value, open.iter().copied()).or(only) {
                Some(near) => format!("write `{near}`"),
                None if open.is_empty() => "remove it: each value has its option".to_owned(),
                None => format!(
                    "its values are {}",
                    words
                        .iter()
                        .map(|word| format!("`{}`", word.wire))
                        .collect::<Vec<_>>()
                        .join(", ")
                ),
            };
            cx.sink
                .push(Diagnostic::new(Code::UnknownValue, key.span, message).help(help));
        }
    }
    let wire: Vec<String> = wire_path(&one_of.by);
    let mut options = Vec::new();
    let mut complete = true;
    for word in &words {
        let Some((_, auth)) = one_of
            .options
            .iter()
            .find(|(key, _)| key.value == word.wire)
        else {
            let message = format!("`options` says nothing of the value `{}`", word.wire);
            let help = format!("write `{}: none` if it takes no credentials", word.wire);
            cx.sink
                .push(Diagnostic::new(Code::MissingKey, one_of.span, message).help(help));
            complete = false;
            continue;
        };
        let names = cx.config.in_option(OneOfOption {
            path: wire.clone(),
            variant: word.wire.clone(),
        });
        match single(
            auth,
            &mut Cx {
                sink: cx.sink,
                config: &names,
                partition: cx.partition,
                cursor: cx.cursor,
                modules: cx.modules,
                job: cx.job,
            },
        ) {
            Some(auth) => options.push(AuthOption {
                variant: word.rust.clone(),
                wire: word.wire.clone(),
                auth,
            }),
            None => complete = false,
        }
    }
    complete.then_some(Auth::OneOf {
        by: path,
        type_name,
        has_fields,
        options,
    })
}

/// `a.b`, `config.a.b` or `{{ config.a.b }}` as names from `config`.
pub(super) fn wire_path(by: &Text) -> Vec<String> {
    let path = by
        .value
        .trim()
        .trim_start_matches("{{")
        .trim_end_matches("}}")
        .trim();
    let path = path.strip_prefix("config.").unwrap_or(path);
    path.split('.').map(str::to_owned).collect()
}

/// The config field that decides, and the Rust names that lead to it.
pub(super) fn deciding_field<'c>(
    by: &Text,
    cx: &mut Cx<'c>,
) -> Option<(Vec<String>, &'c ConfigField)> {
    let config: &'c ConfigNames<'c> = cx.config;
    let names = wire_path(by);
    let mut fields = config.fields;
    let mut rust = Vec::new();
    let mut found: Option<&ConfigField> = None;
    for (at, name) in names.iter().enumerate() {
        if at == 0 {
            config.mark_used(name);
            if config.refused.contains(name) {
                return None;
            }
        }
        let Some(field) = fields.iter().find(|field| field.name.wire == *name) else {
            let message = format!(
                "`config` has no field `{}`",
                names.get(..=at).unwrap_or_default().join(".")
            );
            let diagnostic = Diagnostic::new(Code::UnknownReference, by.span, message);
            cx.sink.push(
                match nearest(name, fields.iter().map(|field| field.name.wire.as_str())) {
                    Some(near) => diagnostic.help(format!("write `{near}`")),
                    None => diagnostic.help("declare it with `type: enum` or `type: one_of`"),
                },
            );
            return None;
        };
        rust.push(field.name.rust.clone());
        found = Some(field);
        fields = match &field.ty {
            ConfigType::Object { fields, .. } => fields,
            _ => &[],
        };
    }
    found.map(|field| (rust, field))
}
