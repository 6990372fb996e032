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
//! A file is written under another name, brought to the disk and given its name before a manifest tells of it; the new
//! manifest is the commit. Files that the manifest does not name are no part of the table: those of runs that were
//! broken off, and those that were replaced. The next run removes them, so that whoever reads meanwhile can end.
//!
//! Files are not changed once they are there. Where rows of a table replace others, all are kept, with the columns
//! `_spile_commit` and `_spile_row`, by which `view.sql` tells which of them the table has.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::destination::{Commit, Destination, Found, Load, Sql, Table};
use super::error::{Error, Kind};
use super::load::Rows;
use super::lock::lock;
use super::manifest::Manifest;
use super::record::{Disposition, MergeStrategy};
use super::replace::replace;

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

/// A folder with tables.
pub struct Files {
    folder: PathBuf,
    connector: &'static str,
    format: &'static Format,
    tables: BTreeMap<&'static str, Loading>,
    /// Locked up to the end of the run.
    _lock: Option<File>,
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
        let lock = if writes {
            fs::create_dir_all(folder).map_err(|error| cannot(folder, "made", &error))?;
            // The lock is in the folder: its name begins with that of a file without one.
            let lock = lock(&folder.join(""));
            let of = |reason| Error::new(Kind::Load, format!("`{}` {reason}", folder.display()));
            Some(lock.map_err(of)?)
        } else {
            None
        };
        Ok(Self {
            folder: folder.to_owned(),
            connector,
            format,
            tables: BTreeMap::new(),
            _lock: lock,
        })
    }

    fn of(&self, table: &Table) -> PathBuf {
        self.folder.join(folder_name(table.name))
    }

    fn manifest(&self, table: &Table) -> Result<Option<Manifest>, Error> {
        Manifest::read(&self.of(table), self.connector, table, self.format.name)
    }

    fn part(&self, number: u64) -> String {
        format!("{number:08}.{}", self.format.name)
    }

    /// Where a file is up to its commit.
    fn draft(&self, table: &Table, number: u64) -> PathBuf {
        self.of(table).join(self.part(number) + ".tmp")
    }

    /// Begins a file.
    fn encoder(&self, table: &Table, number: u64) -> Result<Box<dyn Encoder>, Error> {
        let draft = self.draft(table, number);
        let file = File::options()
            .create(true)
            .truncate(true)
            .write(true)
            .open(&draft);
        let file = file.map_err(|error| cannot(&draft, "written", &error))?;
        let number = (table.disposition != Disposition::Append).then_some(number);
        (self.format.encoder)(file, table, number).map_err(|error| in_file(&error, &draft))
    }

    fn loading(&mut self, table: &Table) -> Result<&mut Loading, Error> {
        let none = || Error::new(Kind::Load, format!("`{}` is not begun", table.name));
        self.tables.get_mut(table.name).ok_or_else(none)
    }

    /// Removes the files of a table that its manifest does not name; others than those of this program stay.
    fn clean(&self, table: &Table, manifest: &Manifest) -> io::Result<()> {
        let columns = self.part(0);
        let mut named = manifest.files();
        named.insert(&columns);
        for entry in fs::read_dir(self.of(table))? {
            let entry = entry?;
            let name = entry.file_name();
            let name = name.to_str().unwrap_or_default();
            if self.is_part(name.strip_suffix(".tmp").unwrap_or(name)) && !named.contains(name) {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    /// Whether it is the name of a file with rows.
    fn is_part(&self, name: &str) -> bool {
        let number = name.strip_suffix(self.format.name);
        let number = number.and_then(|name| name.strip_suffix('.'));
        number.is_some_and(|number| {
            number.len() >= 8 && number.bytes().all(|byte| byte.is_ascii_digit())
        })
    }

    /// Brings the rows since the last commit to the disk: the name and the number of rows of the file.
    fn settle(&self, table: &Table, number: u64, part: Part) -> Result<(String, u64), Error> {
        let (draft, name) = (self.draft(table, number), self.part(number));
        let file = part
            .encoder
            .finish()
            .map_err(|error| in_file(&error, &draft))?;
        let settled = file.sync_all();
        let settled = settled.and_then(|()| fs::rename(&draft, self.of(table).join(&name)));
        // Its name has to be there before a manifest tells of it.
        #[cfg(unix)]
        let settled = settled.and_then(|()| File::open(self.of(table))?.sync_all());
        settled.map_err(|error| cannot(&draft, "written", &error))?;
        Ok((name, part.rows))
    }
}

impl Destination for Files {
    fn look(&mut self, table: &Table) -> Result<Found, Error> {
        let folder = self.of(table);
        let Some(mut manifest) = self.manifest(table)? else {
            let change = format!(
                "make the folder `{}` of {} files",
                folder.display(),
                self.format.name
            );
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
        let folder = self.of(table);
        let (manifest, extended) = if let Some(mut manifest) = self.manifest(table)? {
            let extended = !manifest.extend(table, &folder)?.is_empty();
            (manifest, extended)
        } else {
            fs::create_dir_all(&folder).map_err(|error| cannot(&folder, "made", &error))?;
            let manifest = Manifest::new(self.connector, table, self.format.name);
            // It says whose folder it is, before there is anything else in it.
            manifest.write(&folder)?;
            (manifest, false)
        };
        self.clean(table, &manifest)
            .map_err(|error| cannot(&folder, "cleaned of what no longer counts", &error))?;
        // Who looks for files that have the columns finds one even where there are no rows yet.
        if extended || !folder.join(self.part(0)).exists() {
            let encoder = self.encoder(table, 0)?;
            self.settle(table, 0, Part { encoder, rows: 0 })?;
        }
        if extended {
            manifest.write(&folder)?;
        }
        let (path, view) = (folder.join(VIEW), (self.format.view)(&table.sql));
        if fs::read_to_string(&path).ok().as_deref() != Some(view) {
            let written = replace(&path, &File::options(), view.as_bytes());
            written.map_err(|error| cannot(&path, "written", &error))?;
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
        let part = match self.loading(table)?.part.take() {
            Some(part) => part,
            None => Part {
                encoder: self.encoder(table, number)?,
                rows: 0,
            },
        };
        let draft = self.draft(table, number);
        let part = self.loading(table)?.part.insert(part);
        part.encoder
            .write(rows)
            .map_err(|error| in_file(&error, &draft))?;
        part.rows += rows.count() as u64;
        Ok(())
    }

    fn commit(&mut self, table: &Table, commit: Commit<'_>) -> Result<(), Error> {
        // A table whose commit fails is begun again from what is on the disk.
        let loading = self.tables.remove_entry(table.name);
        let none = || Error::new(Kind::Load, format!("`{}` is not begun", table.name));
        let (name, loading) = loading.ok_or_else(none)?;
        let Loading {
            manifest,
            replaces,
            part,
        } = loading;
        let part = part.map(|part| self.settle(table, manifest.next(), part));
        let ends = is_versioned(table) && commit.whole;
        let manifest = manifest.after(commit, replaces, ends, part.transpose()?)?;
        manifest.write(&self.of(table))?;
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
        let draft = self.draft(table, number);
        match fs::remove_file(&draft) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(cannot(&draft, "removed", &error))
            }
            _ => Ok(()),
        }
    }

    fn forget(&mut self, table: &Table) -> Result<(), Error> {
        let Some(mut manifest) = self.manifest(table)? else {
            return Ok(());
        };
        manifest.state = None;
        manifest.write(&self.of(table))
    }
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

fn cannot(path: &Path, what: &str, error: &io::Error) -> Error {
    let text = format!("`{}` cannot be {what}: {error}", path.display());
    Error::new(Kind::Load, text)
}

fn in_file(error: &Error, path: &Path) -> Error {
    Error::new(Kind::Load, format!("`{}`: {error}", path.display()))
}
