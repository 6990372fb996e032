//! dlt's configurations as resources of a spec.

use serde_json::{Map, Value, json};

/// The resources of a configuration, with a prefix to their names; `calls` are what dlt read with it, which tells the
/// paginators that it found by looking at the answers.
pub fn resources(config: &Value, calls: &[Value], prefix: &str) -> Vec<Value> {
    let resources = config["resources"].as_array().unwrap();
    resources
        .iter()
        .map(|resource| converted(resource, &config["client"]["paginator"], calls, prefix))
        .collect()
}

fn converted(resource: &Value, paginator: &Value, calls: &[Value], prefix: &str) -> Value {
    let (name, endpoint) = match resource {
        Value::String(name) => (name, json!({ "path": name })),
        resource => {
            let name = resource["name"].as_str().unwrap();
            let endpoint = match &resource["endpoint"] {
                Value::String(path) => json!({ "path": path }),
                endpoint => endpoint.clone(),
            };
            (&name.to_owned(), endpoint)
        }
    };
    let mut resource_ = Resource::default();
    let endpoint = resource_.endpoint(endpoint.as_object().unwrap(), paginator, calls);
    let mut converted = json!({
        "name": format!("{prefix}{name}"),
        "endpoint": endpoint,
        "fields": { "id": "integer!", "title": "string!", "post_id": "integer", "body": "string" },
    });
    if !resource_.lists_posts {
        converted["fields"] = json!({ "id": "integer", "body": "string", "data": "json" });
    }
    if let Some(parent) = resource_.parent {
        converted["parent"] = json!(format!("{prefix}{parent}"));
    }
    if let Some(incremental) = resource_.incremental {
        converted["incremental"] = incremental;
    }
    if let Some(included) = resource.get("include_from_parent") {
        let fields = included.as_array().unwrap().iter();
        // dlt puts the parent's name before that of the field.
        converted["include_from_parent"] = fields
            .map(|field| field.as_str().unwrap())
            .map(|field| (format!("posts_{field}"), json!(field)))
            .collect::<Map<_, _>>()
            .into();
    }
    converted
}

/// What the parts of an endpoint say about its resource.
#[derive(Default)]
struct Resource {
    parent: Option<String>,
    incremental: Option<Value>,
    lists_posts: bool,
}

impl Resource {
    fn endpoint(
        &mut self,
        endpoint: &Map<String, Value>,
        paginator: &Value,
        calls: &[Value],
    ) -> Value {
        let mut converted = Map::new();
        let mut path = endpoint["path"].as_str().unwrap().to_owned();
        let mut params = Map::new();
        for (name, value) in endpoint
            .get("params")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            match value["type"].as_str() {
                Some("resolve") => {
                    self.parent = Some(value["resource"].as_str().unwrap().to_owned());
                    let field = value["field"].as_str().unwrap();
                    path =
                        path.replace(&format!("{{{name}}}"), &format!("{{{{ parent.{field} }}}}"));
                }
                Some("incremental") => {
                    let mut incremental = value.clone();
                    incremental.as_object_mut().unwrap().remove("type");
                    incremental["param"] = json!(name);
                    self.incremental(&incremental);
                }
                _ => {
                    params.insert(name.clone(), self.templates(value));
                }
            }
        }
        let path = self.templates(&json!(path));
        let path = path.as_str().unwrap();
        for (key, value) in endpoint {
            match key.as_str() {
                "path" | "params" => {}
                "incremental" => self.incremental(value),
                "response_actions" => {
                    let rules = value.as_array().unwrap().iter().map(rule);
                    converted.insert(
                        "error_handler".to_owned(),
                        json!({ "rules": rules.collect::<Value>() }),
                    );
                }
                "data" => {
                    let key = if value.is_object() { "form" } else { "body" };
                    converted.insert(key.to_owned(), self.templates(value));
                }
                "paginator" => {
                    converted.insert(key.clone(), explicit(value));
                }
                "headers" => {
                    let headers = value.as_object().unwrap().iter();
                    let headers = headers
                        .map(|(name, value)| (name.clone(), self.templates(value)))
                        .collect::<Map<_, _>>();
                    converted.insert(key.clone(), headers.into());
                }
                _ => {
                    converted.insert(key.clone(), self.templates(value));
                }
            }
        }
        if !params.is_empty() {
            converted.insert("params".to_owned(), params.into());
        }
        let one = [
            "detail",
            "search_by_id",
            "form_data",
            "raw_data",
            "data",
            "missing",
        ]
        .iter()
        .any(|part| path.contains(part))
            && !path.contains("comments")
            && !path.contains("incremental");
        self.lists_posts = !one && !path.contains("comments");
        let paginator = match paginator {
            Value::Null => found(path, calls),
            paginator if one => {
                let _ = paginator;
                json!("none")
            }
            paginator => explicit(paginator),
        };
        converted.entry("paginator").or_insert(paginator);
        let selector = if one { "$" } else { "data" };
        converted.entry("data_selector").or_insert(json!(selector));
        converted.insert("path".to_owned(), json!(path));
        // A filter for what no request says.
        let sent = serde_json::to_string(&converted)
            .unwrap()
            .contains("cursor.start");
        if let Some(incremental) = &mut self.incremental
            && incremental.get("param").is_none()
            && !sent
        {
            incremental["filter"] = json!("client");
        }
        converted.into()
    }

    fn incremental(&mut self, incremental: &Value) {
        let names = [
            ("cursor_path", "cursor"),
            ("initial_value", "start"),
            ("end_value", "end"),
            ("start_param", "param"),
            ("end_param", "end_param"),
            ("param", "param"),
        ];
        let converted = names
            .iter()
            .filter_map(|(dlt, here)| Some(((*here).to_owned(), incremental.get(dlt)?.clone())))
            .collect::<Map<_, _>>();
        self.incremental = Some(converted.into());
    }

    /// dlt's placeholders as templates, everywhere: `{resources.posts.id}`, `{incremental.start_value}`, and `{{` for
    /// a brace.
    fn templates(&mut self, value: &Value) -> Value {
        match value {
            Value::String(text) => json!(self.template(text)),
            Value::Array(items) => items.iter().map(|item| self.templates(item)).collect(),
            Value::Object(keys) => keys
                .iter()
                .map(|(key, value)| (key.clone(), self.templates(value)))
                .collect::<Map<_, _>>()
                .into(),
            other => other.clone(),
        }
    }

    fn template(&mut self, text: &str) -> String {
        if text.contains("{{ parent.") {
            return text.to_owned();
        }
        if text.contains("{{") {
            let plain = text.replace("{{", "{").replace("}}", "}");
            return format!("{{{{ '{plain}' }}}}");
        }
        let mut template = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').unwrap();
            let name = match name.split('.').collect::<Vec<_>>()[..] {
                ["resources", parent, field] => {
                    self.parent = Some(parent.to_owned());
                    format!("parent.{field}")
                }
                ["incremental", "initial_value" | "start_value"] => "cursor.start".to_owned(),
                ["incremental", "end_value"] => "cursor.end".to_owned(),
                _ => panic!("{name} in {text}"),
            };
            template = format!("{template}{before}{{{{ {name} }}}}");
            rest = after;
        }
        template + rest
    }
}

fn rule(action: &Value) -> Value {
    let names = [
        ("status_code", "status"),
        ("content", "contains"),
        ("action", "action"),
    ];
    names
        .iter()
        .filter_map(|(dlt, here)| Some(((*here).to_owned(), action.get(dlt)?.clone())))
        .collect::<Map<_, _>>()
        .into()
}

/// A paginator of the configuration, whose defaults are dlt's.
fn explicit(paginator: &Value) -> Value {
    match paginator["type"].as_str().or_else(|| paginator.as_str()) {
        Some("single_page") => json!("none"),
        Some("json_link") => json!({ "type": "next_link", "next_url": "next" }),
        Some("page_number") => json!({
            "type": "page_number",
            "start_from_page": paginator["base_page"],
            "total_pages": paginator["total_path"],
        }),
        _ => panic!("{paginator}"),
    }
}

/// The paginator that dlt found by looking at the first answer.
fn found(path: &str, calls: &[Value]) -> Value {
    let pattern: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let mut calls = calls.iter().filter(|call| {
        let path = call["path"].as_str().unwrap().trim_start_matches('/');
        let parts: Vec<&str> = path.split('/').collect();
        parts.len() == pattern.len()
            && parts
                .iter()
                .zip(&pattern)
                .all(|(part, pattern)| pattern.contains("{{") || part == pattern)
    });
    match calls.find_map(|call| call["paginator_used"].as_str()) {
        Some("JSONLinkPaginator") => json!({ "type": "next_link", "next_url": "next_page" }),
        _ => json!("none"),
    }
}
