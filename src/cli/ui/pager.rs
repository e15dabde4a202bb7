//! The pager, chosen and run as git does it (git-var(1), `GIT_PAGER`).

use std::io::{self, BufWriter, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::cli::env::Env;

/// More than a pipe can hold: once this much was accepted, the pager is reading.
const ENOUGH: usize = 128 * 1024;

/// Returns the pager to use, or None if it is `cat` or empty.
pub fn command(env: &Env, core_pager: Option<&str>) -> Option<String> {
    let choice = env.text("GIT_PAGER").or(core_pager).or(env.text("PAGER")).unwrap_or("less");
    (!choice.is_empty() && choice != "cat").then(|| choice.to_owned())
}

/// A running pager.
pub struct Pager {
    child: Child,
    pipe: BufWriter<ChildStdin>,
    /// The text written so far, while the pager may still fail to start.
    written: Option<Vec<u8>>,
    interrupted: Arc<AtomicBool>,
    /// True once a write failed because the pipe was closed.
    left: bool,
}

/// How the pager ended.
#[derive(Debug, PartialEq, Eq)]
pub enum End {
    /// The pager accepted everything.
    Read,
    /// The user quit before the end.
    Quit,
    /// The user pressed ^C.
    Interrupted,
    /// The shell could not run the pager. This is the unread text.
    NeverRan(Vec<u8>),
}

impl Pager {
    /// Starts the pager. A plain word is run directly, anything else by the shell.
    ///
    /// From here on ^C is left to the pager, so that this program does not exit before the pager
    /// does.
    pub fn start(command: &str, env: &Env) -> io::Result<Self> {
        let mut child = to_command(command);
        for (name, value) in [("LESS", "FRX"), ("LV", "-c")] {
            if !env.has(name) {
                child.env(name, value);
            }
        }
        let interrupted = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&interrupted);
        signal_hook::flag::register(signal_hook::consts::SIGINT, flag)?;
        let mut child = child.stdin(Stdio::piped()).spawn()?;
        let pipe = child.stdin.take().expect("it was asked for");
        Ok(Self {
            child,
            pipe: BufWriter::new(pipe),
            written: Some(Vec::new()),
            interrupted,
            left: false,
        })
    }

    /// Writes the rest, closes the pipe and waits for the pager.
    pub fn end(mut self) -> io::Result<End> {
        let flushed = self.pipe.flush();
        drop(self.pipe);
        let status = self.child.wait()?;
        if self.interrupted.load(Ordering::Relaxed) {
            return Ok(End::Interrupted);
        }
        // The exit statuses of a shell that cannot run a command.
        if let (Some(126 | 127), Some(written)) = (status.code(), self.written) {
            return Ok(End::NeverRan(written));
        }
        match flushed {
            Ok(()) if !self.left => Ok(End::Read),
            Ok(()) => Ok(End::Quit),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(End::Quit),
            Err(error) => Err(error),
        }
    }
}

impl Write for Pager {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.interrupted.load(Ordering::Relaxed) {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        match &mut self.written {
            Some(written) if written.len() <= ENOUGH => written.extend_from_slice(bytes),
            written => *written = None,
        }
        let result = self.pipe.write_all(bytes);
        self.left |= result.is_err();
        result
    }

    fn flush(&mut self) -> io::Result<()> {
        self.pipe.flush()
    }
}

/// Prepares a command from git's configuration or environment as git does: run by the shell, or
/// directly if the shell would change nothing (git's `prepare_shell_cmd`).
fn to_command(command: &str) -> Command {
    const SPECIAL: &[char] = &[
        '|', '&', ';', '<', '>', '(', ')', '$', '`', '\\', '"', '\'', ' ', '\t', '\n', '*', '?',
        '[', '#', '~', '=', '%',
    ];
    if !command.contains(SPECIAL) {
        return Command::new(command);
    }
    let mut shell = Command::new("sh");
    shell.args(["-c", command]);
    shell
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_choice_is_made_in_gits_order() {
        let all = Env::of([("GIT_PAGER", "one"), ("PAGER", "three")]);
        assert_eq!(command(&all, Some("two")).as_deref(), Some("one"));
        let some = Env::of([("PAGER", "three")]);
        assert_eq!(command(&some, Some("two")).as_deref(), Some("two"));
        assert_eq!(command(&some, None).as_deref(), Some("three"));
        assert_eq!(command(&Env::of([]), None).as_deref(), Some("less"));
        assert_eq!(command(&Env::of([("GIT_PAGER", "")]), Some("two")), None);
        assert_eq!(command(&some, Some("cat")), None);
    }

    fn paged(command: &str, text: &[u8]) -> End {
        let mut pager = Pager::start(command, &Env::of([])).unwrap();
        match pager.write_all(text) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => panic!("{error}"),
            _ => pager.end().unwrap(),
        }
    }

    #[test]
    fn it_gets_what_is_written_and_a_friendly_less() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("seen");
        let command = format!("{{ cat; echo $LESS $LV; }} > '{}'", file.display());
        assert_eq!(paged(&command, b"one\ntwo\n"), End::Read);
        assert_eq!(std::fs::read_to_string(file).unwrap(), "one\ntwo\nFRX -c\n");
    }

    #[test]
    fn a_reader_may_leave_early() {
        let much = vec![b'x'; 4 * ENOUGH];
        assert_eq!(paged("head -c 1 >/dev/null", &much), End::Quit);
    }

    #[test]
    fn a_pager_that_is_not_there() {
        assert!(Pager::start("no-such-pager", &Env::of([])).is_err());
        let end = paged("no-such-pager --dark 2>/dev/null", b"text\n");
        assert_eq!(end, End::NeverRan(b"text\n".to_vec()));
    }
}
