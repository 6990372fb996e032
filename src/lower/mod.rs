//! Spec → model: every rule of the language is checked while it is lowered.

mod duration;
mod header;
mod url;

pub use header::is_header_name;
