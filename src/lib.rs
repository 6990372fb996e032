//! Compiles declarative specs of REST APIs into standalone, strongly typed Rust crates.

pub mod diagnostic;
pub mod model;
pub mod read;
pub mod source;
pub mod spec;
