//! Imports of a generated file: only what is used, in rustfmt's order.

use std::collections::{BTreeMap, BTreeSet};

/// The runtime's names and the modules in which they stand.
const RUNTIME: &[(&str, &str)] = &[
    ("Action", "retry"),
    ("Answer", "answer"),
    ("ApiKey", "api_key"),
    ("Backoff", "retry"),
    ("Basic", "basic"),
    ("Bearer", "bearer"),
    ("Both", "leaf"),
    ("Column", "record"),
    ("ColumnType", "record"),
    ("Count", "leaf"),
    ("Date", "jiff::civil"),
    ("Decimal", "decimal"),
    ("Disposition", "record"),
    ("Each", "leaf"),
    ("Endpoint", "endpoint"),
    ("Error", "error"),
    ("Flag", "leaf"),
    ("Guard", "guard"),
    ("Item", "leaf"),
    ("Json", "json"),
    ("MergeStrategy", "record"),
    ("NoAuth", "auth"),
    ("OAuth2", "oauth2"),
    ("OnInvalid", "endpoint"),
    ("Pages", "pages"),
    ("Record", "record"),
    ("Records", "records"),
    ("Request", "request"),
    ("Retry", "retry"),
    ("RowWriter", "row"),
    ("Scalar", "leaf"),
    ("Secret", "secret"),
    ("Session", "session"),
    ("SessionBuilder", "session"),
    ("Settings", "settings"),
    ("Limits", "limits"),
    ("Time", "jiff::civil"),
    ("Timestamp", "jiff"),
    ("Token", "leaf"),
    ("Turn", "endpoint"),
    ("Unit", "retry"),
    ("Uuid", "uuid"),
    ("segment", "request"),
    ("word", ""),
];

/// What a file imports.
#[derive(Debug, Default)]
pub struct Uses {
    paths: BTreeMap<String, BTreeSet<String>>,
}

impl Uses {
    /// Imports a name from a module.
    pub fn add(&mut self, module: &str, name: &'static str) {
        self.paths.entry(module.to_owned()).or_default().insert(name.to_owned());
    }

    /// Imports a path of the crate itself.
    pub fn own(&mut self, path: String) {
        if let Some((module, name)) = path.rsplit_once("::") {
            self.paths.entry(module.to_owned()).or_default().insert(name.to_owned());
        }
    }

    /// Imports a name of the runtime.
    pub fn runtime(&mut self, name: &'static str) {
        if let Some((_, module)) = RUNTIME.iter().find(|(known, _)| *known == name) {
            if module.starts_with("jiff") {
                self.add(module, name);
                return;
            }
            let module = if module.is_empty() { "crate::runtime".to_owned() } else { format!("crate::runtime::{module}") };
            self.add(&module, name);
        }
    }

    /// The `use` lines: other crates first.
    pub fn lines(&self) -> String {
        let mut lines = String::new();
        let (own, others): (Vec<_>, Vec<_>) = self.paths.iter().partition(|(module, _)| module.starts_with("crate"));
        for (module, names) in others.into_iter().chain(own) {
            let names: Vec<_> = names.iter().map(String::as_str).collect();
            match names.as_slice() {
                [name] => lines.push_str(&format!("use {module}::{name};\n")),
                names => lines.push_str(&format!("use {module}::{{{}}};\n", names.join(", "))),
            }
        }
        lines
    }
}
