//! Formats manual pages with groff or mandoc.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::thread;

/// Formats a page for a terminal with the first installed formatter. Returns None if there is none.
pub fn render(source: &[u8], width: usize) -> Option<Vec<u8>> {
    let groff = ["-k", "-man", "-Tutf8", &format!("-rLL={width}n")];
    let mandoc = ["-man", "-Tutf8", &format!("-Owidth={width}")];
    run("groff", &groff, source).or_else(|| run("mandoc", &mandoc, source))
}

fn run(program: &str, args: &[&str], source: &[u8]) -> Option<Vec<u8>> {
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().ok()?;
    let (mut pipe, source) = (child.stdin.take()?, source.to_vec());
    // A formatter that stops reading fails, which is detected below.
    let feeder = thread::spawn(move || drop(pipe.write_all(&source)));
    let output = child.wait_with_output().ok()?;
    drop(feeder.join());
    (output.status.success() && !output.stdout.is_empty()).then_some(output.stdout)
}
