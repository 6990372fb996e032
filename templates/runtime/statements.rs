//! The generated SQL files: sections below lines `-- name: …`, of statements that each end with a `;` at the end of a
//! line.

use super::error::{Error, Kind};

/// The text of a section; none where the file has none of that name.
pub(super) fn section<'s>(sql: &'s str, name: &str) -> Option<&'s str> {
    let mut sections = sql.split("\n-- name: ").skip(1);
    sections.find_map(|section| {
        let (title, text) = section.split_once('\n')?;
        (title == name).then(|| text.trim())
    })
}

/// The text of a section that every file has.
pub(super) fn needed<'s>(sql: &'s str, name: &str) -> Result<&'s str, Error> {
    let none = || {
        Error::new(
            Kind::Load,
            format!("the generated SQL has no section `{name}`"),
        )
    };
    section(sql, name).ok_or_else(none)
}

/// The statements of a section.
pub(super) fn statements(section: &str) -> impl Iterator<Item = &str> {
    section.split_inclusive(";\n").map(str::trim)
}

/// The statement of section `add` for a column.
pub(super) fn add<'s>(sql: &'s str, column: &str) -> Option<&'s str> {
    let name = format!(" ADD COLUMN \"{}\" ", column.replace('"', "\"\""));
    statements(section(sql, "add")?).find(|statement| statement.contains(&name))
}
