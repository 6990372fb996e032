//! Responses that are zip archives.

use flate2::bufread::DeflateDecoder;
use rawzip::{CompressionMethod, ZipArchive, ZipFileHeaderRecord, ZipSliceArchive};

use super::error::{Error, Kind};
use super::unpacked::read;

/// The files of an archive whose names fit a pattern, in the order of their names; `*` stands for anything. Together
/// they have at most `limit` bytes.
pub fn unpack(body: &[u8], pattern: &str, limit: usize) -> Result<Vec<Vec<u8>>, Error> {
    if body.is_empty() {
        return Ok(Vec::new());
    }
    let archive = ZipArchive::from_slice(body).map_err(broken)?;
    let (mut found, mut others) = (Vec::new(), Vec::new());
    let mut entries = archive.entries();
    while let Some(entry) = entries.next_entry().map_err(broken)? {
        let name = String::from_utf8_lossy(entry.file_path().as_bytes()).into_owned();
        if entry.is_dir() {
            continue;
        }
        if fits(pattern, &name) {
            found.push((name, entry));
        } else if others.len() < 20 {
            others.push(name);
        }
    }
    if found.is_empty() {
        let text = format!("no file `{pattern}` in the archive, it has {others:?}");
        return Err(Error::new(Kind::Decode, text));
    }
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    let (mut files, mut left) = (Vec::new(), limit);
    for (name, entry) in found {
        let file = file(&archive, &name, &entry, left)?;
        left -= file.len();
        files.push(file);
    }
    Ok(files)
}

/// The one file that there is; the empty one where there is none.
pub fn only(files: Vec<Vec<u8>>) -> Result<Vec<u8>, Error> {
    if files.len() > 1 {
        let text = format!("{} files in the archive, and one is read", files.len());
        return Err(Error::new(Kind::Decode, text));
    }
    Ok(files.into_iter().next().unwrap_or_default())
}

fn file(
    archive: &ZipSliceArchive<&[u8]>,
    name: &str,
    entry: &ZipFileHeaderRecord<'_>,
    limit: usize,
) -> Result<Vec<u8>, Error> {
    let inside = archive.get_entry(entry.wayfinder()).map_err(broken)?;
    match entry.compression_method() {
        CompressionMethod::STORE => read(inside.verifying_reader(inside.data()), limit),
        CompressionMethod::DEFLATE => {
            let inflated = DeflateDecoder::new(inside.data());
            read(inside.verifying_reader(inflated), limit)
        }
        _ => {
            let text = format!("`{name}` is packed in another way than by deflate");
            Err(Error::new(Kind::Decode, text))
        }
    }
}

/// Whether a name fits a pattern.
fn fits(pattern: &str, name: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let Some(name) = name.strip_prefix(start) else {
        return false;
    };
    let ends = name.char_indices().map(|(at, _)| at).chain([name.len()]);
    ends.filter_map(|at| name.get(at..))
        .any(|name| fits(rest, name))
}

fn broken(error: rawzip::Error) -> Error {
    let text = format!("the response is no zip archive that can be read: {error}");
    Error::new(Kind::Decode, text).because(error)
}
