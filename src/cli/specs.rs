//! From paths on the command line to specs.

use std::fs;
use std::path::{Path, PathBuf};

use super::Failure;
use crate::read::load;

/// The specs that a path stands for: itself, or all `*.yaml` and `*.yml` files below a directory, in the order of their
/// names. Names that start with a dot are passed over, and so are links to directories.
pub(crate) fn find(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    for path in paths {
        if !path.is_dir() {
            found.push(path.clone());
            continue;
        }
        let before = found.len();
        walk(path, &mut found)?;
        if found.len() == before {
            return Err(
                format!("there is no *.yaml or *.yml file below {}", path.display()).into(),
            );
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    found.retain(|path| seen.insert(path.clone()));
    Ok(found)
}

fn walk(directory: &Path, found: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let failed = |error| named(directory, &error);
    let mut entries = fs::read_dir(directory)
        .map_err(failed)?
        .collect::<Result<Vec<_>, _>>()
        .map_err(failed)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        let spec = path
            .extension()
            .is_some_and(|extension| extension == "yaml" || extension == "yml");
        if entry.file_type().map_err(failed)?.is_dir() {
            walk(&path, found)?;
        } else if spec && path.is_file() {
            found.push(path);
        }
    }
    Ok(())
}

/// The bytes of a spec; at most a little more than one may have.
pub(crate) fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    load(path).map_err(|error| named(path, &error))
}

fn named(path: &Path, error: &std::io::Error) -> Failure {
    format!("{}: {error}", path.display()).into()
}
