//! Replaces a file as a whole: a crash leaves the old one or the new one.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Writes a file beside another first, then puts it in its place. The options are those of the new file.
pub(super) fn replace(path: &Path, options: &OpenOptions, content: &[u8]) -> io::Result<()> {
    let beside = with_end(path, ".new");
    remove(&beside)?;
    let mut file = options.clone().write(true).create_new(true).open(&beside)?;
    file.write_all(content)?;
    file.sync_all()?;
    put(&beside, path)
}

/// A file beside another: the same name, and something behind it.
pub(super) fn with_end(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}

/// Removes a file that may be there.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

/// Puts a file that is on the disk in the place of another.
pub(super) fn put(beside: &Path, path: &Path) -> io::Result<()> {
    fs::rename(beside, path)?;
    // Only when the folder is written does the new name outlive a power failure.
    #[cfg(unix)]
    {
        let folder = match path.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}
