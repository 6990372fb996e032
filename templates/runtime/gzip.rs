//! Responses that are packed by gzip themselves, beside what HTTP does.

use flate2::bufread::MultiGzDecoder;

use super::error::{Error, Kind};
use super::unpacked::read;

/// The bytes inside, at most `limit` of them.
pub fn unpack(body: &[u8], limit: usize) -> Result<Vec<u8>, Error> {
    if body.is_empty() {
        return Ok(Vec::new());
    }
    if !body.starts_with(&[0x1F, 0x8B]) {
        let text = "the response is not packed by gzip, or HTTP itself has unpacked it";
        return Err(Error::new(Kind::Decode, text));
    }
    read(MultiGzDecoder::new(body), limit)
}
