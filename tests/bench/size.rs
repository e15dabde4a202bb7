use std::fs;

/// What the program weighed when its profile was last tuned.
const TUNED: u64 = 6_200_000;

/// What it may grow to.
const LIMIT: u64 = TUNED + (3 << 20);

/// The size of the program, with `cargo bench` that of a release.
pub fn program() {
    let size = fs::metadata(env!("CARGO_BIN_EXE_git-ao")).expect("the program is built").len();
    println!(
        "{:<44} {size:>9} | {:<34} {TUNED:>9} | ratio {:>7.3}",
        "size of git-ao, bytes",
        "when it was tuned",
        size as f64 / TUNED as f64
    );
    assert!(size <= LIMIT || cfg!(debug_assertions), "the program is larger than {LIMIT} bytes");
}
