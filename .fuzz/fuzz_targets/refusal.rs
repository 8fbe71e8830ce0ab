//! The parser of refusals: status, `Retry-After` and the body of an error, of API and sign-in.

#![no_main]

#[path = "../checks/refusal.rs"]
mod refusal;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| refusal::check(bytes));
