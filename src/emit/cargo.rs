//! `Cargo.toml` of generated crates.

use super::runtime::{self, DEPENDENCIES, Dependency, Parts};
use super::{Layout, package, shared, templates};
use crate::model::Connector;
use crate::output::Files;
use serde::Serialize;

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

/// The features of crates that hold the runtime: name, reason, what they turn on.
const FEATURES: [(&str, &str, &[&str]); 4] = [
    (
        "cli",
        "the crate's own command line",
        &["tokio/macros", "tokio/rt"],
    ),
    (
        "ring",
        "TLS by rustls with the ring provider and the platform's certificates",
        &[
            "dep:rustls",
            "dep:rustls-platform-verifier",
            "reqwest/rustls-no-provider",
        ],
    ),
    (
        "aws-lc",
        "TLS by rustls with the aws-lc provider",
        &["reqwest/rustls"],
    ),
    (
        "native-tls",
        "TLS by the operating system",
        &["reqwest/native-tls"],
    ),
];

/// Of a connector.
pub fn connector(connector: &Connector, sources: &Files, parts: &Parts, layout: Layout) -> String {
    let own = sources
        .iter()
        .filter(|(path, _)| path.starts_with("src/") && *path != "src/main.rs");
    let mut library: Vec<&str> = own.map(|(_, text)| text.as_str()).collect();
    let mut cli = Vec::new();
    let (features, dependencies) = if layout == Layout::Vendored {
        library.extend(parts.library.values());
        cli.extend(parts.cli.values());
        (
            features(&library, &cli),
            with_base(dependencies(&library, &cli), &library, &cli),
        )
    } else {
        let runtime = DependencyView {
            name: shared::RUNTIME.to_owned(),
            reason: "requests, retries, paging, decoding".to_owned(),
            value: format!(
                "{{ path = \"../{}\", default-features = false }}",
                shared::RUNTIME
            ),
        };
        let mut dependencies = dependencies(&library, &cli);
        dependencies.push(runtime);
        dependencies.sort_by(|a, b| a.name.cmp(&b.name));
        let features = FEATURES.map(|(name, reason, _)| FeatureView {
            name,
            reason,
            enables: vec![format!("{}/{name}", shared::RUNTIME)],
        });
        (Vec::from(features), dependencies)
    };
    let view = CargoView {
        package: connector.package.clone(),
        version: connector.version.clone(),
        description: package::description(connector),
        program: true,
        default: vec!["cli".to_owned(), "ring".to_owned()],
        features,
        dependencies,
    };
    templates::render("Cargo.toml", view)
}

/// Of the runtime that all connectors of a workspace share.
pub fn runtime(parts: &Parts) -> String {
    let library: Vec<&str> = parts.library.values().copied().collect();
    let cli: Vec<&str> = parts.cli.values().copied().collect();
    let view = CargoView {
        package: shared::RUNTIME.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        description: "What all connectors of this workspace need.".to_owned(),
        program: false,
        default: Vec::new(),
        features: features(&library, &cli),
        dependencies: with_base(dependencies(&library, &cli), &library, &cli),
    };
    templates::render("Cargo.toml", view)
}

fn features(library: &[&str], cli: &[&str]) -> Vec<FeatureView> {
    let optional = DEPENDENCIES
        .iter()
        .filter(|dependency| is_cli_only(dependency, library, cli));
    let optional: Vec<String> = optional
        .map(|dependency| format!("dep:{}", dependency.name))
        .collect();
    let features = FEATURES.map(|(name, reason, enables)| {
        let more = if name == "cli" {
            optional.as_slice()
        } else {
            &[]
        };
        let enables = more
            .iter()
            .cloned()
            .chain(enables.iter().map(|&feature| feature.to_owned()))
            .collect();
        FeatureView {
            name,
            reason,
            enables,
        }
    });
    Vec::from(features)
}

/// The same with the crates that the runtime always has.
fn with_base(
    mut views: Vec<DependencyView>,
    library: &[&str],
    cli: &[&str],
) -> Vec<DependencyView> {
    let locks = runtime::is_seen(library.iter().chain(cli).copied(), "tokio::sync");
    views.push(DependencyView {
        name: "tokio".to_owned(),
        reason: if locks { "waits, locks" } else { "waits" }.to_owned(),
        value: format!(
            "{{ version = \"1\", features = [{}\"time\"] }}",
            if locks { "\"sync\", " } else { "" }
        ),
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

fn is_cli_only(dependency: &Dependency, library: &[&str], cli: &[&str]) -> bool {
    runtime::is_seen(cli.iter().copied(), dependency.seen)
        && !runtime::is_seen(library.iter().copied(), dependency.seen)
}

/// The crates that these texts use: those of the library, and those of the command line alone.
fn dependencies(library: &[&str], cli: &[&str]) -> Vec<DependencyView> {
    let seen = |path: &str| runtime::is_seen(library.iter().chain(cli).copied(), path);
    let mut views: Vec<DependencyView> = DEPENDENCIES
        .iter()
        .filter(|dependency| seen(dependency.seen))
        .map(|dependency| DependencyView {
            name: dependency.name.to_owned(),
            reason: dependency.reason.to_owned(),
            value: requirement(dependency, is_cli_only(dependency, library, cli)),
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
