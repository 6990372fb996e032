//! A configuration that could be anybody's: a value for every field that has no default.

use crate::model::{
    AuthOption, ConfigDefault, ConfigField, ConfigType, Connector, ExprKind, KeyKind, Part,
    Template,
};
use serde_json::{Map, Value as Json};

use super::pattern;
use super::value::Value;
use crate::model::Auth;

/// Where the API of a connector is whose user says where it is.
const ELSEWHERE: &str = "https://api.test";

/// The values of a configuration.
pub struct Settings<'a> {
    fields: &'a [ConfigField],
    json: Map<String, Json>,
}

/// Which variant of a deciding field is taken: the path to the field, and the word.
pub type Choice<'a> = (&'a [String], &'a str);

impl<'a> Settings<'a> {
    /// Values for all fields; none where a pattern is beyond what can be made up.
    pub fn new(connector: &'a Connector, choices: &[Choice<'_>]) -> Option<Self> {
        let maker = Maker {
            urls: Urls::of(connector),
            keys: keys(connector),
            choices,
        };
        let json = maker.object(&connector.config, &mut Vec::new())?;
        Some(Self {
            fields: &connector.config,
            json,
        })
    }

    /// As a configuration file.
    pub fn to_text(&self) -> String {
        serde_json::to_string_pretty(&self.json).map_or_else(|_| String::new(), |text| text + "\n")
    }

    /// The value of a field, from a path of Rust names. It may lead through a `one_of` into its variant.
    pub fn value(&self, path: &[String]) -> Value {
        let (mut fields, mut json) = (self.fields, Some(&self.json));
        let mut steps = path.iter().peekable();
        while let Some(step) = steps.next() {
            let Some(field) = fields.iter().find(|field| field.name.rust == *step) else {
                break;
            };
            let own = json.and_then(|json| json.get(&field.name.wire));
            if steps.peek().is_none() {
                return match (own, &field.default) {
                    (Some(own), _) => value(own, &field.ty),
                    (None, Some(default)) => default_value(default, &field.ty),
                    (None, None) => Value::Nothing,
                };
            }
            let inner = own.and_then(Json::as_object);
            (fields, json) = match &field.ty {
                ConfigType::Object { fields, .. } => (fields.as_slice(), inner),
                ConfigType::OneOf { variants, .. } => {
                    let chosen = inner.and_then(|inner| inner.iter().next());
                    let fields = variants
                        .iter()
                        .find(|(name, _)| chosen.is_some_and(|(wire, _)| *wire == name.wire))
                        .map_or(&[][..], |(_, fields)| fields);
                    (fields, chosen.and_then(|(_, inner)| inner.as_object()))
                }
                _ => (&[][..], None),
            };
        }
        Value::Nothing
    }

    /// The option that an auth takes by these values.
    pub fn chosen<'o>(&self, by: &[String], options: &'o [AuthOption]) -> Option<&'o AuthOption> {
        let word = self.word(by)?;
        options.iter().find(|option| option.wire == word)
    }

    /// The word of a deciding field.
    fn word(&self, by: &[String]) -> Option<String> {
        let (last, front) = by.split_last()?;
        let (mut fields, mut json) = (self.fields, Some(&self.json));
        for step in front {
            let field = fields.iter().find(|field| field.name.rust == *step)?;
            json = json.and_then(|json| json.get(&field.name.wire)?.as_object());
            fields = match &field.ty {
                ConfigType::Object { fields, .. } => fields,
                _ => return None,
            };
        }
        let field = fields.iter().find(|field| field.name.rust == *last)?;
        match json.and_then(|json| json.get(&field.name.wire)) {
            Some(Json::String(word)) => Some(word.clone()),
            Some(Json::Object(chosen)) => chosen.keys().next().cloned(),
            _ => field
                .default
                .as_ref()
                .map(|default| default_value(default, &field.ty).text()),
        }
    }
}

/// A value of a configuration file.
fn value(json: &Json, ty: &ConfigType) -> Value {
    match (json, ty) {
        (Json::String(text), _) => Value::Text(text.clone()),
        (Json::Number(number), ConfigType::Number) => {
            number.as_f64().map_or(Value::Nothing, Value::Number)
        }
        (Json::Number(number), _) => number.as_i64().map_or(Value::Nothing, Value::Integer),
        (Json::Bool(flag), _) => Value::Boolean(*flag),
        (Json::Array(items), ConfigType::List(item)) => {
            Value::List(items.iter().map(|json| value(json, item)).collect())
        }
        _ => Value::Nothing,
    }
}

fn default_value(default: &ConfigDefault, ty: &ConfigType) -> Value {
    match (default, ty) {
        (ConfigDefault::Text(text), ConfigType::Timestamp) => {
            let instant = text.parse::<jiff::Timestamp>();
            Value::Text(instant.map_or_else(|_| text.clone(), |instant| instant.to_string()))
        }
        (ConfigDefault::Text(text), _) => Value::Text(text.clone()),
        (ConfigDefault::Integer(number), _) => Value::Integer(*number),
        (ConfigDefault::Number(number), _) => Value::Number(*number),
        (ConfigDefault::Boolean(flag), _) => Value::Boolean(*flag),
        (ConfigDefault::Variant(rust), ConfigType::Enum { values, .. }) => {
            let value = values.iter().find(|value| value.rust == *rust);
            Value::Text(value.map_or_else(String::new, |value| value.wire.clone()))
        }
        (ConfigDefault::Variant(rust), _) => Value::Text(rust.clone()),
        (ConfigDefault::List(items), ConfigType::List(item)) => {
            Value::List(items.iter().map(|json| default_value(json, item)).collect())
        }
        (ConfigDefault::List(_), _) => Value::Nothing,
    }
}

/// Makes values up.
struct Maker<'a> {
    urls: Urls,
    /// The fields that have to be keys, and the keys that they are.
    keys: Vec<(Vec<String>, String)>,
    choices: &'a [Choice<'a>],
}

impl Maker<'_> {
    fn object(&self, fields: &[ConfigField], path: &mut Vec<String>) -> Option<Map<String, Json>> {
        let mut json = Map::new();
        for field in fields {
            path.push(field.name.rust.clone());
            let choice = self.choices.iter().find(|(by, _)| *by == path.as_slice());
            let leads = self
                .choices
                .iter()
                .any(|(by, _)| by.starts_with(path.as_slice()));
            // Fields inside of objects have no defaults. Tests leave no files behind.
            let keeps_tokens = field.optional && field.name.wire == "token_file";
            if !keeps_tokens && (field.default.is_none() || leads || path.len() > 1) {
                let made = self.value(field, &field.ty, choice.map(|(_, word)| *word), path);
                // One that cannot be made up is left out where it may be.
                if made.is_some() || !field.optional && field.default.is_none() {
                    json.insert(field.name.wire.clone(), made?);
                }
            }
            path.pop();
        }
        Some(json)
    }

    fn value(
        &self,
        field: &ConfigField,
        ty: &ConfigType,
        choice: Option<&str>,
        path: &mut Vec<String>,
    ) -> Option<Json> {
        Some(match ty {
            ConfigType::String | ConfigType::Secret => match &field.pattern {
                Some(pattern) => Json::from(pattern::example(pattern)?),
                None => {
                    let key = self.keys.iter().find(|(field, _)| field == path);
                    let key = key.map(|(_, key)| key.clone());
                    let own = key.or_else(|| self.urls.value(path));
                    Json::from(own.unwrap_or_else(|| plain(&field.name.wire)))
                }
            },
            ConfigType::Integer => Json::from(7),
            ConfigType::Number => Json::from(1.5),
            ConfigType::Boolean => Json::from(true),
            ConfigType::Timestamp => Json::from("2025-01-01T00:00:00Z"),
            ConfigType::Date => Json::from("2025-01-01"),
            ConfigType::Enum { values, .. } => {
                let first = values.first().map(|value| value.wire.as_str());
                Json::from(choice.or(first)?)
            }
            ConfigType::List(item) => Json::Array(vec![self.value(field, item, None, path)?]),
            ConfigType::Object { fields, .. } => Json::Object(self.object(fields, path)?),
            ConfigType::OneOf { variants, .. } => {
                let (name, fields) = match choice {
                    Some(word) => variants.iter().find(|(name, _)| name.wire == word)?,
                    None => variants.first()?,
                };
                let inner = Json::Object(self.object(fields, path)?);
                Json::Object(Map::from_iter([(name.wire.clone(), inner)]))
            }
        })
    }
}

/// A text that says which field it is, and can stand anywhere: in hosts, paths and headers.
fn plain(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '-'
            }
        })
        .collect();
    let plain = plain.trim_matches('-');
    if plain.is_empty() {
        "text".to_owned()
    } else {
        plain.to_owned()
    }
}

/// The fields that have to be URLs, and the URL that they are.
struct Urls {
    fields: Vec<Vec<String>>,
    value: String,
}

impl Urls {
    fn of(connector: &Connector) -> Self {
        let resources = &connector.resources;
        let absolute = resources
            .iter()
            .filter(|resource| resource.request.path.absolute);
        let auths = resources
            .iter()
            .filter_map(|resource| resource.auth.as_ref());
        let templates = std::iter::once(&connector.client.base_url)
            .chain(absolute.map(|resource| &resource.request.path.template))
            .chain(
                std::iter::once(&connector.client.auth)
                    .chain(auths)
                    .flat_map(token_urls),
            );
        let value = match &connector.client.base_url {
            Template::Text(text) => text.clone(),
            _ => ELSEWHERE.to_owned(),
        };
        Self {
            fields: templates.filter_map(first_field).collect(),
            value,
        }
    }

    fn value(&self, path: &[String]) -> Option<String> {
        self.fields
            .iter()
            .any(|field| field == path)
            .then(|| self.value.clone())
    }
}

/// The fields that tokens are signed with. Any text is the secret of HS, unless it has to be base64.
fn keys(connector: &Connector) -> Vec<(Vec<String>, String)> {
    let own = connector.resources.iter();
    let own = own.filter_map(|resource| resource.auth.as_ref());
    std::iter::once(&connector.client.auth)
        .chain(own)
        .flat_map(Auth::signed)
        .filter(|token| token.base64 || token.algorithm.key_kind() != KeyKind::Secret)
        .filter_map(|token| {
            let key = super::keys::sample(token.algorithm.key_kind());
            Some((first_field(&token.key)?, key))
        })
        .collect()
}

fn token_urls(auth: &Auth) -> Vec<&Template> {
    match auth {
        Auth::OAuth2(oauth2) => vec![&oauth2.token_url],
        Auth::Login(login) if login.request.path.absolute => vec![&login.request.path.template],
        Auth::OneOf { options, .. } => options
            .iter()
            .flat_map(|option| token_urls(&option.auth))
            .collect(),
        _ => Vec::new(),
    }
}

/// The field that a URL begins with.
fn first_field(template: &Template) -> Option<Vec<String>> {
    let first = match template {
        Template::Text(_) => return None,
        Template::Value(expr) => expr,
        Template::Parts(parts) => match parts.first()? {
            Part::Value(expr) => expr,
            Part::Text(_) => return None,
        },
    };
    match &first.kind {
        ExprKind::Config(path) => Some(path.clone()),
        _ => None,
    }
}
