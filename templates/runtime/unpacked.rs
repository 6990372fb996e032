//! Bodies that were packed in something.

use std::borrow::Cow;
use std::io::Read;

use super::decode;
use super::error::{Error, Kind};

/// A body that is one text; none where it is blank.
pub fn text(body: &[u8]) -> Result<Option<Cow<'static, str>>, Error> {
    Ok(decode::text(body)?.map(|text| Cow::Owned(text.to_owned())))
}

/// All bytes of a reader; more than `limit` are an error.
pub(super) fn read(reader: impl Read, limit: usize) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let broken = |error| {
        let text = format!("the response cannot be unpacked: {error}");
        Error::new(Kind::Decode, text).because(error)
    };
    let mut reader = reader.take(limit as u64 + 1);
    reader.read_to_end(&mut bytes).map_err(broken)?;
    if bytes.len() > limit {
        let text = format!("the response is longer than {limit} bytes when unpacked");
        return Err(Error::new(Kind::Decode, text));
    }
    Ok(bytes)
}
