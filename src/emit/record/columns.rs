//! `impl Record`: the columns of a record and how it writes them.

use super::super::native::Native;
use super::super::table::{self, Column, ColumnType, Origin};
use super::super::uses::Uses;
use super::super::{format, text};
use super::Types;
use super::relations::Relations;
use crate::model::{Disposition, MergeStrategy, Struct, Type};

impl Types<'_> {
    /// The columns of a record and how it writes them.
    pub(super) fn record_impl(&self, root: &Struct, uses: &mut Uses) -> String {
        uses.runtime("Record");
        uses.runtime("Column");
        uses.runtime("ColumnType");
        uses.runtime("Disposition");
        uses.runtime("RowWriter");
        let name = &root.type_name;
        let resource = text::quoted(&self.resource.name.wire);
        let columns = table::columns(self.record);
        let rows = columns.iter();
        let rows: Vec<_> = rows
            .map(|(column, origin)| self.row(column, origin))
            .collect();
        let columns: Vec<_> = columns.into_iter().map(|(column, _)| column).collect();
        let of_relations = table::relations_of(self.resource);
        let of_relations = of_relations.iter();
        let of_relations: Vec<_> = of_relations
            .flat_map(|relation| table::columns_of(self.record, relation))
            .collect();
        let objects = objects(columns.iter().chain(&of_relations));
        let columns: Vec<_> = columns.iter().map(constant).collect();
        let columns = columns.join(", ");
        let mut constants = String::new();
        if self.record.keep_unknown.is_some() {
            constants += "    const KEEPS_UNKNOWN: bool = true;\n";
        }
        for (name, key) in [
            ("PRIMARY_KEY", &self.record.primary_key),
            ("MERGE_KEY", &self.record.merge_key),
        ] {
            if !key.is_empty() {
                let key = keys(&table::key_columns(self.record, key));
                constants += &format!("    const {name}: &'static [&'static str] = &[{key}];\n");
            }
        }
        let disposition = self.disposition(uses);
        let (relations, write_relation, columns_of) = match self.relations(uses) {
            Some(Relations {
                constants,
                write,
                columns,
            }) => (
                format::members(constants),
                format::members(write),
                format::items(columns),
            ),
            None => Default::default(),
        };
        let row = if rows.is_empty() { "_row" } else { "row" };
        let body = match rows.as_slice() {
            [] => "Ok(())".to_owned(),
            rows => rows.join("?;\n        "),
        };
        format!(
            "impl Record for {name} {{
    const RESOURCE: &'static str = {resource};
    const COLUMNS: &'static [Column] = &[{columns}];
{constants}    const DISPOSITION: Disposition = {disposition};
{relations}    fn write<W: RowWriter>(&self, {row}: &mut W) -> Result<(), W::Error> {{
        {body}
    }}
{write_relation}}}
{columns_of}{objects}"
        )
    }

    fn disposition(&self, uses: &mut Uses) -> String {
        match &self.resource.disposition {
            Disposition::Append => "Disposition::Append".to_owned(),
            Disposition::Replace => "Disposition::Replace".to_owned(),
            Disposition::Merge { strategy, .. } => {
                uses.runtime("MergeStrategy");
                let strategy = match strategy {
                    MergeStrategy::Upsert => "MergeStrategy::Upsert",
                    MergeStrategy::DeleteInsert => "MergeStrategy::DeleteInsert",
                    MergeStrategy::InsertOnly => "MergeStrategy::InsertOnly",
                    MergeStrategy::Scd2 => "MergeStrategy::Scd2",
                };
                match table::hard_delete(self.record, &self.resource.disposition) {
                    Some((column, _)) => {
                        let field = text::quoted(column);
                        format!(
                            "Disposition::Merge {{ strategy: {strategy}, hard_delete: Some({field}) }}"
                        )
                    }
                    None => format!("Disposition::merge({strategy})"),
                }
            }
        }
    }

    /// One column of `write`.
    pub(super) fn row(&self, column: &Column<'_>, origin: &Origin<'_>) -> String {
        let way = match origin {
            Origin::Field(way) => way,
            Origin::Unknown(rest) => return format!("row.json(Some(&self.{rest}))"),
        };
        let mut place = "self".to_owned();
        for field in way {
            place.push('.');
            place.push_str(&field.name.rust);
        }
        let Some(field) = way.last() else {
            return "row.json(Some(&self))".to_owned();
        };
        let nullable = field.nullable;
        match &field.ty {
            Type::String if nullable => format!("row.text({place}.as_deref())"),
            Type::String => format!("row.text(Some(&{place}))"),
            Type::Binary if nullable => format!("row.binary({place}.as_deref())"),
            Type::Binary => format!("row.binary(Some(&{place}))"),
            Type::Enum(index) if nullable => {
                let ty = self.enum_name(*index);
                format!("row.text({place}.as_ref().map({ty}::as_str))")
            }
            Type::Enum(_) => format!("row.text(Some({place}.as_str()))"),
            Type::Decimal if nullable => {
                format!("row.decimal({place}.as_ref().map(Decimal::as_str))")
            }
            Type::Decimal => format!("row.decimal(Some({place}.as_str()))"),
            Type::Uuid if nullable => format!("row.uuid({place}.map(Uuid::as_bytes))"),
            Type::Uuid => format!("row.uuid(Some({place}.as_bytes()))"),
            _ => {
                let method = column.kind.method();
                match (column.kind == ColumnType::Json, nullable) {
                    (false, true) => format!("row.{method}({place})"),
                    (false, false) => format!("row.{method}(Some({place}))"),
                    (true, true) => format!("row.{method}({place}.as_ref())"),
                    (true, false) => format!("row.{method}(Some(&{place}))"),
                }
            }
        }
    }
}

/// Names of columns, as literals.
pub(super) fn keys(names: &[String]) -> String {
    let names: Vec<_> = names.iter().map(|name| text::quoted(name)).collect();
    names.join(", ")
}

/// A column as the runtime has it.
pub(super) fn constant(column: &Column<'_>) -> String {
    declared(&column.name, &column.wire, &column.native, column.nullable)
}

fn declared(name: &str, key: &str, native: &Native<'_>, nullable: bool) -> String {
    let is_renamed = name != key;
    let (name, key, kind) = (text::quoted(name), text::quoted(key), kind(native));
    match (is_renamed, nullable) {
        (false, true) => format!("Column::nullable({name}, {kind})"),
        (false, false) => format!("Column::required({name}, {kind})"),
        (true, _) => format!("Column::renamed({key}, {name}, {kind}, {nullable})"),
    }
}

/// A type as the runtime has it.
fn kind(native: &Native<'_>) -> String {
    match native {
        Native::One(kind) => format!("ColumnType::{}", kind.variant()),
        Native::List(element) => format!("ColumnType::List(&{})", kind(element)),
        Native::Struct(object, _) => format!("ColumnType::Struct({}::COLUMNS)", object.type_name),
    }
}

/// The fields of objects that are columns.
fn objects<'c, 'm: 'c>(columns: impl Iterator<Item = &'c Column<'m>>) -> String {
    let mut objects = Vec::new();
    for column in columns {
        column.native.objects(&mut objects);
    }
    let objects = objects.into_iter().map(|(object, natives)| {
        let fields = object.fields.iter().zip(natives).map(|(field, native)| {
            declared(
                field.name.column(),
                &field.name.wire,
                native,
                field.nullable,
            )
        });
        let columns = fields.collect::<Vec<_>>().join(", ");
        let name = &object.type_name;
        format!("impl {name} {{\n    const COLUMNS: &'static [Column] = &[{columns}];\n}}\n")
    });
    objects.collect()
}
