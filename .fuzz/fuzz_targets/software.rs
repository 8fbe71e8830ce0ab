//! The rows of the software inventory: the lines of a file, or a page.

#![no_main]

#[path = "../checks/software.rs"]
mod software;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| software::check(bytes));
