//! Waiting that has an end, and says what it waited for.

use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

/// Only what never comes takes this long, also on a machine that has much else to do.
pub const LIMIT: Duration = Duration::from_secs(120);

/// The output of a child when it has ended and nobody holds its pipes any more.
#[track_caller]
pub fn output_of(child: Child, what: &str, limit: Duration) -> Output {
    let pid = child.id().to_string();
    let (send, receive) = channel();
    thread::spawn(move || send.send(child.wait_with_output()));
    match receive.recv_timeout(limit) {
        Ok(output) => output.expect("a child can be waited for"),
        Err(_) => {
            let _ = Command::new("kill").args(["-KILL", &pid]).stderr(Stdio::null()).status();
            panic!("waited {} seconds for the end of '{what}'", limit.as_secs());
        }
    }
}

/// Waits until something is true.
#[track_caller]
pub fn wait_for(what: &str, mut is_true: impl FnMut() -> bool) {
    let end = Instant::now() + LIMIT;
    while !is_true() {
        assert!(Instant::now() < end, "waited {} seconds: {what}", LIMIT.as_secs());
        thread::sleep(Duration::from_millis(5));
    }
}
