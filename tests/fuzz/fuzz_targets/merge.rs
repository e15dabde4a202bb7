#![no_main]

#[path = "../../it/corpus/laws.rs"]
#[allow(dead_code)]
mod laws;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| laws::merge(bytes));
