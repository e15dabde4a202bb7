use std::fs;

/// What the program weighed when it was last looked at: SQLite is a megabyte of it, and regular
/// expressions half of one.
const KNOWN: u64 = 11_200_000;

/// What it may grow to.
const LIMIT: u64 = KNOWN + (1 << 20);

/// The size of the program, with `cargo bench` that of a release.
pub fn program() {
    let size = fs::metadata(env!("CARGO_BIN_EXE_git-ao")).expect("the program is built").len();
    println!(
        "{:<44} {size:>9} | {:<34} {KNOWN:>9} | ratio {:>7.3}",
        "size of git-ao, bytes",
        "when it was last looked at",
        size as f64 / KNOWN as f64
    );
    assert!(size <= LIMIT || cfg!(debug_assertions), "the program is larger than {LIMIT} bytes");
}
