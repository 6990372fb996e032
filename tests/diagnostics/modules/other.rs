pub struct Extension;

impl Extend for Extension {
    type Record = Order;

    fn records(record: Order) -> Option<Order> {
        Some(record)
    }
}
