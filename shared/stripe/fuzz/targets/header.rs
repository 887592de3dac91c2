//! Fuzz target: a `Stripe-Signature` header and a body.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| laws::header(input));
