//! The names of the folders and files of tables.

use super::destination::Table;

/// The name of the view of a table.
pub(super) const VIEW: &str = "view.sql";

/// The name of the file with no rows, but all columns.
pub(super) fn columns(format: &str) -> String {
    part_name(0, None, format)
}

/// The name of the file with the rows of a commit; with that of the run where no lock keeps others away.
pub(super) fn part_name(number: u64, run: Option<&str>, format: &str) -> String {
    match run {
        None => format!("{number:08}.{format}"),
        Some(run) => format!("{number:08}-{run}.{format}"),
    }
}

/// Whether it is the name of a file with rows.
pub(super) fn is_part(name: &str, format: &str) -> bool {
    let name = name.strip_suffix(format);
    let Some(name) = name.and_then(|name| name.strip_suffix('.')) else {
        return false;
    };
    let (number, run) = name.split_once('-').unwrap_or((name, ""));
    number.len() >= 8
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && (number == name || is_run(run))
}

/// Whether it is the name of a run, as [`Store::run`](super::store::Store::run) gives it: 16 hexadecimal digits.
fn is_run(name: &str) -> bool {
    name.len() == 16 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The path of a file of a table.
pub(super) fn path(table: &Table, name: &str) -> String {
    format!("{}/{name}", folder_name(table.name))
}

/// The name of the folder of a table, in which `%` and two digits stand for each byte that is no letter, digit, `_` or `-`.
pub(super) fn folder_name(table: &str) -> String {
    let mut name = String::new();
    for byte in table.bytes() {
        match byte {
            b'_' | b'-' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => name.push(byte.into()),
            _ => {
                let code = format!("%{byte:02X}");
                name.push_str(&code);
            }
        }
    }
    name
}
