//! A page is lines of `name=value`; its header `X-Next` has the path of the page after it.

use std::borrow::Cow;

use crate::resources::frames::Frame;
use crate::runtime::error::{Error, Kind};
use crate::runtime::extend::Extend;
use crate::runtime::send::Answer;

/// Reads frames.
pub struct Extension;

impl Extend for Extension {
    type Record = Frame;

    fn json(body: &[u8], _limit: usize) -> Result<Option<Cow<'_, str>>, Error> {
        let text = std::str::from_utf8(body)
            .map_err(|_| Error::new(Kind::Decode, "the frames are not UTF-8"))?;
        let frames = text.lines().filter_map(|line| line.split_once('='));
        let frames: Vec<_> = frames
            .map(|(name, value)| serde_json::json!({ "name": name, "value": value }))
            .collect();
        let json = serde_json::Value::from(frames);
        Ok(Some(Cow::Owned(json.to_string())))
    }

    fn next(page: &Answer) -> Result<Option<String>, Error> {
        Ok(page.header("x-next").map(str::to_owned))
    }
}
