//! The templates of the generated files. They hold shape and prose; every name, literal and doc line in them was made
//! by a view.

use minijinja::{AutoEscape, Environment, UndefinedBehavior, syntax::SyntaxConfig};
use serde::Serialize;
use std::sync::LazyLock;

/// Each template by the path of the file that it makes.
const TEMPLATES: &[(&str, &str)] = &[
    ("Cargo.toml", include_str!("../../templates/Cargo.toml.j2")),
    ("README.md", include_str!("../../templates/README.md.j2")),
    ("src/lib.rs", include_str!("../../templates/src/lib.rs.j2")),
    (
        "src/tables.rs",
        include_str!("../../templates/src/tables.rs.j2"),
    ),
    (
        "src/config.rs",
        include_str!("../../templates/src/config.rs.j2"),
    ),
    (
        "src/client.rs",
        include_str!("../../templates/src/client.rs.j2"),
    ),
    (
        "src/main.rs",
        include_str!("../../templates/src/main.rs.j2"),
    ),
    (
        "src/resources/mod.rs",
        include_str!("../../templates/src/resources/mod.rs.j2"),
    ),
    (
        "src/resources/resource.rs",
        include_str!("../../templates/src/resources/resource.rs.j2"),
    ),
    (
        "src/resources/extent.rs",
        include_str!("../../templates/src/resources/extent.rs.j2"),
    ),
    (
        "src/resources/pages.rs",
        include_str!("../../templates/src/resources/pages.rs.j2"),
    ),
    (
        "src/resources/incremental.rs",
        include_str!("../../templates/src/resources/incremental.rs.j2"),
    ),
    (
        "tests/samples.rs",
        include_str!("../../templates/tests/samples.rs.j2"),
    ),
    (
        "tests/walk.rs",
        include_str!("../../templates/tests/walk.rs.j2"),
    ),
];

static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    if let Ok(syntax) = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true)
        .build()
    {
        environment.set_syntax(syntax);
    }
    environment.add_filter("toml", |text: &str| super::text::toml(text));
    for (name, source) in TEMPLATES {
        // One that does not parse is missing, which `render` tells.
        let _ = environment.add_template(name, source);
    }
    environment
});

/// Fills a template with its view. A template that does not fit its view is a bug of this crate: the file then says so
/// in a way that does not compile.
pub fn render(template: &str, view: impl Serialize) -> String {
    ENVIRONMENT
        .get_template(template)
        .and_then(|found| found.render(minijinja::value::Serde(view)))
        .unwrap_or_else(|error| {
            format!(
                "compile_error!({});\n",
                super::text::quoted(&format!("{error:#}"))
            )
        })
}

#[cfg(test)]
mod tests {
    #[test]
    #[allow(clippy::unwrap_used, reason = "tests")]
    fn every_template_parses() {
        let mut environment = minijinja::Environment::new();
        for (name, source) in super::TEMPLATES {
            environment.add_template(name, source).unwrap();
        }
    }
}
