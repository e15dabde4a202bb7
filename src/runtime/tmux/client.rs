use std::ffi::{OsStr, OsString};
use std::io::{self, Read, Write};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};

use crate::git::Environment;
use crate::runtime::wait::{Waited, wait};
use crate::runtime::{Process, RuntimeError};

/// How long tmux may take to answer a query by default.
const ANSWER: Duration = Duration::from_secs(5);

/// How long tmux may take for a command that changes something. Its server may have to start and
/// read a long configuration first.
const PATIENCE: Duration = Duration::from_secs(20);

/// Talks to a tmux server by running the program tmux.
#[derive(Debug, Clone)]
pub(super) struct Client {
    pub program: OsString,
    pub environment: Environment,
    /// How long a call may take. A suspended server would otherwise block its clients forever.
    pub limit: Duration,
    /// The limit of a [patient](Self::patient) client.
    pub patience: Duration,
    /// The options that choose the server.
    server: Vec<OsString>,
}

/// What a call of tmux has printed.
#[derive(Debug)]
pub(super) struct Output {
    pub is_success: bool,
    pub stdout: String,
    pub stderr: String,
}

impl From<Output> for Answer {
    fn from(output: Output) -> Self {
        match output.is_success {
            true => Self::Done(output.stdout),
            false if says_no_server(&output.stderr) => Self::NoServer,
            false => Self::Failed(output.stderr),
        }
    }
}

/// The result of a call of tmux.
#[derive(Debug)]
pub(super) enum Answer {
    Done(String),
    /// No server is running, so there are no sessions.
    NoServer,
    /// It failed, with this message.
    Failed(String),
}

impl Client {
    pub fn new(socket: Option<&str>, environment: &Environment) -> Result<Self, RuntimeError> {
        let server = match socket {
            None | Some("") => Vec::new(),
            Some(path) if path.contains('/') => {
                let path = std::path::absolute(path)
                    .map_err(|e| RuntimeError::io(format!("use the socket '{path}'"), e))?;
                vec![arg("-S"), path.into()]
            }
            Some(name) => vec![arg("-L"), arg(name)],
        };
        let environment = environment.clone();
        Ok(Self { program: arg("tmux"), environment, limit: ANSWER, patience: PATIENCE, server })
    }

    /// Returns a client for the same server that waits longer.
    pub fn patient(&self) -> Self {
        Self { limit: self.patience, ..self.clone() }
    }

    /// Returns the program with the options that choose the server.
    pub fn argv(&self) -> Vec<OsString> {
        std::iter::once(self.program.clone()).chain(self.server.iter().cloned()).collect()
    }

    /// Runs tmux with the arguments that `configure` adds, and with `input` as standard input.
    pub fn call(
        &self,
        configure: impl FnOnce(&mut Command) -> &mut Command,
        input: Vec<u8>,
    ) -> Result<Answer, RuntimeError> {
        self.output(configure, input).map(Answer::from)
    }

    /// Runs tmux as [`call`](Self::call) does, and returns all that it prints.
    pub fn output(
        &self,
        configure: impl FnOnce(&mut Command) -> &mut Command,
        input: Vec<u8>,
    ) -> Result<Output, RuntimeError> {
        let mut command = self.environment.command(&self.program);
        command.args(&self.server).env_remove("TMUX").env_remove("TMUX_PANE");
        configure(&mut command);
        // Otherwise ^C could kill the client after the server has acted, and the answer would be
        // lost.
        command.process_group(0);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.spawn().map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => {
                RuntimeError::NotInstalled(self.program.to_string_lossy().into_owned())
            }
            _ => RuntimeError::io("start tmux", error),
        })?;
        output(child, input, self.limit)
    }

    /// Runs a tmux command with these words.
    pub fn run<const N: usize>(&self, words: [OsString; N]) -> Result<Answer, RuntimeError> {
        self.call(|command| command.args(words.iter().map(|word| escape(word))), Vec::new())
    }

    /// Runs a command that does not fail if its target no longer exists.
    pub fn run_unless_gone<const N: usize>(
        &self,
        words: [OsString; N],
    ) -> Result<(), RuntimeError> {
        match self.run(words)? {
            Answer::Failed(words) if !is_gone(&words) => Err(RuntimeError::Tmux(words)),
            _ => Ok(()),
        }
    }
}

/// Returns true if tmux's message says that the target does not exist.
pub(super) fn is_gone(words: &str) -> bool {
    // The last two appear if the last session has ended, and possibly the server with it.
    let gone = ["can't find", "no such session", "no current target", "server exited"];
    gone.iter().any(|said| words.contains(said))
}

pub(super) fn arg(text: &str) -> OsString {
    OsString::from(text)
}

/// Escapes a word for tmux, in which a trailing `;` would end the command (tmux(1)).
pub(super) fn escape(word: &OsStr) -> OsString {
    match word.as_bytes().strip_suffix(b";") {
        Some(start) => OsString::from_vec([start, b"\\;"].concat()),
        None => word.to_owned(),
    }
}

fn output(mut child: Child, input: Vec<u8>, limit: Duration) -> Result<Output, RuntimeError> {
    let failed = |e| RuntimeError::io("talk to tmux", e);
    let stdin = child.stdin.take();
    let feed = thread::spawn(move || stdin.map_or(Ok(()), |mut stdin| stdin.write_all(&input)));
    let stdout = collect(child.stdout.take());
    let stderr = collect(child.stderr.take());
    let in_time = match Process::of(child.id())? {
        Some(process) => wait(&process, limit)?,
        None => Waited::Ended,
    };
    if in_time == Waited::TimedOut {
        // Kills the group, because the program may be a script with children. An empty group is not
        // an error.
        if let Some(group) = Pid::from_raw(child.id().cast_signed()) {
            let _ = kill_process_group(group, Signal::KILL);
        }
        child.wait().map_err(failed)?;
        return Err(RuntimeError::NoAnswer);
    }
    let status = child.wait().map_err(failed)?;
    // tmux may exit without reading all input. Its own message is then more useful than the error
    // about the broken pipe.
    let _ = feed.join();
    // Children of a script may keep the pipes open.
    let text =
        |pipe: Receiver<String>| pipe.recv_timeout(limit).map_err(|_| RuntimeError::NoAnswer);
    let is_success = status.success();
    let stderr = if is_success { String::new() } else { text(stderr)? };
    Ok(Output { is_success, stdout: text(stdout)?, stderr: stderr.trim_end().to_owned() })
}

fn collect(pipe: Option<impl Read + Send + 'static>) -> Receiver<String> {
    let (send, receive) = channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // A read error ends the text, like the end of the file.
        let _ = pipe.map(|mut pipe| pipe.read_to_end(&mut bytes));
        // The receiver may be gone.
        let _ = send.send(String::from_utf8_lossy(&bytes).into_owned());
    });
    receive
}

/// Returns true if tmux's message says that nobody listens on the socket, or that there is none.
///
/// Only the message, which is not translated, distinguishes these cases from a socket that may not
/// be opened.
fn says_no_server(words: &str) -> bool {
    words.starts_with("no server running on ")
        || (words.starts_with("error connecting to ")
            && words.ends_with("(No such file or directory)"))
}

/// Returns the version of the program, or None if it has no number, as with a development build.
pub(super) fn version(client: &Client) -> Result<Option<(u32, u32, String)>, RuntimeError> {
    let words = match client.call(|command| command.arg("-V"), Vec::new())? {
        Answer::Done(words) => words,
        Answer::Failed(words) => return Err(RuntimeError::Tmux(words)),
        Answer::NoServer => return Ok(None),
    };
    Ok(parse_version(&words))
}

fn parse_version(words: &str) -> Option<(u32, u32, String)> {
    let name = words.trim().strip_prefix("tmux ")?;
    let number = name.strip_prefix("next-").unwrap_or(name);
    let (major, minor) = number.split_once('.')?;
    let minor: String = minor.chars().take_while(char::is_ascii_digit).collect();
    Some((major.parse().ok()?, minor.parse().ok()?, name.to_owned()))
}

/// Checks that the working directory exists.
pub(super) fn check_directory(path: &Path) -> Result<(), RuntimeError> {
    if path.is_dir() { Ok(()) } else { Err(RuntimeError::NoDirectory(path.to_owned())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions() {
        let parsed = |text| parse_version(text).map(|(major, minor, _)| (major, minor));
        assert_eq!(parsed("tmux 3.3a\n"), Some((3, 3)));
        assert_eq!(parsed("tmux next-3.7\n"), Some((3, 7)));
        assert_eq!(parsed("tmux 2.9\n"), Some((2, 9)));
        assert_eq!(parsed("tmux master\n"), None);
        assert_eq!(parsed("tmux openbsd-7.4\n"), None);
    }

    #[test]
    fn only_an_absent_server_is_absent() {
        assert!(says_no_server("no server running on /tmp/tmux-0/x"));
        assert!(says_no_server("error connecting to /tmp/x (No such file or directory)"));
        assert!(!says_no_server("error connecting to /tmp/x (Permission denied)"));
        assert!(!says_no_server("error connecting to /tmp/x (Not a directory)"));
        assert!(!says_no_server("lost server"));
        assert!(!says_no_server(""));
    }

    #[test]
    fn a_semicolon_at_the_end_is_kept_from_tmux() {
        for (word, escaped) in [(";", "\\;"), ("a;", "a\\;"), ("a\\;", "a\\\\;"), ("a;b", "a;b")] {
            assert_eq!(escape(OsStr::new(word)), escaped);
        }
    }
}
