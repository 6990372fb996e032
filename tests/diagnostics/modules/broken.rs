pub struct Extension {
