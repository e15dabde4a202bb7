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

/// How long tmux may take to answer a question, if not told otherwise.
const ANSWER: Duration = Duration::from_secs(5);

/// How long it may take to do something: its server may have to read a long configuration first.
const PATIENCE: Duration = Duration::from_secs(20);

/// Asks a tmux server by the program tmux.
#[derive(Debug, Clone)]
pub(super) struct Client {
    pub program: OsString,
    pub environment: Environment,
    /// How long it may take to answer; a suspended server would keep its clients for ever.
    pub limit: Duration,
    /// How long it may take where something is to be done.
    pub patience: Duration,
    /// The options that choose the server.
    server: Vec<OsString>,
}

/// What tmux said.
#[derive(Debug)]
pub(super) enum Answer {
    Done(String),
    /// There is no server, so there are no sessions.
    NoServer,
    /// It failed, in its own words.
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

    /// The same server, which may take longer.
    pub fn patient(&self) -> Self {
        Self { limit: self.patience, ..self.clone() }
    }

    /// The program with the options that choose the server.
    pub fn argv(&self) -> Vec<OsString> {
        std::iter::once(self.program.clone()).chain(self.server.iter().cloned()).collect()
    }

    /// Runs tmux with what `configure` adds to the command, and `input` to read.
    pub fn call(
        &self,
        configure: impl FnOnce(&mut Command) -> &mut Command,
        input: Vec<u8>,
    ) -> Result<Answer, RuntimeError> {
        let mut command = self.environment.command(&self.program);
        command.args(&self.server).env_remove("TMUX").env_remove("TMUX_PANE");
        configure(&mut command);
        // ^C at the terminal would end it after the server has done what it was asked, unheard.
        command.process_group(0);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.spawn().map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => {
                RuntimeError::NotInstalled(self.program.to_string_lossy().into_owned())
            }
            _ => RuntimeError::io("start tmux", error),
        })?;
        answer(child, input, self.limit)
    }

    /// Runs commands one after the other; the first that fails ends it.
    pub fn run<const N: usize>(&self, words: [OsString; N]) -> Result<Answer, RuntimeError> {
        self.call(|command| command.args(words.iter().map(|word| escape(word))), Vec::new())
    }

    /// Runs a command to which it is no failure when its target is gone.
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

/// True when tmux's words say that what was aimed at is not there.
pub(super) fn is_gone(words: &str) -> bool {
    // The others: the last session has ended, and with it the server may have.
    let gone = ["can't find", "no such session", "no current target", "server exited"];
    gone.iter().any(|said| words.contains(said))
}

pub(super) fn arg(text: &str) -> OsString {
    OsString::from(text)
}

/// A word as tmux is to get it: one that ends in `;` would end the command, see tmux(1).
pub(super) fn escape(word: &OsStr) -> OsString {
    match word.as_bytes().strip_suffix(b";") {
        Some(start) => OsString::from_vec([start, b"\\;"].concat()),
        None => word.to_owned(),
    }
}

fn answer(mut child: Child, input: Vec<u8>, limit: Duration) -> Result<Answer, RuntimeError> {
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
        // With what it started, where it is a script. Nobody left is no error.
        if let Some(group) = Pid::from_raw(child.id().cast_signed()) {
            let _ = kill_process_group(group, Signal::KILL);
        }
        child.wait().map_err(failed)?;
        return Err(RuntimeError::NoAnswer);
    }
    let status = child.wait().map_err(failed)?;
    // tmux may end without reading all: then its own words say more than the broken pipe.
    let _ = feed.join();
    // What a script has left running may hold the pipes open.
    let text =
        |pipe: Receiver<String>| pipe.recv_timeout(limit).map_err(|_| RuntimeError::NoAnswer);
    if status.success() {
        return Ok(Answer::Done(text(stdout)?));
    }
    let words = text(stderr)?.trim_end().to_owned();
    Ok(if says_no_server(&words) { Answer::NoServer } else { Answer::Failed(words) })
}

fn collect(pipe: Option<impl Read + Send + 'static>) -> Receiver<String> {
    let (send, receive) = channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // A pipe that breaks ends the text, as an end of file does.
        let _ = pipe.map(|mut pipe| pipe.read_to_end(&mut bytes));
        // Nobody may be waiting any more.
        let _ = send.send(String::from_utf8_lossy(&bytes).into_owned());
    });
    receive
}

/// tmux says so when nobody listens at the socket, or when there is none.
///
/// Its messages are not translated, and this is the only way in which it tells these cases from a
/// socket that it may not open.
fn says_no_server(words: &str) -> bool {
    words.starts_with("no server running on ")
        || (words.starts_with("error connecting to ")
            && words.ends_with("(No such file or directory)"))
}

/// The version of the program; None where it has no number (built from its newest source).
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

/// Fails unless there is a directory to start in.
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
