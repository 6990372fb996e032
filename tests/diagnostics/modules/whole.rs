pub struct Extension;

impl Extend for Extension {
    type Record = Order;

    fn json(body: &[u8], _limit: usize) -> Result<Option<Cow<'_, str>>, Error> {
        Ok(None)
    }

    fn next(_page: &Answer) -> Result<Option<String>, Error> {
        Ok(None)
    }
}
