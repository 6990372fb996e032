//! Files → texts, in bounded memory.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::source::{FileId, Sources, Span};

/// Bytes that a spec may have.
pub const MAX_BYTES: usize = 16 << 20;

/// Reads a file, but no further than one byte past [`MAX_BYTES`].
///
/// # Errors
/// What the file system answers.
pub fn load(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?
        .take(MAX_BYTES as u64 + 1)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Makes the text of a file known. `None` when it is too large or not UTF-8.
pub fn add_source(
    path: &Path,
    bytes: &[u8],
    sources: &mut Sources,
    sink: &mut Sink,
) -> Option<FileId> {
    if bytes.len() > MAX_BYTES {
        let file = sources.add(path, "");
        let message = format!("the file is larger than {} MiB", MAX_BYTES >> 20);
        sink.push(
            Diagnostic::new(Code::TooLarge, Span::new(file, 0, 0), message)
                .help("split the spec into several"),
        );
        return None;
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(sources.add(path, text)),
        Err(error) => {
            let at = error.valid_up_to();
            let file = sources.add(path, String::from_utf8_lossy(bytes));
            let byte = bytes.get(at).copied().unwrap_or_default();
            // Three bytes: the sign that stands for the broken ones in what is shown.
            let diagnostic = Diagnostic::new(
                Code::NotUtf8,
                Span::new(file, at, at + 3),
                "the text is not UTF-8",
            )
            .label(format!("the byte 0x{byte:02X}"));
            sink.push(diagnostic.help(match bytes {
                [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => "it looks like UTF-16: save it as UTF-8",
                _ => "save it as UTF-8",
            }));
            None
        }
    }
}
