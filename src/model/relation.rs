//! The tables that records are normalized into: objects become columns, lists become tables of their own.

use std::collections::BTreeMap;

use super::{Field, Item, Name, Record, Type, column};

/// Columns that the tables of one record have at most, all together.
pub const MOST_COLUMNS: usize = 10_000;

/// The column with the position of a row in its list.
const POSITION: &str = "_index";

/// A table of a record that is normalized.
#[derive(Debug)]
pub struct Relation<'m> {
    /// Its name: that of the resource, and of the lists that lead to it.
    pub name: String,
    /// The lists that lead to it, each inside an element of the one before; none for that of the record itself.
    pub lists: Vec<List<'m>>,
    /// Its columns; those that link its rows come first.
    pub columns: Vec<RelationColumn<'m>>,
    /// Names of those that identify a row.
    pub primary_key: Vec<String>,
}

/// A list whose elements are rows.
#[derive(Debug, Clone)]
pub struct List<'m> {
    /// The fields that lead to it from the record, or from an element of the list around it.
    pub way: Vec<&'m Field>,
    /// What it is a list of.
    pub item: &'m Item,
    /// Name of the column with the position of an element, in tables of lists inside of it.
    position: String,
}

/// A column of such a table.
#[derive(Debug)]
pub struct RelationColumn<'m> {
    /// Its name.
    pub name: String,
    /// The keys on the wire that lead to its value from the record.
    pub wire: String,
    /// Its type; none for a position in a list, from 0.
    pub ty: Option<&'m Type>,
    /// Whether it may be null.
    pub nullable: bool,
    /// What it holds.
    pub description: Option<&'m str>,
}

/// What becomes of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape<'m> {
    /// A column.
    Column,
    /// The columns of an object's fields.
    Object(usize),
    /// Rows of another table.
    Rows(&'m Item),
}

impl<'m> Shape<'m> {
    /// What becomes of a field. What has no fixed shape is a column of JSON.
    #[must_use]
    pub fn of(field: &'m Field) -> Self {
        match &field.ty {
            Type::Struct(inner) => Self::Object(*inner),
            Type::List(item) => match item.ty {
                Type::List(_) | Type::Map(_) | Type::Json | Type::Union(_) => Self::Column,
                _ => Self::Rows(item),
            },
            _ => Self::Column,
        }
    }
}

/// The tables of the records of a resource, that of the record first; none where they have more than [`MOST_COLUMNS`].
#[must_use]
pub fn relations<'m>(resource: &Name, record: &'m Record) -> Option<Vec<Relation<'m>>> {
    let mut walk = Walk {
        record,
        key: Vec::new(),
        relations: Vec::new(),
        left: MOST_COLUMNS,
    };
    let mut own = Relation {
        name: resource.wire.clone(),
        lists: Vec::new(),
        columns: Vec::new(),
        primary_key: Vec::new(),
    };
    let mut lists = Vec::new();
    walk.fields(0, &mut Vec::new(), false, &mut own, &mut lists)?;
    own.columns
        .extend(record.keep_unknown.as_ref().map(|rest| RelationColumn {
            name: column(rest).to_owned(),
            wire: column(rest).to_owned(),
            ty: Some(&Type::Json),
            nullable: false,
            description: Some("Fields that no column is for."),
        }));
    let word = resource.rust.trim_end_matches('_');
    for path in &record.primary_key {
        let way = record.way(path);
        let (name, wire) = (joined(&way), wires(&way));
        walk.key.push(RelationColumn {
            name: format!("_{word}_{name}"),
            wire,
            ty: way.last().map(|field| &field.ty),
            nullable: false,
            description: way.last().and_then(|field| field.description.as_deref()),
        });
        own.primary_key.push(name);
    }
    walk.relations.push(own);
    for list in lists {
        walk.list(&resource.wire, "", &[], list)?;
    }
    Some(walk.relations)
}

struct Walk<'m> {
    record: &'m Record,
    /// Columns with the key of the record.
    key: Vec<RelationColumn<'m>>,
    relations: Vec<Relation<'m>>,
    /// Columns that there may still be.
    left: usize,
}

/// A list that was met: the way to it from the element around it, its keys from the record, what it is a list of.
type Met<'m> = (Vec<&'m Field>, String, &'m Item);

impl<'m> Walk<'m> {
    /// Adds the columns of a struct; its lists are put aside.
    fn fields(
        &mut self,
        owner: usize,
        way: &mut Vec<&'m Field>,
        nullable: bool,
        relation: &mut Relation<'m>,
        lists: &mut Vec<Met<'m>>,
    ) -> Option<()> {
        let record = self.record;
        let wire = relation.lists.iter().map(|list| wires(&list.way));
        let around: String = wire.map(|wire| wire + ".").collect();
        for field in &record.structs.get(owner)?.fields {
            way.push(field);
            let nullable = nullable || field.nullable;
            let wire = around.clone() + &wires(way);
            match Shape::of(field) {
                Shape::Column => {
                    self.left = self.left.checked_sub(1)?;
                    relation
                        .columns
                        .push(RelationColumn::of(way, wire, nullable));
                }
                Shape::Object(inner) => self.fields(inner, way, nullable, relation, lists)?,
                Shape::Rows(item) => lists.push((way.clone(), wire, item)),
            }
            way.pop();
        }
        Some(())
    }

    /// Adds the table of a list, and those of the lists in its elements.
    fn list(
        &mut self,
        table: &str,
        path: &str,
        around: &[List<'m>],
        (way, wire, item): Met<'m>,
    ) -> Option<()> {
        let name = joined(&way);
        let path = if path.is_empty() {
            name
        } else {
            format!("{path}__{name}")
        };
        let list = List {
            way,
            item,
            position: format!("_{path}_index"),
        };
        let mut columns: Vec<_> = self.key.iter().map(RelationColumn::again).collect();
        let outer = around.iter().map(|list| list.position.clone());
        columns.extend(
            outer
                .chain([POSITION.to_owned()])
                .map(RelationColumn::position),
        );
        self.left = self.left.checked_sub(columns.len())?;
        let mut relation = Relation {
            name: format!("{table}__{path}"),
            lists: around.iter().cloned().chain([list]).collect(),
            primary_key: columns.iter().map(|column| column.name.clone()).collect(),
            columns,
        };
        let mut inner = Vec::new();
        if let Type::Struct(index) = item.ty {
            self.fields(
                index,
                &mut Vec::new(),
                item.nullable,
                &mut relation,
                &mut inner,
            )?;
        } else {
            self.left = self.left.checked_sub(1)?;
            relation.columns.push(RelationColumn {
                name: "value".to_owned(),
                wire,
                ty: Some(&item.ty),
                nullable: item.nullable,
                description: None,
            });
        }
        let lists = relation.lists.clone();
        self.relations.push(relation);
        for list in inner {
            self.list(table, &path, &lists, list)?;
        }
        Some(())
    }
}

impl<'m> RelationColumn<'m> {
    /// That of the field at the end of a way.
    fn of(way: &[&'m Field], wire: String, nullable: bool) -> Self {
        let leaf = way.last();
        Self {
            name: joined(way),
            wire,
            ty: leaf.map(|field| &field.ty),
            nullable,
            description: leaf.and_then(|field| field.description.as_deref()),
        }
    }

    fn position(name: String) -> Self {
        let around = name != POSITION;
        Self {
            wire: name.clone(),
            name,
            ty: None,
            nullable: false,
            description: Some(if around {
                "Position of the element around it in its list."
            } else {
                "Position in the list, from 0."
            }),
        }
    }

    fn again(&self) -> Self {
        Self {
            name: self.name.clone(),
            wire: self.wire.clone(),
            ..*self
        }
    }
}

impl Record {
    /// The fields that a path of wire names leads through.
    #[must_use]
    pub fn way(&self, path: &[String]) -> Vec<&Field> {
        let mut place = self.structs.first();
        let mut way = Vec::new();
        for wire in path {
            let fields = place.map_or(&[][..], |place| &place.fields);
            let Some(field) = fields.iter().find(|field| field.name.wire == *wire) else {
                break;
            };
            way.push(field);
            place = match &field.ty {
                Type::Struct(index) => self.structs.get(*index),
                _ => None,
            };
        }
        way
    }
}

/// The name of the column or table that fields lead to.
#[must_use]
pub fn joined(way: &[&Field]) -> String {
    let names: Vec<_> = way.iter().map(|field| field.name.column()).collect();
    names.join("__")
}

/// The keys on the wire that fields lead through.
#[must_use]
pub fn wires(way: &[&Field]) -> String {
    let names: Vec<_> = way.iter().map(|field| field.name.wire.as_str()).collect();
    names.join(".")
}

/// The first two columns of a table that have one name in SQL.
#[must_use]
pub fn collision<'r, 'm>(
    relation: &'r Relation<'m>,
) -> Option<(&'r RelationColumn<'m>, &'r RelationColumn<'m>)> {
    let mut seen = BTreeMap::new();
    relation.columns.iter().find_map(|column| {
        let first = seen.insert(column.name.to_lowercase(), column)?;
        Some((first, column))
    })
}
