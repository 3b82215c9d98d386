//! The `balcao` command.

use std::process::ExitCode;

/// A diagnosis makes thousands of small strings: this allocator makes them a fifth faster than the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    balcao::cli::run()
}
