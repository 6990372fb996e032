//! The file that refresh tokens are kept in: a field of `config` that connectors have whose refresh tokens may change.

use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::source::{Span, Spanned, Text};
use crate::spec::{Auth, ConfigField, ConfigType, Grant, Spec};

/// Name of the field.
pub const NAME: &str = "token_file";

const DESCRIPTION: &str = "File that keeps refresh tokens from one run to the next: the API may give a new one with each \
                           use. Without it they are forgotten when the program ends.";

/// The field, where it is needed and the spec does not declare it itself.
pub fn field(spec: &Spec, sink: &mut Sink) -> Option<(Text, ConfigField)> {
    let span = grant(spec)?;
    if let Some((_, declared)) = spec.config.iter().find(|(name, _)| name.value == NAME) {
        if declared.r#type.value != ConfigType::String {
            let message =
                "`token_file` keeps refresh tokens: it is the path of a file, and so a text";
            sink.push(
                Diagnostic::new(Code::InvalidAuth, declared.r#type.span, message)
                    .other(span, "the grant whose tokens it keeps")
                    .help("write `type: string`, or name it otherwise"),
            );
        }
        return None;
    }
    let text = |value: &str| Text {
        value: value.to_owned(),
        span,
        offsets: None,
        lead: 0,
    };
    let field = ConfigField {
        span,
        r#type: Spanned {
            value: ConfigType::String,
            span,
        },
        description: Some(text(DESCRIPTION)),
        default_value: None,
        optional: Some(Spanned { value: true, span }),
        pattern: None,
        env: None,
        values: None,
        items: None,
        fields: None,
        variants: None,
    };
    Some((text(NAME), field))
}

/// Whether there are refresh tokens to keep.
pub fn is_needed(spec: &Spec) -> bool {
    grant(spec).is_some()
}

/// The first grant with refresh tokens.
fn grant(spec: &Spec) -> Option<Span> {
    let own = spec
        .resources
        .iter()
        .filter_map(|resource| resource.endpoint.auth.as_ref());
    spec.client.auth.iter().chain(own).find_map(grant_of)
}

fn grant_of(auth: &Auth) -> Option<Span> {
    match auth {
        Auth::OAuth2(oauth2) => {
            let grant = oauth2.grant.as_ref();
            grant
                .filter(|grant| grant.value == Grant::RefreshToken)
                .map(|grant| grant.span)
        }
        Auth::OneOf(one_of) => one_of.options.iter().find_map(|(_, auth)| grant_of(auth)),
        _ => None,
    }
}
