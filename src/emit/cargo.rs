//! `Cargo.toml` of generated crates.

use super::dependency::{DEPENDENCIES, Dependency, roots};
use super::runtime::{self, Parts};
use super::{Layout, package, shared, templates};
use crate::model::Connector;
use crate::output::Files;
use crate::parallel;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What `Cargo.toml` prints.
#[derive(Serialize)]
struct CargoView {
    /// Name of the package.
    package: String,
    /// Its version.
    version: String,
    /// What it is, on one line.
    description: String,
    /// It has a command line of its own.
    program: bool,
    /// It has modules of others, which may have tests in them.
    extended: bool,
    /// Features that are on by default.
    default: Vec<String>,
    /// The features.
    features: Vec<FeatureView>,
    /// The crates, in alphabetical order.
    dependencies: Vec<DependencyView>,
}

/// One feature and the reason above it.
#[derive(Serialize)]
struct FeatureView {
    /// Its name.
    name: &'static str,
    /// What it is for.
    reason: &'static str,
    /// What it turns on.
    enables: Vec<String>,
}

/// One line of `[dependencies]` and the reason above it.
#[derive(Serialize)]
struct DependencyView {
    /// Its name.
    name: String,
    /// What it is for.
    reason: String,
    /// Its requirement as TOML.
    value: String,
}

/// The features of crates that hold the runtime: name, reason, what they turn on beside their own crates.
const FEATURES: [(&str, &str, &[&str]); 9] = [
    (
        "cli",
        "the crate's own command line",
        &["tokio/macros", "tokio/rt", "tokio/signal"],
    ),
    (
        "cloud",
        "loads files into S3, Google Cloud Storage and Azure; with one of the features for TLS below",
        &["cli"],
    ),
    (
        "duckdb",
        "loads into files of DuckDB, with the library that DUCKDB_LIB_DIR has, or with `duckdb/bundled`",
        &["cli"],
    ),
    ("parquet", "loads into files of Parquet", &["cli"]),
    (
        "postgres",
        "loads into PostgreSQL",
        &["cli", "dep:rustls", "dep:rustls-platform-verifier"],
    ),
    ("sqlite", "loads into files of SQLite", &["cli"]),
    (
        "ring",
        "TLS by rustls with the ring provider and the platform's certificates",
        &[
            "dep:rustls",
            "dep:rustls-platform-verifier",
            "reqwest/rustls-no-provider",
            "object_store?/ring",
        ],
    ),
    (
        "aws-lc",
        "TLS by rustls with the aws-lc provider",
        &["reqwest/rustls", "object_store?/aws-lc-rs"],
    ),
    (
        "native-tls",
        "TLS by the operating system",
        &["reqwest/native-tls", "object_store?/ring"],
    ),
];

/// Those that are on by default.
const DEFAULT: [&str; 3] = ["cli", "ring", "sqlite"];

/// The paths of the texts whose crates are asked for: first segments, each with its `::`.
struct Paths<'t> {
    library: BTreeSet<&'t str>,
    cli: BTreeSet<&'t str>,
    /// Those of the command line that need a feature of their own, by that.
    gated: BTreeMap<&'static str, BTreeSet<&'t str>>,
}

impl<'t> Paths<'t> {
    fn of(parts: &Parts, own: impl Iterator<Item = &'t str>) -> Self {
        let library = parts.library.values().copied().chain(own);
        let library: Vec<_> = library.collect();
        let library = parallel::map(&library, |text| roots(text).collect::<BTreeSet<_>>());
        let mut paths = Self {
            library: library.into_iter().flatten().collect(),
            cli: BTreeSet::new(),
            gated: BTreeMap::new(),
        };
        for (name, text) in &parts.cli {
            let features = runtime::gates(name);
            if features.is_empty() {
                paths.cli.extend(roots(text));
            }
            for feature in features {
                let place = paths.gated.entry(feature).or_default();
                place.extend(roots(text));
            }
        }
        paths
    }

    /// Whether a crate is used at all.
    fn use_it(&self, dependency: &Dependency) -> bool {
        let gated = self.gated.values();
        [&self.library, &self.cli]
            .into_iter()
            .chain(gated)
            .any(|paths| paths.contains(dependency.seen))
    }

    /// The features that turn a crate on; none where it is always there.
    fn features(&self, dependency: &Dependency) -> Option<BTreeSet<&'static str>> {
        if self.library.contains(dependency.seen) {
            return None;
        }
        if self.cli.contains(dependency.seen) {
            return Some(BTreeSet::from(["cli"]));
        }
        let gated = self.gated.iter();
        let gated = gated.filter(|(_, paths)| paths.contains(dependency.seen));
        Some(gated.map(|(feature, _)| *feature).collect())
    }
}

/// Of a connector.
pub fn connector(connector: &Connector, sources: &Files, parts: &Parts, layout: Layout) -> String {
    let own = sources.iter().filter(|(path, _)| is_library(path));
    let own = own.map(|(_, text)| text.as_str());
    let (features, dependencies) = if layout == Layout::Vendored {
        let paths = Paths::of(parts, own);
        (
            features(&paths),
            with_base(dependencies(&paths), &tokio(parts)),
        )
    } else {
        let paths = Paths::of(&Parts::default(), own);
        let runtime = DependencyView {
            name: shared::RUNTIME.to_owned(),
            reason: "requests, retries, paging, decoding".to_owned(),
            value: format!(
                "{{ path = \"../{}\", default-features = false }}",
                shared::RUNTIME
            ),
        };
        let mut dependencies = dependencies(&paths);
        dependencies.push(runtime);
        dependencies.sort_by(|a, b| a.name.cmp(&b.name));
        let features = FEATURES.map(|(name, reason, _)| {
            let mut enables = vec![format!("{}/{name}", shared::RUNTIME)];
            if runtime::GATED.iter().any(|(_, feature)| *feature == name) {
                enables.insert(0, "cli".to_owned());
            }
            FeatureView {
                name,
                reason,
                enables,
            }
        });
        (Vec::from(features), dependencies)
    };
    let view = CargoView {
        package: connector.package.clone(),
        version: connector.version.clone(),
        description: package::description(connector),
        program: true,
        extended: !connector.modules.is_empty(),
        default: DEFAULT.map(str::to_owned).into(),
        features,
        dependencies,
    };
    templates::render("Cargo.toml", view)
}

/// Of the runtime that all connectors of a workspace share.
pub fn runtime(parts: &Parts) -> String {
    let paths = Paths::of(parts, std::iter::empty());
    let view = CargoView {
        package: shared::RUNTIME.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        description: "What all connectors of this workspace need.".to_owned(),
        program: false,
        extended: false,
        default: Vec::new(),
        features: features(&paths),
        dependencies: with_base(dependencies(&paths), &tokio(parts)),
    };
    templates::render("Cargo.toml", view)
}

fn features(paths: &Paths<'_>) -> Vec<FeatureView> {
    let features = FEATURES.map(|(name, reason, enables)| {
        let own = DEPENDENCIES.iter().filter(|dependency| {
            let features = paths.features(dependency);
            features.is_some_and(|features| features.contains(name))
        });
        let own = own.map(|dependency| format!("dep:{}", dependency.name));
        let mut enables: Vec<String> = own
            .chain(enables.iter().map(|&name| name.to_owned()))
            .collect();
        if enables.iter().any(|name| name == "cli") {
            // What it builds on comes first.
            enables.retain(|name| name != "cli");
            enables.insert(0, "cli".to_owned());
        }
        FeatureView {
            name,
            reason,
            enables,
        }
    });
    Vec::from(features)
}

/// The features of `tokio` that the runtime needs, each with its reason; feature `cli` adds its own.
fn tokio(parts: &Parts) -> Vec<(&'static str, &'static str)> {
    let mut needed = vec![("time", "waits")];
    let (library, cli) = (parts.library.values(), parts.cli.values());
    if library
        .clone()
        .chain(cli)
        .any(|text| text.contains("tokio::sync"))
    {
        needed.push(("sync", "locks"));
    }
    if library.clone().any(|text| text.contains("tokio::spawn")) {
        needed.push(("rt", "tasks"));
    }
    needed
}

/// The same with the crates that the runtime always has.
fn with_base(
    mut views: Vec<DependencyView>,
    tokio: &[(&'static str, &'static str)],
) -> Vec<DependencyView> {
    let (mut features, reasons): (Vec<_>, Vec<_>) = tokio.iter().copied().unzip();
    features.sort_unstable();
    views.push(DependencyView {
        name: "tokio".to_owned(),
        reason: reasons.join(", "),
        value: format!("{{ version = \"1\", features = {features:?} }}"),
    });
    let fixed = [
        (
            "rustls",
            "TLS; the major version is reqwest's",
            "{ version = \"0.23\", default-features = false, features = [\"ring\", \"std\", \"tls12\"], optional = true }",
        ),
        (
            "rustls-platform-verifier",
            "the platform's certificates",
            "{ version = \"0.7\", optional = true }",
        ),
        (
            "tracing",
            "logs",
            "{ version = \"0.1\", default-features = false, features = [\"std\"] }",
        ),
    ];
    views.extend(fixed.map(|(name, reason, value)| DependencyView {
        name: name.to_owned(),
        reason: reason.to_owned(),
        value: value.to_owned(),
    }));
    views.sort_by(|a, b| a.name.cmp(&b.name));
    views
}

/// The crates that these paths lead into.
fn dependencies(paths: &Paths<'_>) -> Vec<DependencyView> {
    let mut views: Vec<DependencyView> = DEPENDENCIES
        .iter()
        .filter(|dependency| paths.use_it(dependency))
        .map(|dependency| DependencyView {
            name: dependency.name.to_owned(),
            reason: dependency.reason.to_owned(),
            value: requirement(dependency, paths.features(dependency).is_some()),
        })
        .collect();
    views.sort_by(|a, b| a.name.cmp(&b.name));
    views
}

fn requirement(dependency: &Dependency, optional: bool) -> String {
    let mut parts = vec![format!("version = \"{}\"", dependency.version)];
    if dependency.bare {
        parts.push("default-features = false".to_owned());
    }
    if !dependency.features.is_empty() {
        let features: Vec<_> = dependency
            .features
            .iter()
            .map(|feature| format!("\"{feature}\""))
            .collect();
        parts.push(format!("features = [{}]", features.join(", ")));
    }
    if optional {
        parts.push("optional = true".to_owned());
    }
    if parts.len() == 1 {
        format!("\"{}\"", dependency.version)
    } else {
        format!("{{ {} }}", parts.join(", "))
    }
}

/// Whether a file belongs to the library, as opposed to the program beside it.
pub fn is_library(path: &str) -> bool {
    path.starts_with("src/") && !["src/main.rs", "src/tables.rs"].contains(&path)
}
