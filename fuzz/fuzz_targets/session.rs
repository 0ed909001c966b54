//! libFuzzer around [`conclave_fuzz::targets::session`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| conclave_fuzz::targets::session(data));
