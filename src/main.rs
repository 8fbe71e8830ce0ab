//! The `patchgap` command.

fn main() {}
