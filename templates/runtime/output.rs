//! Where the records of a resource go.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;

/// Where the records of a resource go.
pub enum Output {
    /// Nowhere: they are read for those of others.
    Nowhere,
    /// To standard output.
    Standard,
    /// To a file, of which so many bytes are written.
    #[allow(missing_docs, reason = "their names are what they are")]
    File { file: File, bytes: u64 },
}

impl Output {
    /// A file that keeps so many bytes, or one that is written anew.
    pub(super) fn open(path: &Path, keep: Option<u64>) -> io::Result<Self> {
        let bytes = keep.unwrap_or(0);
        let options = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path);
        let mut file = options?;
        file.set_len(bytes)?;
        file.seek(SeekFrom::End(0))?;
        Ok(Self::File { file, bytes })
    }

    /// Whether nothing was written yet.
    pub(super) fn is_new(&self) -> bool {
        !matches!(self, Self::File { bytes: 1.., .. })
    }

    pub(super) fn write(&mut self, content: &[u8]) -> io::Result<()> {
        match self {
            Self::Nowhere => Ok(()),
            Self::Standard => io::stdout().write_all(content),
            Self::File { file, bytes } => {
                *bytes += content.len() as u64;
                file.write_all(content)
            }
        }
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Standard => io::stdout().flush(),
            Self::Nowhere | Self::File { .. } => Ok(()),
        }
    }
}
