//! `formula` under libFuzzer; built by plain cargo, a program that plays the files it is given.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| conclave_fuzz::targets::formula(data));

#[cfg(not(fuzzing))]
fn main() -> std::io::Result<()> {
    conclave_fuzz::play_files(conclave_fuzz::targets::formula, std::env::args_os().skip(1))
}
