//! Keeps two runs apart that would write the same files.

use std::fs::{File, TryLockError};
use std::path::Path;

/// Keeps other runs away from a file as long as the result is open, by a file with `.lock` behind its name. That one
/// stays behind: whoever removed it might remove another's.
///
/// # Errors
/// Another run has it, or it cannot be locked; as the end of a sentence about the file.
pub(super) fn lock(path: &Path) -> Result<File, String> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".lock");
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&beside)
        .map_err(|error| match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() && !folder.exists() => {
                format!("cannot be made: there is no folder `{}`", folder.display())
            }
            _ => format!("cannot be locked: {error}"),
        })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            Err("is in use by another run: wait for its end".to_owned())
        }
        Err(TryLockError::Error(error)) => Err(format!("cannot be locked: {error}")),
    }
}
