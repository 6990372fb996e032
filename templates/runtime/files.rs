//! Loads into files: a folder per table, with a file per commit and a manifest that says which of them count.
//!
//! ```text
//! lake/
//!   .lock                 one run at a time
//!   orders/
//!     manifest.json       what the table consists of; the columns; how far the resource was read
//!     00000000.parquet    no rows, but all columns
//!     00000001.parquet    the rows of a commit
//!     view.sql            the table, for DuckDB in the folder `lake`
//! ```
//! A file is in its place, whole and for good, before a manifest tells of it; the new manifest is the commit. Files that
//! the manifest does not name are no part of the table: those of runs that were broken off, and those that were replaced.
//! The next run removes them, so that whoever reads meanwhile can end.
//!
//! An object store has no lock that would not outlive a run that is killed. There the names of files have that of their run
//! behind the number, so that no two runs write the same one, and a manifest only takes the place of the one that its run
//! has read: of two runs at once, one commits. Before a run removes files, it writes the manifest: a run that would yet
//! name one of them can no longer do so.
//!
//! Files are not changed once they are there. Where rows of a table replace others, all are kept, with the columns
//! `_spile_commit` and `_spile_row`, by which `view.sql` tells which of them the table has.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use super::destination::{Commit, Destination, Found, Load, Sql, Table};
use super::error::{Error, Kind};
use super::folder::Folder;
use super::load::Rows;
use super::manifest::{Manifest, overtaken};
use super::record::{Disposition, MergeStrategy};
use super::store::{Store, Version};

/// The name of the view of a table.
const VIEW: &str = "view.sql";

/// A kind of files.
pub struct Format {
    /// Its name, which files end with.
    pub name: &'static str,
    /// The view of a table in such files.
    pub view: fn(&Sql) -> &'static str,
    /// Begins a file; with the number of the commit where rows are to be told from others.
    pub encoder: Begin,
}

/// What begins a file.
type Begin = fn(File, &Table, Option<u64>) -> Result<Box<dyn Encoder>, Error>;

/// Writes rows into one file.
pub trait Encoder: Send {
    /// Adds rows.
    ///
    /// # Errors
    /// A value cannot be stored, or the file cannot be written.
    fn write(&mut self, rows: &dyn Rows) -> Result<(), Error>;

    /// Writes what is left, and gives the file back.
    ///
    /// # Errors
    /// It cannot be written.
    fn finish(self: Box<Self>) -> Result<File, Error>;
}

/// A place with a folder per table.
pub struct Files {
    store: Box<dyn Store>,
    connector: &'static str,
    format: &'static Format,
    /// The manifests that were looked at, by which it was decided what is read.
    seen: BTreeMap<&'static str, Option<Version>>,
    tables: BTreeMap<&'static str, Loading>,
}

/// A table that is loaded.
struct Loading {
    manifest: Manifest,
    /// Whether its rows are replaced.
    replaces: bool,
    /// The rows since the last commit.
    part: Option<Part>,
}

/// A file that no manifest names yet.
struct Part {
    encoder: Box<dyn Encoder>,
    rows: u64,
}

impl Files {
    /// Opens a folder; one that is to be written is made if it is not there.
    ///
    /// # Errors
    /// It cannot be made, or another run has it.
    pub fn open(
        folder: &Path,
        connector: &'static str,
        format: &'static Format,
        writes: bool,
    ) -> Result<Self, Error> {
        let folder = Folder::open(folder, writes)?;
        Ok(Self::new(Box::new(folder), connector, format))
    }

    /// Loads into any place.
    pub(super) fn new(
        store: Box<dyn Store>,
        connector: &'static str,
        format: &'static Format,
    ) -> Self {
        Self {
            store,
            connector,
            format,
            seen: BTreeMap::new(),
            tables: BTreeMap::new(),
        }
    }

    fn manifest(&self, table: &Table) -> Result<Option<Manifest>, Error> {
        let (folder, format) = (folder_name(table.name), self.format.name);
        Manifest::read(&*self.store, &folder, self.connector, table, format)
    }

    /// The name of the file with no rows, but all columns.
    fn columns(&self) -> String {
        format!("{:08}.{}", 0, self.format.name)
    }

    /// The name of the file with the rows of a commit.
    fn part(&self, number: u64) -> String {
        let format = self.format.name;
        match self.store.run() {
            None => format!("{number:08}.{format}"),
            Some(run) => format!("{number:08}-{run}.{format}"),
        }
    }

    /// The view of a table. As it is generated, its paths are those in the place.
    fn view(&self, table: &Table) -> String {
        let view = (self.format.view)(&table.sql);
        let Some(address) = self.store.address() else {
            return view.to_owned();
        };
        let (address, folder) = (address.replace('\'', "''"), folder_name(table.name));
        view.replace(&format!("('{folder}/"), &format!("('{address}{folder}/"))
    }

    /// Begins a file.
    fn begin_part(&self, table: &Table, name: &str, number: u64) -> Result<Part, Error> {
        let path = path(table, name);
        let file = self.store.draft(&path)?;
        let number = (table.disposition != Disposition::Append).then_some(number);
        let encoder = (self.format.encoder)(file, table, number);
        Ok(Part {
            encoder: encoder.map_err(|error| self.in_file(&error, &path))?,
            rows: 0,
        })
    }

    fn loading(&mut self, table: &Table) -> Result<&mut Loading, Error> {
        let none = || Error::new(Kind::Load, format!("`{}` is not begun", table.name));
        self.tables.get_mut(table.name).ok_or_else(none)
    }

    /// Removes those of the files of a table that its manifest does not name; others than those of this program stay. The
    /// manifest was read before the files were listed.
    fn clean(&self, table: &Table, manifest: &mut Manifest, files: &[String]) -> Result<(), Error> {
        let columns = self.columns();
        let mut named = manifest.files();
        named.insert(&columns);
        let left = files.iter().filter(|name| {
            self.is_part(name.strip_suffix(".tmp").unwrap_or(name)) && !named.contains(&***name)
        });
        let left: Vec<_> = left.map(|name| path(table, name)).collect();
        // Whoever has put one of them there read the manifest before that.
        if left.is_empty() || !manifest.claim(&*self.store, &folder_name(table.name))? {
            return Ok(());
        }
        left.iter().try_for_each(|path| self.store.remove(path))
    }

    /// Whether it is the name of a file with rows.
    fn is_part(&self, name: &str) -> bool {
        let name = name.strip_suffix(self.format.name);
        let Some(name) = name.and_then(|name| name.strip_suffix('.')) else {
            return false;
        };
        let (number, run) = name.split_once('-').unwrap_or((name, ""));
        number.len() >= 8
            && number.bytes().all(|byte| byte.is_ascii_digit())
            && (number == name || is_run(run))
    }

    /// Brings a file with rows to its place: the number of them.
    fn settle(&self, table: &Table, name: &str, part: Part) -> Result<u64, Error> {
        let path = path(table, name);
        let file = part.encoder.finish();
        let file = file.map_err(|error| self.in_file(&error, &path))?;
        self.store.settle(&path, file)?;
        Ok(part.rows)
    }

    fn in_file(&self, error: &Error, path: &str) -> Error {
        Error::new(Kind::Load, format!("`{}`: {error}", self.store.shown(path)))
    }
}

impl Destination for Files {
    fn look(&mut self, table: &Table) -> Result<Found, Error> {
        if let Some(list) = table.lists.first() {
            let text = format!(
                "`{}` has tables of lists, such as `{}`, which cannot be kept in files yet: load into a database, or write \
                 `tables: json` in the spec",
                table.name, list.name
            );
            return Err(Error::new(Kind::Load, text));
        }
        let folder = self.store.shown(&folder_name(table.name));
        let manifest = self.manifest(table)?;
        let version = manifest.as_ref().and_then(Manifest::stored).cloned();
        self.seen.insert(table.name, version);
        let Some(mut manifest) = manifest else {
            let change = format!("make the folder `{folder}` of {} files", self.format.name);
            return Ok(Found {
                state: None,
                changes: vec![change],
                has_rows: false,
            });
        };
        Ok(Found {
            changes: manifest.extend(table, &folder)?,
            state: manifest.state.as_ref().map(|state| state.get().to_owned()),
            has_rows: manifest.has_rows(),
        })
    }

    fn begin(&mut self, table: &Table, load: Load) -> Result<(), Error> {
        let folder = folder_name(table.name);
        let found = self.manifest(table)?;
        let version = found.as_ref().and_then(Manifest::stored);
        if let Some(seen) = self.seen.remove(table.name)
            && seen.as_ref() != version
        {
            // What it was decided to read goes with the state that was seen.
            return Err(overtaken(&*self.store, &folder));
        }
        let mut files = Vec::new();
        let (mut manifest, extended) = if let Some(mut manifest) = found {
            files = self.store.list(&folder)?;
            self.clean(table, &mut manifest, &files)?;
            let extended = manifest.extend(table, &self.store.shown(&folder))?;
            (manifest, !extended.is_empty())
        } else {
            self.store.make(&folder)?;
            let mut manifest = Manifest::new(self.connector, table, self.format.name);
            // It says whose folder it is, before there is anything else in it.
            manifest.write(&*self.store, &folder)?;
            (manifest, false)
        };
        // Who looks for files that have the columns finds one even where there are no rows yet.
        let columns = self.columns();
        if extended || !files.contains(&columns) {
            let part = self.begin_part(table, &columns, 0)?;
            self.settle(table, &columns, part)?;
        }
        if extended {
            manifest.write(&*self.store, &folder)?;
        }
        let (view_path, view) = (path(table, VIEW), self.view(table));
        let there = self.store.read(&view_path).ok().flatten();
        if there.is_none_or(|(there, _)| there != view) {
            self.store.write(&view_path, &view)?;
        }
        let loading = Loading {
            manifest,
            replaces: load.replaces || table.disposition == Disposition::Replace,
            part: None,
        };
        self.tables.insert(table.name, loading);
        Ok(())
    }

    fn write(&mut self, table: &Table, rows: &dyn Rows) -> Result<(), Error> {
        if rows.count() == 0 {
            return Ok(());
        }
        let number = self.loading(table)?.manifest.next();
        let name = self.part(number);
        let mut part = match self.loading(table)?.part.take() {
            Some(part) => part,
            None => self.begin_part(table, &name, number)?,
        };
        let written = part.encoder.write(rows);
        part.rows += rows.count() as u64;
        self.loading(table)?.part = Some(part);
        written.map_err(|error| self.in_file(&error, &path(table, &name)))
    }

    fn commit(&mut self, table: &Table, commit: Commit<'_>) -> Result<(), Error> {
        // A table whose commit fails is begun again from what is in its place.
        let loading = self.tables.remove_entry(table.name);
        let none = || Error::new(Kind::Load, format!("`{}` is not begun", table.name));
        let (name, loading) = loading.ok_or_else(none)?;
        let Loading {
            manifest,
            replaces,
            part,
        } = loading;
        let file = self.part(manifest.next());
        let part = part.map(|part| self.settle(table, &file, part));
        let part = part.transpose()?.map(|rows| (file, rows));
        let ends = is_versioned(table) && commit.whole;
        let mut manifest = manifest.after(commit, replaces, ends, part)?;
        manifest.write(&*self.store, &folder_name(table.name))?;
        let loading = Loading {
            manifest,
            replaces,
            part: None,
        };
        self.tables.insert(name, loading);
        Ok(())
    }

    fn rollback(&mut self, table: &Table) -> Result<(), Error> {
        let Some(loading) = self.tables.get_mut(table.name) else {
            return Ok(());
        };
        if loading.part.take().is_none() {
            return Ok(());
        }
        let number = loading.manifest.next();
        let name = self.part(number);
        self.store.discard(&path(table, &name))
    }

    fn forget(&mut self, table: &Table) -> Result<(), Error> {
        let Some(mut manifest) = self.manifest(table)? else {
            return Ok(());
        };
        manifest.state = None;
        manifest.write(&*self.store, &folder_name(table.name))
    }
}

/// The path of a file of a table.
fn path(table: &Table, name: &str) -> String {
    format!("{}/{name}", folder_name(table.name))
}

/// Whether it is the name of a run, as [`Store::run`] gives it: 16 hexadecimal digits.
fn is_run(name: &str) -> bool {
    name.len() == 16 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The name of the folder of a table, in which `%` and two digits stand for each byte that is no letter, digit, `_` or `-`.
fn folder_name(table: &str) -> String {
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

/// Whether old versions of rows are kept.
fn is_versioned(table: &Table) -> bool {
    let Disposition::Merge { strategy, .. } = table.disposition else {
        return false;
    };
    strategy == MergeStrategy::Scd2
}
