//! Walks as text: what is asked and what is answered, one after the other.

use std::fmt::Write;

use super::answer::Answer;
use super::request::Asked;

/// A conversation, and how it ends.
pub struct Conversation {
    /// How it ends: `5 records`.
    pub end: String,
    /// A remark, a request, an answer.
    pub steps: Vec<Step>,
}

/// A request and its answer.
pub struct Step {
    /// What it shows.
    pub remark: String,
    /// The request.
    pub asked: Asked,
    /// The answer.
    pub answer: Answer,
}

/// The text of the conversations about a resource.
pub fn text(conversations: &[Conversation]) -> String {
    let mut text = String::new();
    for (number, conversation) in conversations.iter().enumerate() {
        let apart = if number == 0 { "" } else { "\n" };
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "{apart}## {}", conversation.end);
        for step in &conversation.steps {
            step.write(&mut text);
        }
    }
    text
}

impl Step {
    fn write(&self, text: &mut String) {
        let Asked {
            method,
            url,
            headers,
            body,
        } = &self.asked;
        let _ = writeln!(text, "\n### {}\n{method} {url}", self.remark);
        let body = body.as_ref().map(super::request::Sent::parts);
        let of_body = body.as_ref().map(|(kind, _)| ("Content-Type", *kind));
        // What a spec declares comes last, and wins.
        let declared = |name: &str| {
            headers
                .iter()
                .any(|(known, _)| known.eq_ignore_ascii_case(name))
        };
        for (name, value) in of_body
            .filter(|(name, _)| !declared(name))
            .into_iter()
            .chain(
                headers
                    .iter()
                    .map(|(name, value)| (name.as_str(), value.as_str())),
            )
        {
            let _ = writeln!(text, "{name}: {value}");
        }
        if let Some((_, body)) = body {
            let _ = writeln!(text, "\n{body}");
        }
        let _ = writeln!(text, "\nHTTP {}", self.answer.status);
        for (name, value) in &self.answer.headers {
            let _ = writeln!(text, "{name}: {value}");
        }
        if !self.answer.body.is_empty() {
            let _ = writeln!(text, "\n{}", self.answer.body);
        }
    }
}
