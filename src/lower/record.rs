//! Collects the types of a record while `fields` or `schema` is read.

use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::model::{
    Enum, Field, Item, Name, Record, Scope, Struct, Type, Union, is_field_name, singular, type_name,
};
use crate::read::Node;
use crate::source::{Span, Text};

/// A type that was read, and whether it may be null.
#[derive(Debug, Clone)]
pub struct Typed {
    /// The type.
    pub ty: Type,
    /// Whether null is possible.
    pub nullable: bool,
    /// What it is, where the type itself says so.
    pub description: Option<String>,
    /// Accepts text for numbers and booleans, and numbers for text.
    pub lenient: bool,
    /// Rust name of the field that has it.
    pub rename: Option<Text>,
    /// A value for generated samples.
    pub example: Option<Node>,
}

impl Typed {
    /// A type that says nothing of itself.
    pub fn plain(ty: Type, nullable: bool) -> Self {
        Self {
            ty,
            nullable,
            description: None,
            lenient: false,
            rename: None,
            example: None,
        }
    }
}

/// The types of one record.
#[derive(Clone)]
pub struct RecordBuilder {
    /// The structs; the first is the record.
    pub structs: Vec<Struct>,
    enums: Vec<Enum>,
    unions: Vec<Union>,
    types: Scope,
    /// Fields that the API sends and the record has not by these names.
    pub gone: Vec<String>,
    /// Values of fields for generated samples.
    pub examples: Vec<super::samples::Example>,
}

/// The field of a struct before its name is claimed.
pub struct NewField<'f> {
    /// Its key in the spec.
    pub key: &'f Text,
    /// Its type.
    pub typed: Typed,
}

impl RecordBuilder {
    /// No types yet; `names` are the Rust names of the resource's client and record.
    pub fn new(names: &[&str]) -> Self {
        Self {
            structs: Vec::new(),
            enums: Vec::new(),
            unions: Vec::new(),
            types: Scope::reserving(names),
            gone: Vec::new(),
            examples: Vec::new(),
        }
    }

    /// Makes room for a struct, so that it comes before those inside it.
    pub fn open_struct(&mut self, type_name: String, description: Option<String>) -> usize {
        self.structs.push(Struct {
            type_name,
            description,
            fields: Vec::new(),
        });
        self.structs.len() - 1
    }

    /// Gives a struct its fields; names that become one in Rust are recorded.
    pub fn close_struct(&mut self, index: usize, fields: Vec<NewField<'_>>, sink: &mut Sink) {
        let mut scope = Scope::default();
        let mut lowered = Vec::with_capacity(fields.len());
        for NewField { key, typed } in fields {
            let name = match &typed.rename {
                None => Name::field(&key.value),
                Some(rename) if is_field_name(&rename.value) => {
                    Name::renamed(&key.value, &rename.value)
                }
                Some(rename) => {
                    let message = format!(
                        "`{}` cannot be the name of a field and a column",
                        rename.value.escape_debug()
                    );
                    let help = format!(
                        "write `{}`",
                        crate::model::column(&Name::field(&rename.value).rust)
                    );
                    sink.push(Diagnostic::new(Code::InvalidName, rename.span, message).help(help));
                    continue;
                }
            };
            let place = typed.rename.as_ref().unwrap_or(key).span;
            if let Err(collision) = scope.claim(&name, place) {
                let help = format!(
                    "give one of them another name: `rename: {}`",
                    collision.free
                );
                sink.push(
                    super::collided(&collision, &key.value, place, "Rust and in SQL").help(help),
                );
                continue;
            }
            if let Some(example) = typed.example {
                self.examples.push((index, key.value.clone(), example));
            }
            lowered.push(Field {
                name,
                description: typed.description,
                ty: typed.ty,
                nullable: typed.nullable,
                lenient: typed.lenient,
                key: false,
            });
        }
        if let Some(new) = self.structs.get_mut(index) {
            new.fields = lowered;
        }
    }

    /// An open enum of known words. Words that become one in Rust are numbered: the word itself stands in the docs.
    pub fn add_enum(
        &mut self,
        type_name: String,
        description: Option<String>,
        words: &[String],
    ) -> Type {
        let mut scope = Scope::default();
        let variants: Vec<Name> = words
            .iter()
            .map(|word| {
                let name = Name::variant(word);
                Name {
                    rust: scope.unique(name.rust),
                    wire: name.wire,
                }
            })
            .collect();
        let unknown = ["Unknown", "Other", "OtherValue"]
            .into_iter()
            .find(|name| !variants.iter().any(|variant| variant.rust == *name));
        let unknown = unknown.map_or_else(|| scope.unique("Unknown".to_owned()), str::to_owned);
        self.enums.push(Enum {
            type_name,
            description,
            module: None,
            variants,
            unknown,
        });
        Type::Enum(self.enums.len() - 1)
    }

    /// An enum that stands in the module of another resource.
    pub fn add_foreign(&mut self, foreign: Enum) -> Type {
        self.enums.push(foreign);
        Type::Enum(self.enums.len() - 1)
    }

    /// A free name for what the API sends for a record, where that is not the record itself.
    pub fn wire_name(&mut self, record: &str) -> String {
        self.types.unique(format!("{record}Wire"))
    }

    /// Any of several types, tried in order; one alone is itself.
    pub fn add_union(
        &mut self,
        type_name: String,
        description: Option<String>,
        mut types: Vec<Type>,
    ) -> Type {
        if types.len() == 1
            && let Some(only) = types.pop()
        {
            return only;
        }
        let mut scope = Scope::default();
        let variants = types
            .into_iter()
            .map(|ty| (scope.unique(variant_of(&ty).to_owned()), ty))
            .collect();
        self.unions.push(Union {
            type_name,
            description,
            variants,
        });
        Type::Union(self.unions.len() - 1)
    }

    /// A free type name for what stands at `key` of the type `outer`; of a list's item the singular.
    pub fn inner_name(&mut self, outer: &str, key: &str, item: bool) -> String {
        let word = if item { singular(key) } else { key.to_owned() };
        self.types
            .unique(format!("{outer}{}", type_name(&word, "")))
    }

    /// The record; `None` without any struct.
    pub fn finish(
        self,
        primary_key: Vec<Vec<String>>,
        merge_key: Vec<Vec<String>>,
        keep_unknown: bool,
    ) -> Record {
        let keep_unknown = keep_unknown.then(|| {
            let columns: Vec<&str> = self
                .structs
                .first()
                .map(|record| {
                    record
                        .fields
                        .iter()
                        .map(|field| field.name.column())
                        .collect()
                })
                .unwrap_or_default();
            Scope::reserving(&columns).unique("unknown_fields".to_owned())
        });
        Record {
            structs: self.structs,
            enums: self.enums,
            unions: self.unions,
            primary_key,
            merge_key,
            keep_unknown,
        }
    }
}

/// The variant of a union that holds a type.
fn variant_of(ty: &Type) -> &'static str {
    match ty {
        Type::String => "Text",
        Type::Integer => "Integer",
        Type::Number => "Number",
        Type::Boolean => "Boolean",
        Type::Decimal => "Decimal",
        Type::Timestamp(_) => "Timestamp",
        Type::Date(_) => "Date",
        Type::Time(_) => "Time",
        Type::Uuid => "Uuid",
        Type::Binary => "Binary",
        Type::Json => "Json",
        Type::Map(_) => "Map",
        Type::List(_) => "List",
        Type::Struct(_) => "Object",
        Type::Enum(_) => "Word",
        Type::Union(_) => "Any",
    }
}

/// A list of a type.
pub fn list(typed: Typed) -> Type {
    Type::List(Box::new(Item {
        ty: typed.ty,
        nullable: typed.nullable,
    }))
}

/// A map to a type.
pub fn map(typed: Typed) -> Type {
    Type::Map(Box::new(Item {
        ty: typed.ty,
        nullable: typed.nullable,
    }))
}

/// Records a strftime format that no value can be read with.
pub fn check_strftime(format: &str, kind: &str, span: Span, sink: &mut Sink) -> bool {
    let fault = if format.trim().is_empty() {
        Some("it is empty".to_owned())
    } else if !format.contains('%') {
        Some("it has no `%`".to_owned())
    } else {
        super::samples::round_trip(format, kind).err()
    };
    if let Some(fault) = &fault {
        let diagnostic = Diagnostic::new(
            Code::InvalidType,
            span,
            format!("a {kind} cannot be read by this format: {fault}"),
        );
        let help = match kind {
            "timestamp" => {
                "write `rfc3339`, `epoch`, `epoch_ms`, or strftime, as `%Y-%m-%d %H:%M:%S`"
            }
            "date" => "write strftime, as `%d.%m.%Y`; without a format it is `2024-01-31`",
            _ => "write strftime, as `%H:%M`; without a format it is `12:30:00`",
        };
        sink.push(diagnostic.help(help));
    }
    fault.is_none()
}
