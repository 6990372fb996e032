//! Imports of a generated file: only what is used, in rustfmt's order.

use proc_macro2::{TokenStream, TokenTree};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::LazyLock;

/// The runtime's names and the modules in which they stand.
const RUNTIME: &[(&str, &str)] = &[
    ("Action", "send"),
    ("Answer", "send"),
    ("ApiKey", "api_key"),
    ("As", "adapt"),
    ("Authenticator", "session"),
    ("Base64", "base64"),
    ("Basic", "basic"),
    ("Bearer", "bearer"),
    ("BlankText", "untyped"),
    ("Checkpointed", "checkpointed"),
    ("Child", "parents"),
    ("ClientAssertion", "assertion"),
    ("Column", "record"),
    ("ColumnType", "record"),
    ("Count", "leaf"),
    ("CsvRows", "rows"),
    ("CursorOrder", "incremental"),
    ("CursorState", "state"),
    ("Date", "jiff::civil"),
    ("Decimal", "decimal"),
    ("Disposition", "record"),
    ("Each", "each"),
    ("Endpoint", "endpoint"),
    ("Epoch", "adapt"),
    ("EpochMillis", "adapt"),
    ("EpochMillisText", "untyped"),
    ("EpochText", "untyped"),
    ("Error", "error"),
    ("Extend", "extend"),
    ("Extent", "incremental"),
    ("FirstOf", "first_of"),
    ("Flag", "leaf"),
    ("Format", "adapt"),
    ("Formatted", "adapt"),
    ("GrantType", "oauth2"),
    ("Guard", "endpoint"),
    ("Incremental", "incremental"),
    ("Item", "items"),
    ("JobEndpoint", "job"),
    ("JobFiles", "job"),
    ("JobPages", "job"),
    ("Json", "json"),
    ("JsonText", "untyped"),
    ("Jwt", "jwt"),
    ("JwtAlgorithm", "signer"),
    ("JwtBearer", "assertion"),
    ("JwtSigner", "signer"),
    ("KeyEdge", "keyset"),
    ("KeyOrder", "keyset"),
    ("Lenient", "lenient"),
    ("Limit", "limit"),
    ("LoginToken", "login"),
    ("MergeStrategy", "record"),
    ("OAuth2", "oauth2"),
    ("OnInvalid", "endpoint"),
    ("Options", "session"),
    ("Pages", "pages"),
    ("Parents", "parents"),
    ("Partitioned", "partitions"),
    ("Partitions", "partitions"),
    ("Record", "record"),
    ("Records", "records"),
    ("RefreshToken", "refresh_token"),
    ("Relation", "record"),
    ("RelationWriter", "row"),
    ("Request", "request"),
    ("Resumable", "incremental"),
    ("Retry", "retry"),
    ("Rfc3339", "first_of"),
    ("RowWriter", "row"),
    ("Scalar", "scalar"),
    ("Secret", "secret"),
    ("Session", "session"),
    ("SetCookies", "login"),
    ("Settings", "settings"),
    ("Source", "source"),
    ("StateKey", "state"),
    ("Time", "jiff::civil"),
    ("Timestamp", "jiff"),
    ("Token", "leaf"),
    ("TokenFile", "token_file"),
    ("TokenIn", "login"),
    ("TokenMemory", "refresh_token"),
    ("TokenStore", "refresh_token"),
    ("Turn", "endpoint"),
    ("Unit", "wait"),
    ("Uuid", "uuid"),
    ("Window", "incremental"),
    ("Windows", "windows"),
    ("Wire", "wire"),
    ("base64_text", ""),
    ("Xml", "xml"),
    ("XmlParts", "xml"),
    ("capture", "capture"),
    ("encoding", ""),
    ("graphql", ""),
    ("gzip", ""),
    ("lines", ""),
    ("links", "job"),
    ("md5_hex", ""),
    ("needed", "job"),
    ("numbers", ""),
    ("part", "job"),
    ("percent", ""),
    ("policies", ""),
    ("resolve", "job"),
    ("search", ""),
    ("segment", "path"),
    ("set", "body"),
    ("sha256_hex", ""),
    ("slice", ""),
    ("time", ""),
    ("unpacked", ""),
    ("wait", ""),
    ("word", ""),
    ("zip", ""),
];

static MODULES: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| RUNTIME.iter().copied().collect());

/// The runtime's names in expressions.
const EXPRESSIONS: [&str; 11] = [
    "Scalar",
    "Secret",
    "Timestamp",
    "base64_text",
    "md5_hex",
    "numbers",
    "percent",
    "search",
    "sha256_hex",
    "slice",
    "time",
];

/// What a file imports.
#[derive(Debug, Default)]
pub struct Uses {
    paths: BTreeMap<Cow<'static, str>, BTreeSet<Cow<'static, str>>>,
    runtime: BTreeSet<&'static str>,
}

impl Uses {
    /// Imports a name from a module.
    pub fn add(&mut self, module: impl Into<Cow<'static, str>>, name: &'static str) {
        self.insert(module.into(), name.into());
    }

    /// Imports a path of the crate itself.
    pub fn own(&mut self, path: &str) {
        if let Some((module, name)) = path.rsplit_once("::") {
            self.insert(module.to_owned().into(), name.to_owned().into());
        }
    }

    fn insert(&mut self, module: Cow<'static, str>, name: Cow<'static, str>) {
        self.paths.entry(module).or_default().insert(name);
    }

    /// Imports a name of the runtime.
    pub fn runtime(&mut self, name: &'static str) {
        self.runtime.insert(name);
    }

    /// Imports what expressions in these tokens use.
    pub fn expressions(&mut self, tokens: &TokenStream) {
        let mut trees = tokens.clone().into_iter().peekable();
        while let Some(tree) = trees.next() {
            match (tree, trees.peek()) {
                (TokenTree::Group(group), _) => self.expressions(&group.stream()),
                (TokenTree::Ident(name), Some(TokenTree::Punct(next))) => {
                    let name = name.to_string();
                    match next.as_char() {
                        ':' => {
                            if let Some(known) = EXPRESSIONS.iter().find(|known| **known == name) {
                                self.runtime(known);
                            }
                        }
                        '!' if name == "json" => self.add("serde_json", "json"),
                        _ => {}
                    }
                }
                _ => {}
            }
        }
    }

    /// The `use` lines: std, other crates, the crate itself.
    pub fn lines(&self) -> String {
        let mut paths: BTreeMap<Cow<'_, str>, BTreeSet<&str>> = BTreeMap::new();
        for (module, names) in &self.paths {
            let names = names.iter().map(AsRef::as_ref);
            paths.insert(module.as_ref().into(), names.collect());
        }
        for name in &self.runtime {
            let Some(module) = MODULES.get(name) else {
                continue;
            };
            let module = match *module {
                module if module.starts_with("jiff") => module.into(),
                "" => "crate::runtime".into(),
                module => format!("crate::runtime::{module}").into(),
            };
            paths.entry(module).or_default().insert(name);
        }
        let mut lines: Vec<(String, String)> = Vec::new();
        for (module, names) in &paths {
            let names: Vec<_> = names.iter().copied().collect();
            match names.as_slice() {
                [name] => lines.push((
                    format!("{module}::{name}"),
                    format!("use {module}::{name};\n"),
                )),
                // Lists come after single names, and `~` after all letters.
                names => lines.push((
                    format!("{module}::~"),
                    format!("use {module}::{{{}}};\n", names.join(", ")),
                )),
            }
        }
        let group = |path: &str| match path {
            path if path.starts_with("std::") => 0,
            path if path.starts_with("crate::") => 2,
            _ => 1,
        };
        lines.sort_by(|(a, _), (b, _)| (group(a), a).cmp(&(group(b), b)));
        lines.into_iter().map(|(_, line)| line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::RUNTIME;

    #[test]
    fn no_type_of_a_spec_takes_a_name_that_is_imported() {
        let types = RUNTIME
            .iter()
            .filter(|(name, _)| name.starts_with(char::is_uppercase));
        for (name, _) in types {
            assert!(
                !crate::model::is_type_name(name),
                "{name} has to be reserved"
            );
        }
    }
}
