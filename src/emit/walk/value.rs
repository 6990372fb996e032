//! Values of expressions, as the generated connector computes them.

use crate::model::{
    Accessor, Comparison, Expr, ExprKind, ExprType, LeafKind, Operator, Part, Record, RecordPath,
    RecordRoot, Template, TimeFormat, Type,
};
use serde_json::Value as Json;
use std::collections::BTreeMap;

use super::settings::Settings;
use super::window::Window;

/// Stands for what cannot be known before the connector runs; the stub takes anything in its place.
pub const ANY: &str = "*";

/// What an expression gives.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Absent.
    Nothing,
    /// A text, or something that is written as one.
    Text(String),
    /// A scalar of a response, as text: its type is that of what it is compared with.
    Wire(String),
    /// A whole number.
    Integer(i64),
    /// A number.
    Number(f64),
    /// A boolean.
    Boolean(bool),
    /// Several.
    List(Vec<Value>),
}

impl Value {
    /// As it stands in a text.
    pub fn text(&self) -> String {
        match self {
            Value::Nothing => String::new(),
            Value::Text(text) | Value::Wire(text) => text.clone(),
            Value::Integer(number) => number.to_string(),
            Value::Number(number) => number.to_string(),
            Value::Boolean(value) => value.to_string(),
            Value::List(items) => {
                let items: Vec<_> = items.iter().map(Self::text).collect();
                items.join(",")
            }
        }
    }

    /// As it stands in a parameter: once, several times, or not at all.
    pub fn texts(&self) -> Vec<String> {
        match self {
            Value::Nothing => Vec::new(),
            Value::List(items) => items.iter().map(Self::text).collect(),
            value => vec![value.text()],
        }
    }

    /// As it stands in a JSON body.
    pub fn json(&self) -> Json {
        match self {
            Value::Nothing => Json::Null,
            Value::Text(text) | Value::Wire(text) => Json::from(text.as_str()),
            Value::Integer(number) => Json::from(*number),
            Value::Number(number) => Json::from(*number),
            Value::Boolean(value) => Json::from(*value),
            Value::List(items) => items.iter().map(Self::json).collect(),
        }
    }

    /// Whether it counts as true.
    pub fn is_truthy(&self) -> bool {
        match self {
            Value::Nothing => false,
            Value::Text(text) => !text.is_empty(),
            Value::Wire(text) => {
                !matches!(text.as_str(), "" | "false") && text.parse() != Ok(0.0_f64)
            }
            Value::Integer(number) => *number != 0,
            Value::Number(number) => *number != 0.0,
            Value::Boolean(value) => *value,
            Value::List(items) => !items.is_empty(),
        }
    }

    fn integer(&self) -> Option<i64> {
        match self {
            Value::Integer(number) => Some(*number),
            Value::Wire(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// A value of the wire, read as the other's type.
    fn like(self, other: &Self) -> Self {
        let Value::Wire(text) = &self else {
            return self;
        };
        let read = match other {
            Value::Integer(_) => text.parse().ok().map(Value::Integer),
            Value::Number(_) => text.parse().ok().map(Value::Number),
            Value::Boolean(_) => text.parse().ok().map(Value::Boolean),
            _ => Some(Value::Text(text.clone())),
        };
        read.unwrap_or(Value::Nothing)
    }
}

/// A response that expressions speak of.
pub struct Seen<'a> {
    /// The values of its body that are read.
    pub accessors: &'a [Accessor],
    /// Its status.
    pub status: u16,
    /// Its headers.
    pub headers: &'a [(String, String)],
    /// Its body.
    pub body: &'a Json,
    /// Its last record and the types of that.
    pub last: Option<(&'a Json, &'a Record)>,
    /// Its records.
    pub size: u64,
    /// Its number.
    pub number: u64,
}

/// Where expressions stand.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    /// The configuration.
    pub settings: &'a Settings<'a>,
    /// The response, where there is one.
    pub seen: Option<&'a Seen<'a>>,
    /// The record as it is sent and its types, where there is one.
    pub record: Option<(&'a Json, &'a Record)>,
    /// The window that is read, where there is one.
    pub window: Option<&'a Window>,
    /// The partition that is read: values by the Rust names of its fields.
    pub partition: Option<&'a BTreeMap<String, Value>>,
    /// The parent that is looked at, and the types of that.
    pub parent: Option<(&'a Json, &'a Record)>,
}

impl<'a> Scope<'a> {
    /// Before there is a response.
    pub fn new(settings: &'a Settings<'a>) -> Self {
        Self {
            settings,
            seen: None,
            record: None,
            window: None,
            partition: None,
            parent: None,
        }
    }

    /// The value of an expression; none where it cannot be known before the connector runs.
    pub fn value(&self, expr: &Expr) -> Option<Value> {
        Some(match &expr.kind {
            ExprKind::String(text) => Value::Text(text.clone()),
            ExprKind::Integer(number) => Value::Integer(*number),
            ExprKind::Number(number) => Value::Number(*number),
            ExprKind::Boolean(value) => Value::Boolean(*value),
            ExprKind::Null => Value::Nothing,
            ExprKind::Config(path) => self.settings.value(path),
            ExprKind::Body(path) => self.seen?.body(&path.accessor),
            // What an API says of a job is not known.
            ExprKind::Created(..) | ExprKind::CreatedHeader(_) => return None,
            ExprKind::Header(name) => self.seen?.header(name),
            ExprKind::Status => Value::Integer(self.seen?.status.into()),
            ExprKind::Field {
                root: RecordRoot::Last,
                path,
            } => self.seen?.last_record(path),
            ExprKind::Field {
                root: RecordRoot::Current,
                path,
            } => match (field(self.record?, path), &path.ty) {
                // Decimals are compared as numbers.
                (Value::Text(text), Type::Decimal) => Value::Number(text.parse().ok()?),
                (value, _) => value,
            },
            ExprKind::Field {
                root: RecordRoot::Partition,
                path,
            } => {
                let name = &path.steps.first()?.rust;
                self.partition?.get(name)?.clone()
            }
            ExprKind::Field {
                root: RecordRoot::Parent,
                path,
            } => field(self.parent?, path),
            ExprKind::Cursor(edge, format) => self.window?.sent(*edge, format)?,
            ExprKind::PageSize => Value::Integer(self.seen?.size.try_into().ok()?),
            ExprKind::PageNumber => Value::Integer(self.seen?.number.try_into().ok()?),
            ExprKind::Truthy(inner) => Value::Boolean(self.holds(inner)?),
            ExprKind::Not(inner) => Value::Boolean(!self.holds(inner)?),
            ExprKind::And(left, right) => Value::Boolean(self.holds(left)? && self.holds(right)?),
            ExprKind::Or(left, right) => Value::Boolean(self.holds(left)? || self.holds(right)?),
            ExprKind::Compare(comparison, left, right) => {
                Value::Boolean(compare(*comparison, self.value(left)?, self.value(right)?))
            }
            ExprKind::Arithmetic(operator, left, right) => {
                arithmetic(*operator, &self.value(left)?, &self.value(right)?, expr.ty)
            }
            ExprKind::If(condition, then, otherwise) => {
                if self.holds(condition)? {
                    self.value(then)?
                } else {
                    self.value(otherwise)?
                }
            }
            ExprKind::Join(parts) => self.join(parts)?,
            ExprKind::Read(inner) => {
                let wanted = match expr.ty {
                    ExprType::Integer => Value::Integer(0),
                    ExprType::Number => Value::Number(0.0),
                    ExprType::Boolean => Value::Boolean(false),
                    _ => Value::Text(String::new()),
                };
                self.value(inner)?.like(&wanted)
            }
            ExprKind::Call(function, arguments) => {
                let values: Option<Vec<Value>> = arguments
                    .iter()
                    .map(|argument| self.value(argument))
                    .collect();
                super::function::call(*function, &values?)?
            }
            ExprKind::IsPresent(inner) => Value::Boolean(self.value(inner)? != Value::Nothing),
        })
    }

    /// Whether a condition is true.
    pub fn holds(&self, expr: &Expr) -> Option<bool> {
        self.value(expr).map(|value| value.is_truthy())
    }

    fn join(&self, parts: &[Part]) -> Option<Value> {
        let mut text = String::new();
        for part in parts {
            match part {
                Part::Text(part) => text.push_str(part),
                Part::Value(expr) => match self.value(expr)? {
                    Value::Nothing => return Some(Value::Nothing),
                    value => text.push_str(&value.text()),
                },
            }
        }
        Some(Value::Text(text))
    }

    /// The value of a template; [`ANY`] where it cannot be known. It is absent where one of its expressions is.
    pub fn template(&self, template: &Template) -> Value {
        match template {
            Template::Text(text) => Value::Text(text.clone()),
            Template::Value(expr) => self.value(expr).unwrap_or(Value::Text(ANY.to_owned())),
            Template::Parts(parts) => {
                let mut text = String::new();
                for part in parts {
                    match part {
                        Part::Text(part) => text.push_str(part),
                        Part::Value(expr) => match self.value(expr) {
                            None => text.push_str(ANY),
                            Some(Value::Nothing) => return Value::Nothing,
                            Some(value) => text.push_str(&value.text()),
                        },
                    }
                }
                Value::Text(text)
            }
        }
    }

    /// The value of a template; none where it cannot be known.
    pub fn known(&self, template: &Template) -> Option<Value> {
        match template {
            Template::Text(text) => Some(Value::Text(text.clone())),
            Template::Value(expr) => self.value(expr),
            Template::Parts(parts) => self.join(parts),
        }
    }
}

fn arithmetic(operator: Operator, left: &Value, right: &Value, ty: ExprType) -> Value {
    if ty == ExprType::Number {
        let float = |value: &Value| value.text().parse::<f64>().ok();
        let result = float(left).zip(float(right)).map(|(a, b)| match operator {
            Operator::Add => a + b,
            Operator::Subtract => a - b,
            Operator::Multiply => a * b,
            Operator::Divide => a / b,
            Operator::FloorDivide => a.div_euclid(b),
            Operator::Remainder => a.rem_euclid(b),
        });
        return result.map_or(Value::Nothing, Value::Number);
    }
    let numbers = left.integer().zip(right.integer());
    let result = numbers.and_then(|(a, b)| match operator {
        Operator::Add => a.checked_add(b),
        Operator::Subtract => a.checked_sub(b),
        Operator::Multiply => a.checked_mul(b),
        Operator::Divide | Operator::FloorDivide => a.checked_div_euclid(b),
        Operator::Remainder => a.checked_rem_euclid(b),
    });
    result.map_or(Value::Nothing, Value::Integer)
}

fn compare(comparison: Comparison, left: Value, right: Value) -> bool {
    let (a, b) = (left.clone().like(&right), right.like(&left));
    let order = match (&a, &b) {
        (Value::Nothing, Value::Nothing) => {
            return comparison == Comparison::Equal;
        }
        (Value::Nothing, _) | (_, Value::Nothing) => {
            return comparison == Comparison::NotEqual;
        }
        (Value::Integer(a), Value::Integer(b)) => Some(a.cmp(b)),
        (Value::Number(a), Value::Number(b)) => a.partial_cmp(b),
        (Value::Number(a), Value::Integer(b)) => a.partial_cmp(&(*b as f64)),
        (Value::Integer(a), Value::Number(b)) => (*a as f64).partial_cmp(b),
        (Value::Boolean(a), Value::Boolean(b)) => Some(a.cmp(b)),
        (a, b) => Some(a.text().cmp(&b.text())),
    };
    match comparison {
        Comparison::Equal => order.is_some_and(std::cmp::Ordering::is_eq),
        Comparison::NotEqual => order.is_none_or(std::cmp::Ordering::is_ne),
        Comparison::Less => order.is_some_and(std::cmp::Ordering::is_lt),
        Comparison::LessOrEqual => order.is_some_and(std::cmp::Ordering::is_le),
        Comparison::Greater => order.is_some_and(std::cmp::Ordering::is_gt),
        Comparison::GreaterOrEqual => order.is_some_and(std::cmp::Ordering::is_ge),
    }
}

impl Seen<'_> {
    /// A value of the body.
    pub fn body(&self, accessor: &str) -> Value {
        let Some(accessor) = self.accessors.iter().find(|known| known.rust == accessor) else {
            return Value::Nothing;
        };
        let found = super::page::at(self.body, &accessor.path);
        let scalar = found.and_then(|found| match found {
            Json::Null | Json::Array(_) | Json::Object(_) => None,
            Json::String(text) => Some(text.clone()),
            scalar => Some(scalar.to_string()),
        });
        let Some(text) = scalar else {
            return Value::Nothing;
        };
        let read = match accessor.kind {
            LeafKind::Token => (!text.is_empty()).then_some(Value::Text(text)),
            LeafKind::Scalar => Some(Value::Wire(text)),
            LeafKind::Count => text.parse().ok().map(Value::Integer),
            LeafKind::Flag => text.to_lowercase().parse().ok().map(Value::Boolean),
        };
        read.unwrap_or(Value::Nothing)
    }

    fn header(&self, name: &str) -> Value {
        let mut headers = self.headers.iter();
        let found = headers.find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map_or(Value::Nothing, |(_, value)| Value::Text(value.clone()))
    }

    /// A field of the last record, as it is sent.
    pub fn key(&self, path: &RecordPath) -> Value {
        self.last.map_or(Value::Nothing, |last| sent(last, path))
    }

    fn last_record(&self, path: &RecordPath) -> Value {
        self.last.map_or(Value::Nothing, |last| field(last, path))
    }
}

/// A field of a record, as it is sent: an epoch is a number.
pub fn sent(record: (&Json, &Record), path: &RecordPath) -> Value {
    let value = field(record, path);
    match &path.ty {
        Type::Timestamp(format)
            if matches!(format.first(), TimeFormat::Epoch | TimeFormat::EpochMillis) =>
        {
            value.text().parse().map_or(value, Value::Integer)
        }
        _ => value,
    }
}

fn field((record, types): (&Json, &Record), path: &RecordPath) -> Value {
    let keys = wire_path(types, path);
    let found = keys.iter().try_fold(record, |json, key| json.get(key));
    found.map_or(Value::Nothing, |found| scalar(found, &path.ty))
}

fn scalar(json: &Json, ty: &Type) -> Value {
    let text = match json {
        Json::Null => return Value::Nothing,
        Json::Array(items) => {
            let Type::List(item) = ty else {
                return Value::Nothing;
            };
            return Value::List(items.iter().map(|json| scalar(json, &item.ty)).collect());
        }
        Json::String(text) => text.clone(),
        other => other.to_string(),
    };
    let read = match ty {
        Type::Integer => text.parse().ok().map(Value::Integer),
        Type::Number => text.parse().ok().map(Value::Number),
        Type::Boolean => text.parse().ok().map(Value::Boolean),
        Type::Timestamp(TimeFormat::Rfc3339) => {
            let instant = text.parse::<jiff::Timestamp>().ok();
            instant.map(|instant| Value::Text(instant.to_string()))
        }
        Type::Uuid => Some(Value::Text(text.to_lowercase())),
        _ => None,
    };
    read.unwrap_or(Value::Text(text))
}

/// Keys on the wire from a record to one of its fields.
pub fn wire_path(types: &Record, path: &RecordPath) -> Vec<String> {
    let mut definition = types.structs.first();
    let mut keys = Vec::new();
    for step in &path.steps {
        let fields = definition.map_or(&[][..], |definition| &definition.fields);
        let Some(field) = fields.iter().find(|field| field.name.rust == step.rust) else {
            break;
        };
        keys.push(field.name.wire.clone());
        definition = match field.ty {
            Type::Struct(index) => types.structs.get(index),
            _ => None,
        };
    }
    keys
}
