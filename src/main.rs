//! The `spile` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    spile::cli::run()
}
