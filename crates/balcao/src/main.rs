//! The `balcao` command.
fn main() {}
