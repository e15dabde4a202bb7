use std::io::{Read, Write};
use std::process::{Child, ChildStdin};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use super::Run;

/// Only what never comes takes this long.
const LIMIT: Duration = Duration::from_secs(60);

/// A terminal with a program in it, which leads its session: what is typed goes in, what is shown
/// comes out.
pub struct Terminal {
    holder: Child,
    keys: ChildStdin,
    shown: Arc<(Mutex<Shown>, Condvar)>,
}

#[derive(Default)]
struct Shown {
    text: String,
    /// Up to here it was waited for.
    seen: usize,
    has_ended: bool,
}

impl Terminal {
    /// Runs a program in a terminal of its own.
    pub fn open(run: Run) -> Self {
        let script = "import pty, sys; pty.spawn(sys.argv[1:])";
        let mut holder = run.under("python3", ["-c", script]).spawn();
        let (keys, mut out) = (holder.stdin.take().unwrap(), holder.stdout.take().unwrap());
        let shown = Arc::new((Mutex::new(Shown::default()), Condvar::new()));
        let to = Arc::clone(&shown);
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            loop {
                let count = out.read(&mut buffer).unwrap_or(0);
                let mut shown = to.0.lock().unwrap();
                shown.text += &String::from_utf8_lossy(&buffer[..count]);
                shown.has_ended = count == 0;
                to.1.notify_all();
                if count == 0 {
                    return;
                }
            }
        });
        Self { holder, keys, shown }
    }

    /// Presses keys.
    pub fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// Waits until this is shown, after what was waited for before; returns what came before it.
    #[track_caller]
    pub fn wait_for(&self, text: &str) -> String {
        let end = Instant::now() + LIMIT;
        let mut shown = self.shown.0.lock().unwrap();
        loop {
            let from = shown.seen;
            if let Some(at) = shown.text[from..].find(text) {
                shown.seen = from + at + text.len();
                return shown.text[from..from + at].to_owned();
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() || shown.has_ended {
                let all = shown.text.clone();
                drop(shown);
                panic!("no '{text}' in: {all}");
            }
            shown = self.shown.1.wait_timeout(shown, left).unwrap().0;
        }
    }

    /// Closes the window: nobody holds the other end any more.
    pub fn close(self) {}
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}
