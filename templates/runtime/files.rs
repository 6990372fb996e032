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
//! The rows of lists are in folders of their own, in files of the same names as those with their records: the manifest of
//! the records speaks of both.
//!
//! Files are not changed once they are there. Where rows of a table replace others, all are kept, with the columns
//! `_spile_commit` and `_spile_row`, by which `view.sql` tells which of them the table has.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use super::destination::{Commit, Destination, Found, Load, Sql, Table};
use super::error::{Error, Kind};
use super::file_name::{VIEW, columns, folder_name, is_part, part_name, path};
use super::folder::Folder;
use super::load::Rows;
use super::manifest::{self, Manifest, overtaken};
use super::record::{Disposition, MergeStrategy};
use super::store::{Store, Version};

/// A kind of files.
pub struct Format {
    /// Its name, which files end with.
    pub name: &'static str,
    /// Whether lists and objects have types of their own in them; otherwise they are JSON.
    pub nests: bool,
    /// The view of a table in such files.
    pub view: fn(&Sql) -> &'static str,
    /// Begins a file; with the number of the commit where rows are to be told from others.
    pub encoder: Begin,
}

/// What begins a file.
type Begin = fn(File, &Table, Option<u64>) -> Result<Box<dyn Encoder>, Error>;

/// Writes rows into one file.
pub trait Encoder: Send {
    /// Adds the rows that records are in one of their tables, see [`Rows::write_table`].
    ///
    /// # Errors
    /// A value cannot be stored, or the file cannot be written.
    fn write(&mut self, table: usize, rows: &dyn Rows) -> Result<(), Error>;

    /// Writes what is left, and gives the file back, and how many rows it has.
    ///
    /// # Errors
    /// It cannot be written.
    fn finish(self: Box<Self>) -> Result<(File, u64), Error>;
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
    /// The files that no manifest names yet, with the rows since the last commit: one for each table.
    parts: Vec<Part>,
}

/// What writes a file.
type Part = Box<dyn Encoder>;

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
        let folder = folder_name(table.name);
        Manifest::read(&*self.store, &folder, self.connector, table, self.format)
    }

    fn part_name(&self, number: u64) -> String {
        part_name(number, self.store.run(), self.format.name)
    }

    /// The view of a table, or of a list in its records. As it is generated, its paths are those in the place.
    fn view(&self, table: &Table, made: &Table) -> String {
        let mut view = (self.format.view)(&made.sql).to_owned();
        let Some(address) = self.store.address() else {
            return view;
        };
        let address = address.replace('\'', "''");
        for folder in [table, made].map(|table| folder_name(table.name)) {
            view = view.replace(&format!("('{folder}/"), &format!("('{address}{folder}/"));
        }
        view
    }

    /// Begins a file.
    fn begin_part(&self, table: &Table, name: &str, number: u64) -> Result<Part, Error> {
        let path = path(table, name);
        let file = self.store.draft(&path)?;
        let number = (table.disposition != Disposition::Append).then_some(number);
        let encoder = (self.format.encoder)(file, table, number);
        encoder.map_err(|error| self.in_file(&error, &path))
    }

    fn loading(&mut self, table: &Table) -> Result<&mut Loading, Error> {
        let none = || Error::new(Kind::Load, format!("`{}` is not begun", table.name));
        self.tables.get_mut(table.name).ok_or_else(none)
    }

    /// Removes those of the files of a table and its lists that its manifest does not name; others than those of this
    /// program stay. The manifest was read before the files were listed.
    fn clean(
        &self,
        table: &Table,
        manifest: &mut Manifest,
        files: &[Vec<String>],
    ) -> Result<(), Error> {
        let columns = columns(self.format.name);
        let mut named = manifest.files();
        named.insert(&columns);
        let mut left = Vec::new();
        for (table, files) in table.all().zip(files) {
            let files = files.iter().filter(|name| {
                is_part(name.strip_suffix(".tmp").unwrap_or(name), self.format.name)
                    && !named.contains(&***name)
            });
            left.extend(files.map(|name| path(table, name)));
        }
        // Whoever has put one of them there read the manifest before that.
        if left.is_empty() || !manifest.claim(&*self.store, &folder_name(table.name))? {
            return Ok(());
        }
        left.iter().try_for_each(|path| self.store.remove(path))
    }

    /// Brings a file to its place: the number of its rows.
    fn settle(&self, table: &Table, name: &str, part: Part) -> Result<u64, Error> {
        let path = path(table, name);
        let finished = part.finish();
        let (file, rows) = finished.map_err(|error| self.in_file(&error, &path))?;
        if rows == 0 && name != columns(self.format.name) {
            drop(file);
            self.store.discard(&path)?;
        } else {
            self.store.settle(&path, file)?;
        }
        Ok(rows)
    }

    /// Brings the rows of a table and its lists to their place.
    fn settle_all(
        &self,
        table: &Table,
        file: String,
        parts: Vec<Part>,
    ) -> Result<Option<manifest::Part>, Error> {
        let mut parts = parts.into_iter();
        let Some(own) = parts.next() else {
            return Ok(None);
        };
        let mut lists = BTreeMap::new();
        for (list, part) in table.lists.iter().zip(parts) {
            let rows = self.settle(list, &file, part)?;
            if rows > 0 {
                lists.insert(list.name.to_owned(), rows);
            }
        }
        let rows = self.settle(table, &file, own)?;
        Ok(Some(manifest::Part { file, rows, lists }))
    }

    /// Makes sure that the folders of new lists are nobody else's.
    fn check_lists(&self, table: &Table, manifest: Option<&Manifest>) -> Result<(), Error> {
        let columns = columns(self.format.name);
        for list in table.lists {
            if manifest.is_some_and(|manifest| manifest.knows(list)) {
                continue;
            }
            let folder = folder_name(list.name);
            // A run that was broken off may have made the one with the columns.
            let own = |name: &String| name.strip_suffix(".tmp").unwrap_or(name) == columns;
            if let Some(other) = self.store.list(&folder)?.iter().find(|name| !own(name)) {
                let text = format!(
                    "`{}` has `{other}`, which is not of the list of `{}`: move it away, or load into another folder",
                    self.store.shown(&folder),
                    table.name
                );
                return Err(Error::new(Kind::Load, text));
            }
        }
        Ok(())
    }

    fn in_file(&self, error: &Error, path: &str) -> Error {
        Error::new(Kind::Load, format!("`{}`: {error}", self.store.shown(path)))
    }
}

impl Destination for Files {
    fn look(&mut self, table: &Table) -> Result<Found, Error> {
        let folder = self.store.shown(&folder_name(table.name));
        let manifest = self.manifest(table)?;
        self.check_lists(table, manifest.as_ref())?;
        let version = manifest.as_ref().and_then(Manifest::stored).cloned();
        self.seen.insert(table.name, version);
        let Some(mut manifest) = manifest else {
            let changes = table.all().map(|table| {
                let folder = self.store.shown(&folder_name(table.name));
                format!("make the folder `{folder}` of {} files", self.format.name)
            });
            return Ok(Found {
                state: None,
                changes: changes.collect(),
                has_rows: false,
            });
        };
        Ok(Found {
            changes: manifest.extend(table, self.format, &folder)?,
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
        self.check_lists(table, found.as_ref())?;
        let mut files = Vec::new();
        let (mut manifest, extended) = if let Some(mut manifest) = found {
            for table in table.all() {
                files.push(self.store.list(&folder_name(table.name))?);
            }
            self.clean(table, &mut manifest, &files)?;
            let extended = manifest.extend(table, self.format, &self.store.shown(&folder))?;
            (manifest, !extended.is_empty())
        } else {
            self.store.make(&folder)?;
            let mut manifest = Manifest::new(self.connector, table, self.format);
            // It says whose folder it is, before there is anything else in it.
            manifest.write(&*self.store, &folder)?;
            (manifest, false)
        };
        // Who looks for files that have the columns finds one even where there are no rows yet.
        let columns = columns(self.format.name);
        let mut files = files.iter();
        for one in table.all() {
            let there = files.next().is_some_and(|files| files.contains(&columns));
            if extended || !there {
                self.store.make(&folder_name(one.name))?;
                let part = self.begin_part(one, &columns, 0)?;
                self.settle(one, &columns, part)?;
            }
        }
        if extended {
            manifest.write(&*self.store, &folder)?;
        }
        for one in table.all() {
            let (view_path, view) = (path(one, VIEW), self.view(table, one));
            let there = self.store.read(&view_path).ok().flatten();
            if there.is_none_or(|(there, _)| there != view) {
                self.store.write(&view_path, &view)?;
            }
        }
        let loading = Loading {
            manifest,
            replaces: load.replaces || table.disposition == Disposition::Replace,
            parts: Vec::new(),
        };
        self.tables.insert(table.name, loading);
        Ok(())
    }

    fn write(&mut self, table: &Table, rows: &dyn Rows) -> Result<(), Error> {
        if rows.count() == 0 {
            return Ok(());
        }
        let number = self.loading(table)?.manifest.next();
        let name = self.part_name(number);
        let mut parts = std::mem::take(&mut self.loading(table)?.parts);
        if parts.is_empty() {
            // Rows of lists have the numbers of their records, so all begin at once.
            let begun = table
                .all()
                .map(|table| self.begin_part(table, &name, number));
            parts = begun.collect::<Result<_, _>>()?;
        }
        let mut each = table.all().zip(&mut parts).enumerate();
        let written = each.try_for_each(|(at, (table, part))| {
            let written = part.write(at, rows);
            written.map_err(|error| self.in_file(&error, &path(table, &name)))
        });
        self.loading(table)?.parts = parts;
        written
    }

    fn commit(&mut self, table: &Table, commit: Commit<'_>) -> Result<(), Error> {
        // A table whose commit fails is begun again from what is in its place.
        let loading = self.tables.remove_entry(table.name);
        let none = || Error::new(Kind::Load, format!("`{}` is not begun", table.name));
        let (name, loading) = loading.ok_or_else(none)?;
        let Loading {
            manifest,
            replaces,
            parts,
        } = loading;
        let part = self.settle_all(table, self.part_name(manifest.next()), parts)?;
        let ends = is_versioned(table) && commit.whole;
        let mut manifest = manifest.after(commit, replaces, ends, part)?;
        manifest.write(&*self.store, &folder_name(table.name))?;
        let loading = Loading {
            manifest,
            replaces,
            parts: Vec::new(),
        };
        self.tables.insert(name, loading);
        Ok(())
    }

    fn rollback(&mut self, table: &Table) -> Result<(), Error> {
        let Some(loading) = self.tables.get_mut(table.name) else {
            return Ok(());
        };
        if std::mem::take(&mut loading.parts).is_empty() {
            return Ok(());
        }
        let number = loading.manifest.next();
        let name = self.part_name(number);
        let mut tables = table.all();
        tables.try_for_each(|table| self.store.discard(&path(table, &name)))
    }

    fn forget(&mut self, table: &Table) -> Result<(), Error> {
        let Some(mut manifest) = self.manifest(table)? else {
            return Ok(());
        };
        manifest.state = None;
        manifest.write(&*self.store, &folder_name(table.name))
    }
}

/// Whether old versions of rows are kept.
fn is_versioned(table: &Table) -> bool {
    let Disposition::Merge { strategy, .. } = table.disposition else {
        return false;
    };
    strategy == MergeStrategy::Scd2
}
