//! Fuzz target: the body of a webhook event.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| laws::event(input));
