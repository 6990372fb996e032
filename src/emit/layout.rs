pub fn relayout(source: &str) -> String { source.to_owned() }
