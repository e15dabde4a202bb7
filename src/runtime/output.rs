use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;

use super::event::ProcessEvent;
use super::lines::Lines;

/// The limit of lines that wait to be read, in bytes.
const MAX_BACKLOG: usize = 8 << 20;

/// Sends the lines of a process to a receiver, as long as that exists.
pub(super) struct LineSink {
    pub send: Sender<ProcessEvent>,
    pub backlog: Backlog,
}

/// The size of the lines that were sent and not yet received, in bytes.
#[derive(Debug, Clone, Default)]
pub(super) struct Backlog(Arc<AtomicUsize>);

impl LineSink {
    /// Sends a line, or drops it if too many are waiting, so that the process is never blocked.
    fn say(&self, line: String) {
        let (weight, Backlog(backlog)) = (weight(&line), &self.backlog);
        if backlog.load(Ordering::Relaxed) + weight <= MAX_BACKLOG {
            backlog.fetch_add(weight, Ordering::Relaxed);
            let _ = self.send.send(ProcessEvent::Line(line));
        }
    }
}

impl Backlog {
    /// Subtracts a line that was received.
    pub fn heard(&self, line: &str) {
        self.0.fetch_sub(weight(line), Ordering::Relaxed);
    }
}

fn weight(line: &str) -> usize {
    line.len() + size_of::<ProcessEvent>()
}

/// Copies the data from all pipes to `output`, and sends the lines of the first pipe to `sink`. The
/// returned channel is closed when all pipes are at their end.
pub(super) fn pass_on(
    pipes: Vec<OwnedFd>,
    mut output: Box<dyn Write + Send>,
    sink: LineSink,
) -> Receiver<()> {
    let (done, end) = channel::<()>();
    thread::spawn(move || {
        let _done = done;
        let mut pipes: Vec<(usize, File)> = pipes.into_iter().map(File::from).enumerate().collect();
        let mut lines = Lines::default();
        let mut buffer = vec![0; 64 * 1024];
        while !pipes.is_empty() {
            let mut ready = ready(&pipes).into_iter();
            pipes.retain_mut(|(place, pipe)| {
                if !ready.next().unwrap_or(true) {
                    return true;
                }
                let count = match pipe.read(&mut buffer) {
                    Ok(0) => return false,
                    Ok(count) => count,
                    Err(error) => return error.kind() == io::ErrorKind::Interrupted,
                };
                // A full disk must not block the process.
                let _ = output.write_all(&buffer[..count]).and_then(|()| output.flush());
                if *place == 0 {
                    lines.add(&buffer[..count]).into_iter().for_each(|line| sink.say(line));
                }
                true
            });
        }
        lines.rest().into_iter().for_each(|line| sink.say(line));
    });
    end
}

/// Waits until a pipe is readable, and returns for each pipe, in order, whether it is.
fn ready(pipes: &[(usize, File)]) -> Vec<bool> {
    let mut polled: Vec<_> =
        pipes.iter().map(|(_, pipe)| PollFd::new(pipe, PollFlags::IN)).collect();
    while poll(&mut polled, None) == Err(Errno::INTR) {}
    polled.iter().map(|pipe| !pipe.revents().is_empty()).collect()
}
