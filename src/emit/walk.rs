//! The generated crate's test of its paging: `tests/walk.rs`, the stub server, and the pages that it serves.

use super::pages::{self, Walk};
use super::{format, module, package, templates, text};
use crate::model::{
    Action, Auth, ConfigField, ConfigType, Connector, Decoder, ErrorPolicy, ExprKind, KeyPlace,
    Part, Resource, Sending, StatusRange, Template,
};
use crate::output::Files;
use serde::Serialize;
use serde_json::Value;

/// Where the stub server stands.
pub const STUB_PATH: &str = "tests/stub/mod.rs";
const STUB: &str = include_str!("../../templates/tests/stub.rs");

/// What `tests/walk.rs` prints; all but counts and names is finished Rust.
#[derive(Serialize)]
struct WalkView {
    /// The `use` lines.
    uses: String,
    /// Calls on the builder of the configuration.
    setters: Vec<String>,
    /// The credentials of the spec come from elsewhere, and are replaced.
    replaces_auth: bool,
    /// The answer to a token request, as a literal.
    token: String,
    /// Whether any resource pages by a header.
    has_headers: bool,
    /// Whether any resource's parameter is looked at.
    has_params: bool,
    /// The resources that can be walked.
    resources: Vec<ResourceView>,
}

/// The walk of one resource.
#[derive(Serialize)]
struct ResourceView {
    /// Rust name of its module.
    module: String,
    /// Rust name of its accessor.
    name: String,
    /// Records in all pages.
    records: usize,
    /// Requests until the end.
    requests: usize,
    /// The header that leads to the next page, as a literal.
    header: Option<String>,
    /// Its values, one per page.
    header_values: String,
    /// The parameter of the position, as a literal.
    param: Option<String>,
    /// Its values, one per request.
    param_values: String,
    /// Whether a request `asked` has its credentials.
    authorized: Option<String>,
    /// Replies that are failures, after which it is asked again.
    failures: Vec<String>,
    /// A body without the data path is an error.
    needs_data: bool,
}

/// The test, the stub and the pages; nothing where no resource can be walked.
pub fn files(connector: &Connector) -> Files {
    let mut files = Files::new();
    let choice = chosen(connector);
    let Some(setters) = connector
        .config
        .iter()
        .map(|field| setter(field, choice))
        .collect::<Option<Vec<_>>>()
    else {
        return files;
    };
    let mut resources = Vec::new();
    for resource in &connector.resources {
        let Some(walk) = walkable(resource).then(|| pages::walk(resource)).flatten() else {
            continue;
        };
        let lines: String = walk
            .pages
            .iter()
            .map(|page| super::samples::one_line(page))
            .collect();
        files.insert(format!("tests/pages/{}.jsonl", module(resource)), lines);
        resources.push(view(connector, resource, walk, choice));
    }
    if resources.is_empty() {
        return Files::new();
    }
    let replaces_auth =
        matches!(&connector.client.auth, Auth::OAuth2(oauth2) if is_elsewhere(&oauth2.token_url));
    let view = WalkView {
        uses: uses(connector, &resources, replaces_auth),
        setters: setters.into_iter().flatten().collect(),
        replaces_auth,
        token: text::quoted(&token(connector, replaces_auth)),
        has_headers: resources.iter().any(|resource| resource.header.is_some()),
        has_params: resources.iter().any(|resource| resource.param.is_some()),
        resources,
    };
    files.insert(
        "tests/walk.rs".to_owned(),
        format::rust(&templates::render("tests/walk.rs", view)),
    );
    files.insert(STUB_PATH.to_owned(), STUB.to_owned());
    files
}

fn uses(connector: &Connector, resources: &[ResourceView], replaces_auth: bool) -> String {
    let library = package::library_name(connector);
    let mut lines = vec![format!("{library}::runtime::source::Source")];
    if resources.iter().any(|resource| resource.needs_data) {
        lines.push(format!("{library}::runtime::error::Kind"));
    }
    if replaces_auth {
        lines.push(format!("{library}::runtime::oauth2::OAuth2"));
    }
    lines.push(format!("{library}::runtime::records::Records"));
    if replaces_auth {
        lines.push(format!("{library}::runtime::secret::Secret"));
    }
    lines.push(format!("{library}::runtime::session::Options"));
    lines.push(format!("{library}::{{Client, Config}}"));
    // Upper case stands before lower case in rustfmt's order, and `_` between.
    lines.push("stub::{Asked, Reply, Stub}".to_owned());
    lines.sort_by_key(|line| line.replace('{', "~"));
    lines.iter().map(|line| format!("use {line};\n")).collect()
}

fn view(
    connector: &Connector,
    resource: &Resource,
    walk: Walk,
    choice: Option<usize>,
) -> ResourceView {
    let literals = |values: &[String]| {
        values
            .iter()
            .map(|value| text::quoted(value))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let auth = resource.auth.as_ref().unwrap_or(&connector.client.auth);
    let (header, header_values) = walk.header.map_or((None, String::new()), |(name, values)| {
        (Some(text::quoted(&name)), literals(&values))
    });
    let (param, param_values) = walk.param.map_or((None, String::new()), |(name, values)| {
        (Some(text::quoted(&name)), literals(&values))
    });
    ResourceView {
        module: module(resource).to_owned(),
        name: resource.name.rust.clone(),
        records: walk.records,
        requests: walk.requests,
        header,
        header_values,
        param,
        param_values,
        authorized: authorized(auth, choice),
        failures: failures(&resource.errors),
        needs_data: walk.needs_data && !looks_at_success(&resource.errors),
    }
}

/// Whether the requests of a resource go to the stub, with credentials that need nothing from elsewhere.
fn walkable(resource: &Resource) -> bool {
    let own = match &resource.auth {
        Some(Auth::OAuth2(oauth2)) => !is_elsewhere(&oauth2.token_url),
        Some(Auth::OneOf { .. }) => false,
        _ => true,
    };
    // The windows of a walk would depend on the day.
    let once = resource
        .incremental
        .as_ref()
        .is_none_or(|incremental| incremental.step.is_none());
    own && once
        && resource.partitions.is_none()
        && resource.decoder == Decoder::JSON
        && !resource.request.path.absolute
        && resource
            .errors
            .rules
            .iter()
            .all(|rule| !rule.statuses.is_empty())
}

/// Whether a URL does not depend on the configuration.
fn is_elsewhere(url: &Template) -> bool {
    match url {
        Template::Text(_) => true,
        Template::Value(expr) => !matches!(expr.kind, ExprKind::Config(_)),
        Template::Parts(parts) => !matches!(parts.first(), Some(Part::Value(_))),
    }
}

/// Which option of a choice the test takes: the first that needs nothing from elsewhere.
fn chosen(connector: &Connector) -> Option<usize> {
    let Auth::OneOf { options, .. } = &connector.client.auth else {
        return None;
    };
    options.iter().position(|option| match &option.auth {
        Auth::OAuth2(oauth2) => !is_elsewhere(&oauth2.token_url),
        _ => true,
    })
}

/// A condition on `asked`.
fn authorized(auth: &Auth, choice: Option<usize>) -> Option<String> {
    Some(match auth {
        Auth::None => return None,
        Auth::Bearer { .. } => header("authorization", "Bearer "),
        Auth::OAuth2(oauth2) => sent(&oauth2.send),
        Auth::Basic { .. } => header("authorization", "Basic "),
        Auth::ApiKey { place, prefix, .. } => placed(place, prefix),
        Auth::OneOf { options, .. } => return authorized(&options.get(choice?)?.auth, None),
    })
}

/// Whether the token `t-1` was sent.
fn sent(send: &Sending) -> String {
    match send {
        Sending::Bearer => header("authorization", "Bearer t-1"),
        Sending::Key { place, prefix } => placed(place, &format!("{prefix}t-1")),
    }
}

fn header(name: &str, start: &str) -> String {
    let (name, start) = (text::quoted(&name.to_lowercase()), text::quoted(start));
    format!("asked.headers.get({name}).is_some_and(|value| value.starts_with({start}))")
}

fn placed(place: &KeyPlace, start: &str) -> String {
    match place {
        KeyPlace::Header(name) => header(name, start),
        KeyPlace::Query(name) => format!("asked.param({}).is_some()", text::quoted(name)),
        KeyPlace::Cookie(name) => {
            let pair = text::quoted(&format!("{name}="));
            format!("asked.headers.get(\"cookie\").is_some_and(|value| value.contains({pair}))")
        }
        KeyPlace::Body(name) => format!("asked.body.contains({})", text::quoted(name)),
    }
}

/// Whether a rule may hold for an answer that is no failure.
fn looks_at_success(policy: &ErrorPolicy) -> bool {
    policy
        .rules
        .iter()
        .flat_map(|rule| &rule.statuses)
        .any(|range| range.from < 300)
}

/// Failures that a resource gets over; none where its rules say otherwise.
fn failures(policy: &ErrorPolicy) -> Vec<String> {
    let includes = |ranges: &[StatusRange], status: u16| {
        ranges
            .iter()
            .any(|range| (range.from..=range.to).contains(&status))
    };
    let retried = |status: u16| match policy
        .rules
        .iter()
        .find(|rule| includes(&rule.statuses, status))
    {
        Some(rule) => {
            let plain =
                rule.condition.is_none() && rule.contains.is_none() && rule.header.is_none();
            plain && matches!(rule.action, Action::Retry)
        }
        None => includes(&policy.retry_statuses, status),
    };
    let mut failures = Vec::new();
    if retried(500) {
        failures.push("Reply::status(500)".to_owned());
    }
    if retried(429) {
        failures.push("Reply::status(429).header(\"Retry-After\", 0)".to_owned());
    }
    failures.truncate(policy.max_retries as usize);
    failures
}

/// The answer of the token server: the token `t-1` wherever it is looked for.
fn token(connector: &Connector, replaced: bool) -> String {
    let own = connector
        .resources
        .iter()
        .filter_map(|resource| resource.auth.as_ref());
    let client = (!replaced).then_some(&connector.client.auth);
    let mut answer = Value::Null;
    for auth in client.into_iter().chain(own).flat_map(Auth::ways) {
        if let Auth::OAuth2(oauth2) = auth {
            put(&mut answer, &oauth2.access_token_path);
        }
    }
    if replaced || answer.is_null() {
        put(&mut answer, &["access_token".to_owned()]);
    }
    answer.to_string()
}

fn put(answer: &mut Value, path: &[String]) {
    let mut place = answer;
    for key in path {
        if !place.is_object() {
            *place = Value::Object(serde_json::Map::new());
        }
        let Some(object) = place.as_object_mut() else {
            return;
        };
        place = object.entry(key.as_str()).or_insert(Value::Null);
    }
    *place = Value::from("t-1");
}

/// The call that sets a field; nothing where it has a value already, none where no value can be made up.
fn setter(field: &ConfigField, choice: Option<usize>) -> Option<Option<String>> {
    let is_url = matches!(field.ty, ConfigType::String)
        && (field.name.wire.ends_with("url")
            || matches!(&field.default, Some(crate::model::ConfigDefault::Text(text)) if text.starts_with("http")));
    let name = &field.name.rust;
    // The tests leave no files behind.
    if field.name.wire == "token_file" && field.optional {
        return Some(None);
    }
    if is_url && field.pattern.is_none() {
        return Some(Some(format!("{name}(stub.url.clone())")));
    }
    if choice.is_none() && (field.default.is_some() || field.optional) {
        return Some(None);
    }
    if field.pattern.is_some() {
        return if field.default.is_some() || field.optional {
            Some(None)
        } else {
            None
        };
    }
    let value = match &field.ty {
        ConfigType::String | ConfigType::Secret => "\"text\"".to_owned(),
        ConfigType::Integer => "1".to_owned(),
        ConfigType::Number => "1.0".to_owned(),
        ConfigType::Boolean => "true".to_owned(),
        ConfigType::Timestamp => {
            "\"2025-01-01T00:00:00Z\".parse().expect(\"an instant\")".to_owned()
        }
        ConfigType::Date => "\"2025-01-01\".parse().expect(\"a date\")".to_owned(),
        ConfigType::List(item) => match **item {
            ConfigType::String | ConfigType::Secret => "&[\"text\"]".to_owned(),
            ConfigType::Integer => "&[1]".to_owned(),
            _ => {
                return if field.default.is_some() || field.optional {
                    Some(None)
                } else {
                    None
                };
            }
        },
        ConfigType::Enum { .. } | ConfigType::Object { .. } | ConfigType::OneOf { .. } => {
            return if field.default.is_some() || field.optional {
                Some(None)
            } else {
                None
            };
        }
    };
    Some(Some(format!("{name}({value})")))
}
