//! Texts in other encodings than UTF-8.

use encoding_rs::Encoding;

use super::error::{Error, Kind};

/// The texts of files; a byte order mark wins over the encoding that is given.
pub fn decode(
    files: &[impl AsRef<[u8]>],
    encoding: &'static Encoding,
) -> Result<Vec<String>, Error> {
    let mut texts = Vec::with_capacity(files.len());
    for file in files {
        let (text, read_as, broken) = encoding.decode(file.as_ref());
        if broken {
            let text = format!("the response is not {}", read_as.name());
            return Err(Error::new(Kind::Decode, text));
        }
        texts.push(text.into_owned());
    }
    Ok(texts)
}
