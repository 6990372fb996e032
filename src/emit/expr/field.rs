//! Fields of records.

use super::{Scope, Shape, Value};
use crate::emit::record::ident;
use crate::emit::text::literal;
use crate::model::{FieldStep, RecordPath, RecordRoot, TimeFormat, Type};
use proc_macro2::{Ident, TokenStream};
use quote::quote;
use std::borrow::Cow;

/// How far a way into a record has come.
enum Way {
    /// A place that is there.
    Place(TokenStream),
    /// A place of an `Option`, and a name for what is in it.
    Optional(TokenStream, Ident),
    /// An `Option` of a reference, and a name for what is in it.
    Reference(TokenStream, Ident),
}

impl Way {
    fn of(root: RecordRoot) -> Self {
        match root {
            RecordRoot::Last => Self::Reference(quote!(turn.last()?), ident("last")),
            RecordRoot::Current => Self::Place(quote!(record)),
            RecordRoot::Parent => Self::Place(quote!(parent)),
            RecordRoot::Partition => Self::Place(quote!(partition)),
        }
    }

    fn step(self, step: &FieldStep) -> Self {
        let name = ident(&step.rust);
        match (self, step.nullable) {
            (Self::Place(place), true) => Self::Optional(quote!(#place.#name), name),
            (Self::Place(place), false) => Self::Place(quote!(#place.#name)),
            (way, true) => {
                let (reference, inner) = way.reference();
                let found = quote!(#reference.and_then(|#inner| #inner.#name.as_ref()));
                Self::Reference(found, name)
            }
            (way, false) => {
                let (reference, inner) = way.reference();
                Self::Reference(quote!(#reference.map(|#inner| &#inner.#name)), name)
            }
        }
    }

    /// An `Option` of a reference, and a name for what is in it.
    fn reference(self) -> (TokenStream, Ident) {
        match self {
            Self::Place(place) => (quote!(Some(&#place)), ident("value")),
            Self::Optional(place, name) => (quote!(#place.as_ref()), name),
            Self::Reference(reference, name) => (reference, name),
        }
    }

    /// What `there` makes of the last field.
    fn end(self, step: &FieldStep, there: impl Fn(&TokenStream) -> TokenStream) -> Value {
        let name = ident(&step.rust);
        match (self, step.nullable) {
            (Self::Place(place), false) => Value::new(there(&quote!(#place.#name)), Shape::Text),
            (Self::Place(place), true) => {
                let value = there(&quote!(#name));
                let tokens = quote!(#place.#name.as_ref().map(|#name| #value));
                Value::optional(tokens, Shape::Text)
            }
            (way, false) => {
                let (reference, inner) = way.reference();
                let value = there(&quote!(#inner.#name));
                Value::optional(quote!(#reference.map(|#inner| #value)), Shape::Text)
            }
            (way, true) => {
                let (reference, inner) = way.reference();
                let value = there(&quote!(#inner.#name.as_ref()?));
                let tokens = quote!(#reference.and_then(|#inner| Some(#value)));
                Value::optional(tokens, Shape::Text)
            }
        }
    }
}

fn way(root: RecordRoot, steps: &[FieldStep]) -> Way {
    steps.iter().fold(Way::of(root), Way::step)
}

/// A field in its Rust type: a place where it is always there, else an `Option` of a copy or of a reference.
///
/// `word` is the type of an enum.
pub(super) fn value(root: RecordRoot, path: &RecordPath, word: Option<&TokenStream>) -> Value {
    let Some((last, before)) = path.steps.split_last() else {
        return Value::optional(quote!(None::<&str>), Shape::Str);
    };
    let (way, name) = (way(root, before), ident(&last.rust));
    let shape = match &path.ty {
        Type::String | Type::Enum(_) => Shape::Str,
        Type::Integer => Shape::Integer,
        Type::Number => Shape::Number,
        Type::Boolean => Shape::Boolean,
        Type::List(_) => Shape::List(true),
        _ => Shape::Display,
    };
    let copied = is_copied(&path.ty);
    match (&path.ty, way, last.nullable) {
        (Type::Enum(_), Way::Place(place), true) if word.is_some() => {
            Value::optional(quote!(#place.#name.as_ref().map(#word::as_str)), shape)
        }
        (Type::Enum(_), way, _) => Value {
            shape,
            ..way.end(last, |word| quote!(#word.as_str()))
        },
        (_, Way::Place(place), false) => Value::new(quote!(#place.#name), shape),
        (_, Way::Place(place), true) if copied => Value::optional(quote!(#place.#name), shape),
        (Type::String, Way::Place(place), true) => {
            Value::optional(quote!(#place.#name.as_deref()), shape)
        }
        (_, Way::Place(place), true) => Value::optional(quote!(#place.#name.as_ref()), shape),
        (ty, way, nullable) => {
            let (reference, inner) = way.reference();
            let (method, field) = match (ty, nullable) {
                (_, true) if copied => ("and_then", quote!(#inner.#name)),
                (_, false) if copied => ("map", quote!(#inner.#name)),
                (Type::String, true) => ("and_then", quote!(#inner.#name.as_deref())),
                (Type::String, false) => ("map", quote!(#inner.#name.as_str())),
                (_, true) => ("and_then", quote!(#inner.#name.as_ref())),
                (_, false) => ("map", quote!(&#inner.#name)),
            };
            let method = ident(method);
            Value::optional(quote!(#reference.#method(|#inner| #field)), shape)
        }
    }
}

/// Whether a value is copied rather than referred to.
pub fn is_copied(ty: &Type) -> bool {
    matches!(
        ty,
        Type::Integer
            | Type::Number
            | Type::Boolean
            | Type::Timestamp(_)
            | Type::Date(_)
            | Type::Time(_)
            | Type::Uuid
    )
}

/// A field in its Rust type as a value of its own: an `Option` where it is not always there.
pub fn cloned(root: RecordRoot, path: &RecordPath) -> (TokenStream, bool) {
    let Some((last, before)) = path.steps.split_last() else {
        return (quote!(None), true);
    };
    let name = ident(&last.rust);
    let own = |place: TokenStream| {
        if is_copied(&path.ty) {
            place
        } else {
            quote!(#place.clone())
        }
    };
    match way(root, before) {
        Way::Place(place) => (own(quote!(#place.#name)), last.nullable),
        way => {
            let (reference, inner) = way.reference();
            let method = ident(if last.nullable { "and_then" } else { "map" });
            let own = own(quote!(#inner.#name));
            (quote!(#reference.#method(|#inner| #own)), true)
        }
    }
}

/// A field as the text that the API wrote, where `Display` of its type does not give that.
pub(super) fn text(root: RecordRoot, path: &RecordPath) -> Option<Value> {
    let (last, before) = path.steps.split_last()?;
    Some(way(root, before).end(last, written(&path.ty)?))
}

/// A field as a text of its own, as the API wrote it.
pub fn owned(root: RecordRoot, path: &RecordPath) -> Value {
    let Some((last, before)) = path.steps.split_last() else {
        return Value::optional(quote!(None::<String>), Shape::Text);
    };
    if let (Way::Place(place), true, None) = (way(root, before), last.nullable, written(&path.ty)) {
        let name = ident(&last.rust);
        let tokens = match &path.ty {
            Type::String => Some(quote!(#place.#name.clone())),
            Type::Enum(_) => None,
            ty if is_copied(ty) => Some(quote!(#place.#name.map(|#name| #name.to_string()))),
            _ => Some(quote!(#place.#name.as_ref().map(ToString::to_string))),
        };
        if let Some(tokens) = tokens {
            return Value::optional(tokens, Shape::Text);
        }
    }
    let written = written(&path.ty).unwrap_or_else(|| match &path.ty {
        Type::String => Box::new(|text| quote!(#text.clone())),
        Type::Enum(_) => Box::new(|word| quote!(#word.as_str().to_owned())),
        _ => Box::new(|value| quote!(#value.to_string())),
    });
    way(root, before).end(last, written)
}

type Written<'t> = Box<dyn Fn(&TokenStream) -> TokenStream + 't>;

/// How the API writes a value, where `Display` does not.
fn written(ty: &Type) -> Option<Written<'_>> {
    let format = match ty {
        Type::Timestamp(format) => match format.first() {
            TimeFormat::Epoch => {
                return Some(Box::new(|time| quote!(#time.as_second().to_string())));
            }
            TimeFormat::EpochMillis => {
                return Some(Box::new(|time| quote!(#time.as_millisecond().to_string())));
            }
            TimeFormat::Strftime(format) => format,
            TimeFormat::Rfc3339 | TimeFormat::AnyOf(_) => return None,
        },
        Type::Date(Some(format)) | Type::Time(Some(format)) => format,
        _ => return None,
    };
    Some(Box::new(move |time| {
        let format = literal(format);
        quote!(#time.strftime(#format).to_string())
    }))
}

impl Scope<'_> {
    /// The Rust type of an enum of a record, with its module where that is another.
    pub(super) fn word_type(&self, root: RecordRoot, ty: &Type) -> Option<TokenStream> {
        let Type::Enum(index) = ty else {
            return None;
        };
        let parent = || {
            let parent = self.partitions?.parent.as_ref()?;
            self.connector.resources.get(parent.resource)
        };
        let (known, own) = match root {
            RecordRoot::Last | RecordRoot::Current => {
                (self.resource?.sent().enums.get(*index)?, None)
            }
            RecordRoot::Parent | RecordRoot::Partition => {
                let parent = parent()?;
                let module = Some(&parent.name.rust);
                (parent.record.enums.get(*index)?, module)
            }
        };
        let name = ident(&known.type_name);
        Some(match known.module.as_ref().or(own) {
            Some(module) => {
                let module = ident(module);
                quote!(super::#module::#name)
            }
            None => quote!(#name),
        })
    }

    /// A field in its Rust type as a value of its own, and whether that is an `Option`.
    pub fn owned_field(&self, root: RecordRoot, path: &RecordPath) -> (TokenStream, bool) {
        cloned(root, &self.now(root, path))
    }

    /// The way to a field as it is now that all of the spec is known: a field of a partition is needed by all requests if
    /// it is by one.
    pub(super) fn now<'p>(&self, root: RecordRoot, path: &'p RecordPath) -> Cow<'p, RecordPath> {
        let (RecordRoot::Partition, [step], Some(divided)) =
            (root, path.steps.as_slice(), self.partitions)
        else {
            return Cow::Borrowed(path);
        };
        let field = divided.fields.iter().find(|field| field.rust == step.rust);
        let nullable = field.is_some_and(|field| field.nullable);
        let mut path = path.clone();
        path.steps = vec![FieldStep {
            nullable,
            ..step.clone()
        }];
        Cow::Owned(path)
    }
}
