//! `--runtime shared`: one workspace with all connectors and one runtime crate, from the same files.

use super::runtime::{self, Parts};
use super::{cargo, header, runtime_files, text};
use crate::model::Connector;
use crate::output::{Files, MANIFEST, Manifest};
use std::collections::BTreeMap;

/// Name of the runtime's package, and of its directory.
pub const RUNTIME: &str = "connector-runtime";

/// The runtime crate, and the files of the workspace itself under the empty name.
pub fn workspace(connectors: &[Connector]) -> BTreeMap<String, Files> {
    let parts = Parts::all();
    let specs: Vec<&str> = connectors
        .iter()
        .map(|connector| connector.spec_file.as_str())
        .collect();
    let header = header(&specs.join(", "));
    let mut library = runtime_files(&parts, "src", &header);
    library.remove("src/mod.rs");
    library.insert(
        "src/lib.rs".to_owned(),
        format!("{header}{}", runtime::module_file(&parts)),
    );
    library.insert("Cargo.toml".to_owned(), cargo::runtime(&parts));
    let mut members: Vec<&str> = connectors
        .iter()
        .map(|connector| connector.package.as_str())
        .collect();
    members.push(RUNTIME);
    members.sort_unstable();
    let members: String = members
        .iter()
        .map(|member| format!("    {},\n", text::toml(member)))
        .collect();
    let root = Files::from([
        (".gitattributes".to_owned(), "* text eol=lf\n".to_owned()),
        (".gitignore".to_owned(), "/target\n".to_owned()),
        (
            "Cargo.toml".to_owned(),
            format!("[workspace]\nmembers = [\n{members}]\nresolver = \"3\"\n"),
        ),
    ]);
    let specs: BTreeMap<String, String> = connectors
        .iter()
        .map(|connector| (connector.spec_file.clone(), connector.spec_digest.clone()))
        .collect();
    let with_manifest = |mut files: Files| {
        let manifest = Manifest::new(specs.clone(), &files).to_text();
        files.insert(MANIFEST.to_owned(), manifest);
        files
    };
    BTreeMap::from([
        (String::new(), with_manifest(root)),
        (RUNTIME.to_owned(), with_manifest(library)),
    ])
}
