//! Fuzz target: a `Stripe-Signature` header and a body.
#![no_main]

#[path = "../laws.rs"]
#[allow(dead_code, reason = "each target has one law")]
mod laws;

libfuzzer_sys::fuzz_target!(|input: &[u8]| laws::header(input));
