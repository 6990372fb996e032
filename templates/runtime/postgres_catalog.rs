//! What PostgreSQL tells of its tables.

use std::net::IpAddr;

use postgres::error::Error;
use postgres::types::{Oid, ToSql, Type};
use postgres::{Client, Row};

use super::destination::Table;
use super::record::ColumnType;
use super::schema::Existing;

/// Bytes of a name; what is longer is cut.
pub(super) const NAME_BYTES: usize = 63;

/// Something with a name in the schema that tables are made in.
pub(super) struct Relation {
    pub id: Oid,
    /// What it is, if it is no table.
    pub other: Option<&'static str>,
}

/// The schema that tables are made in; none where none of the `search_path` is there.
pub(super) fn schema(client: &mut Client) -> Result<Option<String>, Error> {
    let row = client.query_typed_one("SELECT current_schema()::text", &[])?;
    row.try_get(0)
}

/// Locks something of a name until the session ends; else what there is to say about who has it.
pub(super) fn lock(client: &mut Client, name: &str) -> Result<Option<String>, Error> {
    let name = (&name as &(dyn ToSql + Sync), Type::TEXT);
    let name = std::slice::from_ref(&name);
    let own =
        client.query_typed_one("SELECT pg_try_advisory_lock(hashtextextended($1, 0))", name)?;
    if own.try_get(0)? {
        return Ok(None);
    }
    let holder = client.query_typed_opt(
        "SELECT pid, host(client_addr), date_trunc('second', backend_start)::text
         FROM pg_locks JOIN pg_stat_activity USING (pid)
         WHERE locktype = 'advisory' AND granted AND objsubid = 1
           AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
           AND (classid::bigint << 32 | objid::bigint) = hashtextextended($1, 0)",
        name,
    )?;
    let Some(row) = holder else {
        return Ok(Some(String::new()));
    };
    let (process, address, since): (i32, Option<String>, Option<String>) =
        (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
    let address: Option<IpAddr> = address.and_then(|address| address.parse().ok());
    let from = address
        .map(|address| format!(" from {address}"))
        .unwrap_or_default();
    let since = since
        .map(|since| format!(" since {since}"))
        .unwrap_or_default();
    Ok(Some(format!(
        " (process {process} of the server, connected{from}{since})"
    )))
}

/// What has a name; none where nothing has it.
pub(super) fn relation(client: &mut Client, name: &str) -> Result<Option<Relation>, Error> {
    let found = client.query_typed_opt(
        "SELECT c.oid, c.relkind::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relname = $1 AND n.nspname = current_schema()",
        &[(&name, Type::TEXT)],
    )?;
    found
        .map(|row| {
            let kind: String = row.try_get(1)?;
            Ok(Relation {
                id: row.try_get(0)?,
                other: match kind.as_str() {
                    "r" | "p" => None,
                    "v" | "m" => Some("view"),
                    "f" => Some("table of another server"),
                    "i" | "I" => Some("n index"),
                    _ => Some("thing of another kind"),
                },
            })
        })
        .transpose()
}

/// The columns of a table.
pub(super) fn columns(client: &mut Client, table: Oid) -> Result<Vec<Existing>, Error> {
    let rows = client.query_typed(
        "SELECT attname::text, format_type(atttypid, atttypmod), attnotnull,
           atthasdef OR attidentity <> '' OR attgenerated <> ''
         FROM pg_attribute WHERE attrelid = $1 AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
        &[(&table, Type::OID)],
    )?;
    let existing = |row: &Row| {
        Ok(Existing {
            name: row.try_get(0)?,
            kind: row.try_get(1)?,
            required: row.try_get(2)?,
            filled: row.try_get(3)?,
        })
    };
    rows.iter().map(existing).collect()
}

/// The columns that a table has to have, as the catalog tells of them.
pub(super) fn wanted(table: &Table) -> Vec<Existing> {
    let columns = table.columns.iter().map(|column| Existing {
        name: column.name.to_owned(),
        kind: column_type(column.kind).to_owned(),
        required: !column.nullable,
        filled: false,
    });
    columns.collect()
}

/// A type in the words of the catalog.
fn column_type(kind: ColumnType) -> &'static str {
    match kind {
        ColumnType::Text => "text",
        ColumnType::Integer => "bigint",
        ColumnType::Number => "double precision",
        ColumnType::Boolean => "boolean",
        ColumnType::Decimal => "numeric",
        ColumnType::Timestamp => "timestamp with time zone",
        ColumnType::Date => "date",
        ColumnType::Time => "time without time zone",
        ColumnType::Uuid => "uuid",
        ColumnType::Binary => "bytea",
        ColumnType::Json | ColumnType::List(_) | ColumnType::Struct(_) => "jsonb",
    }
}

/// Whether no two rows can be equal in some columns.
pub(super) fn is_unique(client: &mut Client, table: Oid, key: &[&str]) -> Result<bool, Error> {
    let row = client.query_typed_one(
        "SELECT EXISTS (
           SELECT FROM pg_index i
           CROSS JOIN LATERAL (SELECT array_agg(a.attname::text) AS names
             FROM unnest(i.indkey::smallint[]) WITH ORDINALITY AS k (number, place)
             JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
             WHERE k.place <= i.indnkeyatts) AS c
           WHERE i.indrelid = $1 AND i.indisunique AND i.indisvalid AND i.indimmediate
             AND i.indpred IS NULL AND i.indexprs IS NULL AND c.names @> $2 AND c.names <@ $2)",
        &[(&table, Type::OID), (&key, Type::TEXT_ARRAY)],
    )?;
    row.try_get(0)
}
