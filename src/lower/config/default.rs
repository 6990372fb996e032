//! `default`: values of config fields, already of their types.

use super::Lowering;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{ConfigDefault, ConfigType};
use crate::read::{Node, NodeKind, ScalarType, float_value, integer_value};

impl Lowering<'_> {
    pub(super) fn default(&mut self, node: &Node, ty: &ConfigType) -> Option<ConfigDefault> {
        let default = self.default_of(node, ty);
        if let Err((message, help)) = &default {
            self.error(
                Code::InvalidDefault,
                node.span,
                message.clone(),
                help.clone(),
            );
        }
        default.ok().flatten()
    }

    /// `Ok(None)` after faults that were recorded.
    pub(super) fn default_of(
        &mut self,
        node: &Node,
        ty: &ConfigType,
    ) -> Result<Option<ConfigDefault>, (String, String)> {
        let found = node.describe();
        let wrong = |wanted: &str, help: &str| {
            (
                format!("the default has to be {wanted}, not {found}"),
                help.to_owned(),
            )
        };
        let scalar = match &node.kind {
            NodeKind::Scalar { text, .. } if !node.is_null() => {
                Some((text.value.as_str(), node.scalar_type()))
            }
            _ => None,
        };
        if let Some((text, _)) = scalar
            && text.contains("{{")
        {
            return Err((
                "expressions are not expanded in a default".to_owned(),
                "write the value itself".to_owned(),
            ));
        }
        let default = match (ty, scalar) {
            _ if node.is_null() => {
                return Err((
                    "a default cannot be nothing".to_owned(),
                    "write `optional: true` for a field that may be absent".to_owned(),
                ));
            }
            (ConfigType::Secret, Some((text, Some(ScalarType::String)))) => {
                let diagnostic = Diagnostic::new(
                    Code::Insecure,
                    node.span,
                    "this secret would stand in the generated code",
                );
                self.sink.push(
                    diagnostic.help("remove the default; `optional: true` if it need not be given"),
                );
                ConfigDefault::Text(text.to_owned())
            }
            (ConfigType::String, Some((text, Some(ScalarType::String)))) => {
                ConfigDefault::Text(text.to_owned())
            }
            (ConfigType::String | ConfigType::Secret, Some((text, _))) => {
                return Err(wrong("a text", &format!("write `\"{text}\"`")));
            }
            (ConfigType::Integer, Some((text, Some(ScalarType::Integer)))) => {
                match integer_value(text).and_then(|value| i64::try_from(value).ok()) {
                    Some(value) => ConfigDefault::Integer(value),
                    None => {
                        return Err((
                            format!("`{text}` does not fit in 64 bits"),
                            "write a smaller number".to_owned(),
                        ));
                    }
                }
            }
            (ConfigType::Number, Some((text, Some(ScalarType::Integer | ScalarType::Float)))) => {
                match float_value(text).filter(|value| value.is_finite()) {
                    Some(value) => ConfigDefault::Number(value),
                    None => return Err(wrong("a finite number", "write for instance `0.5`")),
                }
            }
            (ConfigType::Boolean, Some((_, Some(ScalarType::Bool(value))))) => {
                ConfigDefault::Boolean(value)
            }
            (ConfigType::Timestamp, Some((text, _))) => match text.parse::<jiff::Timestamp>() {
                Ok(timestamp) => ConfigDefault::Text(timestamp.to_string()),
                Err(_) => {
                    return Err(wrong(
                        "a timestamp with an offset",
                        "write for instance `\"2024-01-01T00:00:00Z\"`",
                    ));
                }
            },
            (ConfigType::Date, Some((text, _))) => match text.parse::<jiff::civil::Date>() {
                Ok(_) if text.len() == 10 => ConfigDefault::Text(text.to_owned()),
                _ => return Err(wrong("a date", "write for instance `\"2024-01-31\"`")),
            },
            (ConfigType::Enum { values, .. }, Some((text, _))) => {
                match values.iter().find(|value| value.wire == text) {
                    Some(value) => ConfigDefault::Variant(value.rust.clone()),
                    None => {
                        let near = crate::diagnostic::nearest(
                            text,
                            values.iter().map(|value| value.wire.as_str()),
                        );
                        let help = match near {
                            Some(near) => format!("write `{near}`"),
                            None => format!(
                                "write one of {}",
                                values
                                    .iter()
                                    .map(|value| format!("`{}`", value.wire))
                                    .collect::<Vec<_>>()
                                    .join(", ")
                            ),
                        };
                        return Err((
                            format!("the default `{text}` is not one of the values"),
                            help,
                        ));
                    }
                }
            }
            (ConfigType::List(items), None) => match node.items() {
                Some(nodes) => {
                    let defaults: Vec<Option<ConfigDefault>> =
                        nodes.iter().map(|node| self.default(node, items)).collect();
                    return Ok(defaults
                        .into_iter()
                        .collect::<Option<Vec<_>>>()
                        .map(ConfigDefault::List));
                }
                None => return Err(wrong("a list", "write for instance `[a, b]`")),
            },
            (ConfigType::Object { .. } | ConfigType::OneOf { .. }, _) => {
                return Err((
                    "a group of fields has no default of its own".to_owned(),
                    "give its fields defaults".to_owned(),
                ));
            }
            (ConfigType::String | ConfigType::Secret, None) => {
                return Err(wrong("a text", "write it in quotes"));
            }
            (ConfigType::Integer, _) => {
                return Err(wrong("a whole number", "write for instance `100`"));
            }
            (ConfigType::Number, _) => return Err(wrong("a number", "write for instance `0.5`")),
            (ConfigType::Boolean, _) => {
                return Err(wrong(
                    "`true` or `false`",
                    "write one of the two, without quotes",
                ));
            }
            (ConfigType::Timestamp, None) => {
                return Err(wrong(
                    "a timestamp",
                    "write for instance `\"2024-01-01T00:00:00Z\"`",
                ));
            }
            (ConfigType::Date, None) => {
                return Err(wrong("a date", "write for instance `\"2024-01-31\"`"));
            }
            (ConfigType::Enum { .. }, None) => {
                return Err(wrong("one of the values", "write one of them"));
            }
            (ConfigType::List(_), Some((text, _))) => {
                return Err(wrong("a list", &format!("write `[{text}]`")));
            }
        };
        Ok(Some(default))
    }
}
