//! `config`: fields, their types and defaults.

mod default;
pub mod token_file;

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::model::{ConfigDefault, ConfigField, ConfigType, Name, Scope, column, type_name};
use crate::source::{Span, Text};
use crate::spec;
use crate::spec::Spec;

/// The fields of `config`, and the names of those that could not be made.
pub fn lower(spec: &Spec, sink: &mut Sink) -> (Vec<ConfigField>, BTreeSet<String>) {
    let prefix = Name::field(&spec.name.value).column().to_uppercase();
    let mut lowering = Lowering {
        sink,
        types: Scope::default(),
        prefix,
        envs: BTreeMap::new(),
    };
    match token_file::field(spec, lowering.sink) {
        Some(field) => {
            let fields: Vec<_> = spec.config.iter().cloned().chain([field]).collect();
            lowering.fields(&fields, "", true)
        }
        None => lowering.fields(&spec.config, "", true),
    }
}

struct Lowering<'s> {
    sink: &'s mut Sink,
    /// Names of the types of the generated module.
    types: Scope,
    /// Of environment variables.
    prefix: String,
    envs: BTreeMap<String, Span>,
}

impl Lowering<'_> {
    fn error(
        &mut self,
        code: Code,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.sink
            .push(Diagnostic::new(code, span, message).help(help));
    }

    /// `outer` is the name of the type around these fields.
    fn fields(
        &mut self,
        fields: &[(Text, spec::ConfigField)],
        outer: &str,
        top: bool,
    ) -> (Vec<ConfigField>, BTreeSet<String>) {
        let mut scope = Scope::default();
        let mut lowered = Vec::new();
        let mut refused = BTreeSet::new();
        for (key, field) in fields {
            let name = Name::config(&key.value);
            if let Err(collision) = scope.claim(&name, key.span) {
                let help = format!("name it otherwise, for instance `{}`", collision.free);
                self.sink
                    .push(super::collided(&collision, &key.value, key.span, "Rust").help(help));
                refused.insert(key.value.clone());
                continue;
            }
            match self.field(key, name, field, outer, top) {
                Some(field) => lowered.push(field),
                None => {
                    refused.insert(key.value.clone());
                }
            }
        }
        (lowered, refused)
    }

    fn field(
        &mut self,
        key: &Text,
        name: Name,
        field: &spec::ConfigField,
        outer: &str,
        top: bool,
    ) -> Option<ConfigField> {
        let description = field
            .description
            .as_ref()
            .map(|text| super::prose(text, self.sink));
        let ty = self.ty(&key.value, field, outer);
        let env = self.env(key, &name, field, top);
        let pattern = self.pattern(field);
        let ty = ty?;
        let default = field
            .default_value
            .as_ref()
            .and_then(|node| self.default(node, &ty));
        if let (Some(node), Some(pattern), Some(ConfigDefault::Text(text))) =
            (&field.default_value, &pattern, &default)
            && regex_lite::Regex::new(&format!("^(?:{pattern})$"))
                .is_ok_and(|regex| !regex.is_match(text))
        {
            self.error(
                Code::InvalidDefault,
                node.span,
                format!("the default does not match the pattern `{pattern}`"),
                "change one of the two",
            );
        }
        let optional = field
            .optional
            .as_ref()
            .is_some_and(|optional| optional.value);
        if let (true, Some(_), Some(flag)) = (optional, &field.default_value, &field.optional) {
            self.error(
                Code::NoEffect,
                flag.span,
                format!("`{}` has a default and is never absent", key.value),
                "remove `optional`, or the default",
            );
        }
        Some(ConfigField {
            name,
            description,
            ty,
            optional: optional && field.default_value.is_none(),
            default,
            env,
            pattern,
        })
    }

    /// Keys that only some types have.
    fn refuse_keys(&mut self, field: &spec::ConfigField) {
        use spec::ConfigType as T;
        let ty = field.r#type.value;
        let keys: [(&str, Option<Span>, bool); 5] = [
            (
                "values",
                field
                    .values
                    .as_ref()
                    .map(|values| values.first().map_or(field.span, |first| first.span)),
                ty == T::Enum,
            ),
            (
                "items",
                field.items.as_ref().map(|items| items.span),
                ty == T::List,
            ),
            (
                "fields",
                field
                    .fields
                    .as_ref()
                    .map(|fields| fields.first().map_or(field.span, |(key, _)| key.span)),
                ty == T::Object,
            ),
            (
                "variants",
                field
                    .variants
                    .as_ref()
                    .map(|variants| variants.first().map_or(field.span, |(key, _)| key.span)),
                ty == T::OneOf,
            ),
            (
                "pattern",
                field.pattern.as_ref().map(|pattern| pattern.span),
                matches!(ty, T::String | T::Secret),
            ),
        ];
        for (key, span, fits) in keys {
            if let (Some(span), false) = (span, fits) {
                let of = match key {
                    "values" => "`enum`",
                    "items" => "`list`",
                    "fields" => "`object`",
                    "variants" => "`one_of`",
                    _ => "`string` and `secret`",
                };
                self.sink.push(
                    Diagnostic::new(
                        Code::UnknownKey,
                        span,
                        format!("`{key}` belongs to {of}, and this is {}", word(ty)),
                    )
                    .other(field.r#type.span, "the type"),
                );
            }
        }
    }

    fn ty(&mut self, key: &str, field: &spec::ConfigField, outer: &str) -> Option<ConfigType> {
        use spec::ConfigType as T;
        self.refuse_keys(field);
        let missing = |key: &str, example: &str| {
            Diagnostic::new(
                Code::MissingKey,
                field.r#type.span,
                format!("missing `{key}`"),
            )
            .help(format!("write `{key}: {example}`"))
        };
        let empty = |key: &str| {
            Diagnostic::new(Code::Empty, field.r#type.span, format!("`{key}` is empty"))
        };
        Some(match field.r#type.value {
            T::String => ConfigType::String,
            T::Secret => ConfigType::Secret,
            T::Integer => ConfigType::Integer,
            T::Number => ConfigType::Number,
            T::Boolean => ConfigType::Boolean,
            T::Timestamp => ConfigType::Timestamp,
            T::Date => ConfigType::Date,
            T::Enum => {
                let Some(words) = &field.values else {
                    self.sink.push(missing("values", "[one, another]"));
                    return None;
                };
                let values = self.words(words);
                if values.is_empty() {
                    self.sink.push(empty("values"));
                    return None;
                }
                ConfigType::Enum {
                    type_name: self.type_name(outer, key),
                    values,
                }
            }
            T::List => {
                let Some(items) = &field.items else {
                    self.sink.push(missing("items", "string"));
                    return None;
                };
                if matches!(
                    items.r#type.value,
                    T::List | T::Object | T::OneOf | T::Secret
                ) {
                    let message = format!("a list cannot hold {}", word(items.r#type.value));
                    self.error(
                        Code::InvalidType,
                        items.r#type.span,
                        message,
                        "items are texts, numbers, booleans, dates, timestamps or enums",
                    );
                    return None;
                }
                ConfigType::List(Box::new(self.ty(key, items, outer)?))
            }
            T::Object => {
                let Some(fields) = &field.fields else {
                    self.sink
                        .push(missing("fields", "{ name: { type: string } }"));
                    return None;
                };
                if fields.is_empty() {
                    self.sink.push(empty("fields"));
                    return None;
                }
                let type_name = self.type_name(outer, key);
                let (lowered, refused) = self.fields(fields, &type_name, false);
                if !refused.is_empty() {
                    return None;
                }
                ConfigType::Object {
                    type_name,
                    fields: lowered,
                }
            }
            T::OneOf => {
                let Some(variants) = &field.variants else {
                    self.sink.push(missing(
                        "variants",
                        "{ first: { token: { type: secret } } }",
                    ));
                    return None;
                };
                if variants.is_empty() {
                    self.sink.push(empty("variants"));
                    return None;
                }
                let type_name = self.type_name(outer, key);
                let mut scope = Scope::default();
                let mut lowered = Vec::new();
                let mut complete = true;
                for (key, fields) in variants {
                    let name = variant(&mut scope, &key.value);
                    let (fields, refused) =
                        self.fields(fields, &format!("{type_name}{}", name.rust), false);
                    complete &= refused.is_empty();
                    lowered.push((name, fields));
                }
                if !complete {
                    return None;
                }
                ConfigType::OneOf {
                    type_name,
                    variants: lowered,
                }
            }
        })
    }

    fn words(&mut self, words: &[Text]) -> Vec<Name> {
        let mut scope = Scope::default();
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        let mut values = Vec::new();
        for word in words {
            if let Some(first) = seen.insert(&word.value, word.span) {
                let diagnostic = Diagnostic::new(
                    Code::DuplicateName,
                    word.span,
                    format!("`{}` stands here twice", word.value),
                );
                self.sink.push(diagnostic.other(first, "first here"));
                continue;
            }
            values.push(variant(&mut scope, &word.value));
        }
        values
    }

    fn type_name(&mut self, outer: &str, key: &str) -> String {
        let name = if outer.is_empty() {
            type_name(key, "Choice")
        } else {
            format!("{outer}{}", type_name(key, ""))
        };
        self.types.unique(name)
    }

    fn env(&mut self, key: &Text, name: &Name, field: &spec::ConfigField, top: bool) -> String {
        if !top {
            if let Some(env) = &field.env {
                self.error(
                    Code::NoEffect,
                    env.span,
                    "fields inside an object have no environment variables of their own",
                    "remove `env`; the variable of the outermost field holds the object as JSON",
                );
            }
            return String::new();
        }
        let (env, span) = match &field.env {
            Some(env) => (env.value.clone(), env.span),
            None => (
                format!("{}_{}", self.prefix, column(&name.rust).to_uppercase()),
                key.span,
            ),
        };
        let legal = env.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && env.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !legal {
            let message = format!(
                "`{}` cannot be the name of an environment variable",
                env.escape_debug()
            );
            self.error(
                Code::InvalidName,
                span,
                message,
                "it has ASCII letters, digits and `_`",
            );
        }
        if let Some(first) = self.envs.insert(env.clone(), span) {
            let diagnostic = Diagnostic::new(
                Code::DuplicateName,
                span,
                format!("two fields are read from the environment variable `{env}`"),
            );
            self.sink.push(
                diagnostic
                    .other(first, "the other one")
                    .help("give one of them another `env`"),
            );
        }
        env
    }

    fn pattern(&mut self, field: &spec::ConfigField) -> Option<String> {
        let pattern = field.pattern.as_ref()?;
        let alone = regex_lite::Regex::new(&pattern.value);
        let whole = regex_lite::Regex::new(&format!("^(?:{})$", pattern.value));
        if alone.is_ok() && whole.is_err() {
            self.error(
                Code::InvalidDefault,
                pattern.span,
                "this pattern cannot be made to match whole values, as `^(?:…)$`: it ends in a comment",
                "remove the comment, or end it with a line break",
            );
        }
        if let Err(error) = alone {
            let message = format!("this is not a regular expression: {error}");
            self.error(
                Code::InvalidDefault,
                pattern.span,
                message,
                "the syntax is that of the Rust crate `regex-lite`",
            );
        }
        Some(pattern.value.clone())
    }
}

/// A variant's name; words that become one in Rust are numbered, since the word itself stands in the docs.
fn variant(scope: &mut Scope, word: &str) -> Name {
    let name = Name::variant(word);
    Name {
        rust: scope.unique(name.rust),
        wire: name.wire,
    }
}

fn word(ty: spec::ConfigType) -> &'static str {
    use spec::ConfigType as T;
    match ty {
        T::String => "a `string`",
        T::Secret => "a `secret`",
        T::Integer => "an `integer`",
        T::Number => "a `number`",
        T::Boolean => "a `boolean`",
        T::Timestamp => "a `timestamp`",
        T::Date => "a `date`",
        T::Enum => "an `enum`",
        T::List => "a `list`",
        T::Object => "an `object`",
        T::OneOf => "a `one_of`",
    }
}
