//! Files that a spec names: they lie in its folder or below.

use std::path::{Component, Path, PathBuf};

use crate::source::Sources;

/// A file beside the spec.
pub(super) struct Beside {
    /// Relative to the folder of the spec, without `.` and `..`.
    pub path: PathBuf,
    /// Where to read it.
    pub full: PathBuf,
}

/// The file of this name, relative to a folder below that of the spec; an error says why there is none.
pub(super) fn beside(file: &str, folder: &Path, sources: &Sources) -> Result<Beside, String> {
    let path = normal(&folder.join(file))
        .ok_or_else(|| format!("`{file}` lies outside the folder of the spec"))?;
    let base = sources.main_path().parent().unwrap_or(Path::new(""));
    let base = if base.as_os_str().is_empty() {
        Path::new(".")
    } else {
        base
    };
    let full = base.join(&path);
    // A symbolic link may lead out of the folder.
    match (base.canonicalize(), full.canonicalize()) {
        (Ok(base), Ok(file)) if file.starts_with(&base) => Ok(Beside { path, full }),
        (Ok(_), Ok(_)) => Err(format!("`{file}` lies outside the folder of the spec")),
        _ => Err(format!("there is no file `{}`", path.display())),
    }
}

/// A relative path without `.` and `..`; `None` when it is absolute or leaves its folder.
fn normal(path: &Path) -> Option<PathBuf> {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::Normal(part) => normal.push(part),
            Component::CurDir => {}
            Component::ParentDir => {
                if !normal.pop() {
                    return None;
                }
            }
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(normal)
}
