//! Failures of GraphQL, which come with a status of success.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::send::{Action, Answer};

#[derive(Deserialize)]
struct Outcome {
    #[serde(default)]
    errors: Vec<IgnoredAny>,
}

/// A failure where the answer has `errors`, even beside data: that is not all of it then.
pub fn errors(answer: &Answer) -> Option<Action> {
    let outcome: Outcome = answer.json()?;
    let failed = !outcome.errors.is_empty() && (200..300).contains(&answer.status());
    failed.then_some(Action::Failed)
}
