//! Lists and objects as types of columns, for places that have such types.
//!
//! What has no fixed shape is JSON there, too: maps, `json`, any of several types, objects without fields, and objects
//! inside of which there are others of their own type.

use super::table::ColumnType;
use crate::model::{Field, Record, Struct, Type};

/// Single values in one column at most, and levels that lead to them: with more it is JSON.
const MOST_VALUES: usize = 1_000;
const MOST_LEVELS: usize = 50;

/// The type of a column.
pub enum Native<'m> {
    /// One value, or JSON.
    One(ColumnType),
    /// A list of any length.
    List(Box<Native<'m>>),
    /// An object, with the types of its fields.
    Struct(&'m Struct, Vec<Native<'m>>),
}

impl<'m> Native<'m> {
    /// That of a field of a record.
    pub fn of(record: &'m Record, ty: &Type) -> Self {
        let mut walk = Walk {
            record,
            values: MOST_VALUES,
        };
        let native = walk.native(ty, MOST_LEVELS);
        native.unwrap_or(Self::One(ColumnType::of(ty)))
    }

    /// Adds the objects in it that are not among these.
    pub fn objects<'n>(&'n self, found: &mut Vec<(&'m Struct, &'n [Native<'m>])>) {
        match self {
            Self::One(_) => {}
            Self::List(element) => element.objects(found),
            Self::Struct(object, fields) => {
                let mut others = found.iter();
                if others.any(|(other, _)| other.type_name == object.type_name) {
                    return;
                }
                found.push((object, fields));
                for field in fields {
                    field.objects(found);
                }
            }
        }
    }
}

struct Walk<'m> {
    record: &'m Record,
    /// Values that there may still be.
    values: usize,
}

impl<'m> Walk<'m> {
    /// The type of a value; none where there is too much in it.
    fn native(&mut self, ty: &Type, levels: usize) -> Option<Native<'m>> {
        let levels = levels.checked_sub(1)?;
        match ty {
            Type::List(item) => {
                let element = self.native(&item.ty, levels)?;
                Some(Native::List(Box::new(element)))
            }
            Type::Struct(index) if self.has_shape(*index) => {
                let object = self.record.structs.get(*index)?;
                let fields = object.fields.iter();
                let fields = fields.map(|field| self.native(&field.ty, levels));
                Some(Native::Struct(object, fields.collect::<Option<_>>()?))
            }
            _ => {
                self.values = self.values.checked_sub(1)?;
                Some(Native::One(ColumnType::of(ty)))
            }
        }
    }

    fn fields(&self, index: usize) -> &'m [Field] {
        let object = self.record.structs.get(index);
        object.map_or(&[], |object| &object.fields)
    }

    /// Whether an object has fields, and none that leads back to it.
    fn has_shape(&self, index: usize) -> bool {
        let mut open = vec![index];
        let mut seen = vec![false; self.record.structs.len()];
        while let Some(next) = open.pop() {
            for field in self.fields(next) {
                let mut ty = &field.ty;
                while let Type::List(item) = ty {
                    ty = &item.ty;
                }
                let Type::Struct(inner) = ty else { continue };
                if *inner == index {
                    return false;
                }
                if let Some(seen) = seen.get_mut(*inner)
                    && !std::mem::replace(seen, true)
                {
                    open.push(*inner);
                }
            }
        }
        !self.fields(index).is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::Native;
    use crate::model::{Field, Item, Name, Record, Struct, Type};

    fn list(ty: Type) -> Type {
        Type::List(Box::new(Item {
            ty,
            nullable: false,
        }))
    }

    fn object(name: &str, fields: Vec<Type>) -> Struct {
        let fields = fields.into_iter().enumerate().map(|(at, ty)| Field {
            name: Name::field(&format!("f{at}")),
            description: None,
            ty,
            nullable: true,
            lenient: false,
            key: false,
        });
        Struct {
            type_name: name.to_owned(),
            description: None,
            fields: fields.collect(),
        }
    }

    fn record(structs: Vec<Struct>) -> Record {
        Record {
            structs,
            enums: Vec::new(),
            unions: Vec::new(),
            primary_key: Vec::new(),
            merge_key: Vec::new(),
            keep_unknown: None,
        }
    }

    fn shown(native: &Native<'_>) -> String {
        match native {
            Native::One(kind) => format!("{kind:?}"),
            Native::List(element) => shown(element) + "[]",
            Native::Struct(object, fields) => {
                let fields: Vec<_> = fields.iter().map(shown).collect();
                format!("{}({})", object.type_name, fields.join(" "))
            }
        }
    }

    #[test]
    fn what_has_no_fixed_shape_is_json() {
        let map = Type::Map(Box::new(Item {
            ty: Type::Struct(1),
            nullable: false,
        }));
        let record = record(vec![
            object("Root", vec![]),
            object("Part", vec![Type::Decimal, list(list(Type::Uuid)), map]),
            object("Tree", vec![Type::String, list(list(Type::Struct(2)))]),
            object("Even", vec![Type::Struct(4)]),
            object("Odd", vec![Type::Struct(3)]),
            object(
                "Around",
                vec![Type::Struct(2), Type::Struct(1), Type::Struct(4)],
            ),
        ]);
        let cases = [
            (Type::Struct(0), "Json"),
            (Type::Struct(1), "Part(Decimal Uuid[][] Json)"),
            (list(Type::Struct(2)), "Json[]"),
            (Type::Struct(3), "Json"),
            (
                Type::Struct(5),
                "Around(Json Part(Decimal Uuid[][] Json) Json)",
            ),
            (list(Type::Union(0)), "Json[]"),
            (Type::Integer, "Integer"),
        ];
        for (ty, expected) in cases {
            assert_eq!(shown(&Native::of(&record, &ty)), expected);
        }
    }

    #[test]
    fn what_is_too_large_or_too_deep_is_json() {
        // Each holds the one before ten times.
        let tens = |at: usize| match at {
            0 => object("Ten0", vec![Type::Integer; 10]),
            at => object(&format!("Ten{at}"), vec![Type::Struct(at - 1); 10]),
        };
        let record = record((0..20).map(tens).collect());
        assert!(matches!(
            Native::of(&record, &Type::Struct(2)),
            Native::Struct(..)
        ));
        assert_eq!(shown(&Native::of(&record, &Type::Struct(3))), "Json");
        assert_eq!(shown(&Native::of(&record, &Type::Struct(19))), "Json");
        let deep = |levels: usize| (0..levels).fold(Type::Integer, |inner, _| list(inner));
        assert_eq!(
            shown(&Native::of(&record, &deep(49))),
            format!("Integer{}", "[]".repeat(49))
        );
        assert_eq!(shown(&Native::of(&record, &deep(50))), "Json");
    }
}
