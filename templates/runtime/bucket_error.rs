//! What an object store says, without what may be secret.

use std::env;
use std::error::Error;

/// Characters of an answer that are shown.
const SHOWN: usize = 500;

/// Why a request failed.
///
/// An answer can repeat the request with the signature and the token in it: of one in XML the code and the message are
/// shown. What stands in the environment as a secret is not shown wherever it comes from.
pub(super) fn reason(error: &object_store::Error) -> String {
    let mut text = match error {
        object_store::Error::Generic { source, .. } => brief(&source.to_string()),
        error => brief(&error.to_string()),
    };
    let mut cause: &dyn Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    let last = brief(&cause.to_string());
    if !text.contains(&last) {
        text = format!("{text}: {last}");
    }
    let secrets = env::vars_os().filter_map(|(name, value)| {
        let (name, value) = (name.into_string().ok()?, value.into_string().ok()?);
        (is_secret(&name) && value.len() > 5).then_some(value)
    });
    let text = secrets.fold(text, |text, secret| text.replace(&secret, "[redacted]"));
    text.chars().take(SHOWN).collect()
}

fn is_secret(name: &str) -> bool {
    let stores = ["AWS_", "AZURE_", "GOOGLE_"];
    let words = ["KEY", "SECRET", "TOKEN", "PASSWORD", "SAS"];
    stores.iter().any(|store| name.starts_with(store))
        && words.iter().any(|word| name.contains(word))
}

/// The text of an error without the request, and of an answer what it says.
fn brief(text: &str) -> String {
    let text = text.split_once(" - ").map_or(text, |(_, said)| said);
    let text = text.trim_start_matches("Server returned non-2xx status code: ");
    let Some((before, answer)) = text.split_once('<') else {
        return text.trim().to_owned();
    };
    let said = ["Code", "Message"].map(|tag| element(answer, tag));
    let said: Vec<_> = said.into_iter().flatten().collect();
    let before = before.trim_end_matches([' ', ':', '\u{feff}']);
    match &*said {
        [] => before.to_owned(),
        said => format!("{before}: {}", said.join(": ")),
    }
}

/// The text in the first element of a name.
fn element<'t>(answer: &'t str, tag: &str) -> Option<&'t str> {
    let (_, rest) = answer.split_once(&format!("<{tag}>"))?;
    let (text, _) = rest.split_once(&format!("</{tag}>"))?;
    // Azure goes on with the request.
    text.lines().next()
}
