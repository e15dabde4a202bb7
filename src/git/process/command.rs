use std::ffi::{OsStr, OsString};
use std::io::{self, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::JoinHandle;

use crate::git::{Environment, GitError};

/// The variables that tie a git process to one repository (`git rev-parse --local-env-vars`), apart
/// from configuration. Git sets them for its hooks, and they would mislead a git that is started
/// for another repository.
pub const LOCAL_ENV: [&str; 15] = [
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_CONFIG",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_NAMESPACE",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_QUARANTINE_PATH",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
];

/// A git process that has not been started yet. Its environment is clean, its messages are not
/// translated, and it takes no optional locks.
pub struct GitCommand {
    environment: Environment,
    command: Command,
    verb: String,
    input: Option<Vec<u8>>,
}

/// The output of a git process that succeeded.
#[derive(Debug, Clone)]
pub struct Output {
    stdout: Vec<u8>,
}

/// The result of a git process, whether or not it succeeded.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct GitExit {
    /// The exit status; None if a signal terminated it.
    pub status: Option<i32>,
    /// The standard output.
    pub stdout: String,
    /// The standard error, without progress lines that were overwritten.
    pub stderr: String,
}

impl GitCommand {
    pub(in crate::git) fn new(
        environment: &Environment,
        config: &[(&str, &str)],
        verb: &str,
    ) -> Self {
        let mut command = environment.command("git");
        // Settings passed to this command with `git -c` also apply to the processes it starts.
        let not_its = environment.set_by_git().into_iter();
        let not_its = not_its.filter(|name| *name != "GIT_CONFIG_PARAMETERS");
        for name in LOCAL_ENV.into_iter().chain(not_its) {
            command.env_remove(name);
        }
        for (key, value) in config {
            command.arg("-c").arg(format!("{key}={value}"));
        }
        command.env("LC_ALL", "C").env("GIT_OPTIONAL_LOCKS", "0").stdin(Stdio::null()).arg(verb);
        Self { environment: environment.clone(), command, verb: verb.to_owned(), input: None }
    }

    /// Returns `git <verb>` as if the user had run it in `folder`, with an unchanged environment.
    pub(crate) fn in_same_place(environment: &Environment, folder: &Path, verb: &str) -> Self {
        let mut command = environment.command("git");
        command.current_dir(folder).env("LC_ALL", "C").stdin(Stdio::null()).arg(verb);
        Self { environment: environment.clone(), command, verb: verb.to_owned(), input: None }
    }

    /// Adds an argument.
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.command.arg(arg);
        self
    }

    /// Adds arguments.
    pub fn args(mut self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.command.args(args);
        self
    }

    /// Runs the process in this directory.
    pub fn at(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// Sets an environment variable.
    pub fn env(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.command.env(name, value.into());
        self
    }

    /// Lets the process and its hooks use the user's language and take optional locks, as if the
    /// user had started it. Use it for output that is displayed, never for output that is parsed.
    pub fn as_user(mut self) -> Self {
        match self.environment.os("LC_ALL") {
            Some(locale) => self.command.env("LC_ALL", locale),
            None => self.command.env_remove("LC_ALL"),
        };
        self.command.env_remove("GIT_OPTIONAL_LOCKS");
        self
    }

    /// Shields the process from signals of the terminal, such as ^C, so that it is not interrupted
    /// halfway. Use it only for processes that are quick and never prompt.
    pub fn shielded(mut self) -> Self {
        self.command.process_group(0);
        self
    }

    /// Sets the standard input.
    pub fn input(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.input = Some(bytes.into());
        self
    }

    /// Runs the process and returns its output.
    ///
    /// # Errors
    /// Fails if the process cannot be started, or exits with a status other than 0.
    pub fn run(self) -> Result<Output, GitError> {
        let verb = self.verb.clone();
        let (status, stdout, stderr) = self.finish()?;
        if status.success() {
            return Ok(Output { stdout });
        }
        let message = plain_message(&String::from_utf8_lossy(&stderr));
        Err(GitError::Failed { verb, status: status.code(), message })
    }

    /// Runs the process and returns its output, even if it fails.
    ///
    /// # Errors
    /// Fails if the process cannot be started.
    pub(crate) fn printed(self) -> Result<String, GitError> {
        let (_, stdout, _) = self.finish()?;
        Ok(String::from_utf8_lossy(&stdout).into_owned())
    }

    /// Runs the process and returns how it ended. Its standard error is passed to `watch` as it is
    /// written: lines with their terminators, which are carriage returns for progress. Output from
    /// the first error on is not passed.
    ///
    /// # Errors
    /// Fails if the process cannot be started.
    pub fn end(mut self, watch: &mut dyn FnMut(&str)) -> Result<GitExit, GitError> {
        let child = self.command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = child.map_err(|source| self.start_error(source))?;
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let stdout = stdout.map(|pipe| std::thread::spawn(|| all_of(pipe)));
        let stderr = stderr.map(|pipe| said(pipe, watch)).unwrap_or_default();
        let stdout = stdout.map_or(Ok(Vec::new()), joined);
        let status = child.wait();
        let failed = |source| self.start_error(source);
        let (status, stdout) = (status.map_err(failed)?, stdout.map_err(failed)?);
        let stdout = String::from_utf8_lossy(&stdout).into_owned();
        Ok(GitExit { status: status.code(), stdout, stderr })
    }

    /// Runs the process and returns its output, or None if it exits with status 1 and no error, as
    /// git commands do that found nothing. Hints, warnings and traces are no errors.
    ///
    /// # Errors
    /// Fails if the process cannot be started, or fails in any other way.
    pub fn find(self) -> Result<Option<Output>, GitError> {
        let verb = self.verb.clone();
        let (status, stdout, stderr) = self.finish()?;
        let stderr = String::from_utf8_lossy(&stderr);
        match status.code() {
            Some(0) => Ok(Some(Output { stdout })),
            Some(1) if !stderr.lines().any(is_error) => Ok(None),
            status => {
                let message = plain_message(&stderr);
                Err(GitError::Failed { verb, status, message })
            }
        }
    }

    /// Runs the process with the input, output and terminal of this one. Returns its exit status;
    /// None if a signal ended it.
    ///
    /// # Errors
    /// Fails if the process cannot be started.
    pub(crate) fn in_terminal(mut self) -> Result<Option<i32>, GitError> {
        let inherit = |stdio: &mut Command| stdio.stdin(Stdio::inherit()).status();
        let status = inherit(&mut self.command).map_err(|source| self.start_error(source))?;
        Ok(status.code())
    }

    /// Starts the process without input or output, and does not wait for it.
    ///
    /// # Errors
    /// Fails if the process cannot be started.
    pub fn detach(mut self) -> Result<(), GitError> {
        let child = self.command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let mut child = child.map_err(|source| self.start_error(source))?;
        // Reap the child, so that a long-running program does not collect zombies. If this program
        // ends first, init takes over the child.
        std::thread::spawn(move || child.wait());
        Ok(())
    }

    fn finish(mut self) -> Result<(ExitStatus, Vec<u8>, Vec<u8>), GitError> {
        if self.input.is_some() {
            self.command.stdin(Stdio::piped());
        }
        let child = self.command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = child.map_err(|source| self.start_error(source))?;
        let feeder = feed(&mut child, self.input.take());
        let stderr = child.stderr.take().map(|pipe| std::thread::spawn(|| all_of(pipe)));
        let stdout = child.stdout.take().map_or(Ok(Vec::new()), all_of);
        let stderr = stderr.map_or(Ok(Vec::new()), joined);
        let status = child.wait();
        if let Some(feeder) = feeder {
            // A process that did not read all of its input reports the reason itself.
            let _ = feeder.join();
        }
        let failed = |source| self.start_error(source);
        Ok((status.map_err(failed)?, stdout.map_err(failed)?, stderr.map_err(failed)?))
    }

    fn start_error(&self, source: std::io::Error) -> GitError {
        GitError::Start { program: format!("git {}", self.verb), source }
    }
}

/// Writes the input from a separate thread, so that a process that prints before it has read
/// everything cannot block.
fn feed(child: &mut Child, input: Option<Vec<u8>>) -> Option<JoinHandle<()>> {
    let (bytes, mut stdin) = (input?, child.stdin.take()?);
    Some(std::thread::spawn(move || {
        let _ = stdin.write_all(&bytes);
    }))
}

/// Reads a pipe to its end. `Child::wait_with_output` would panic on a read error.
fn all_of(mut pipe: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    pipe.read_to_end(&mut bytes).map(|_| bytes)
}

fn joined(reader: JoinHandle<io::Result<Vec<u8>>>) -> io::Result<Vec<u8>> {
    reader.join().unwrap_or_else(|_| Err(io::Error::other("a reader panicked")))
}

/// Reads to the end, line by line. Returns all lines except progress, and passes those before the
/// first error to `watch`.
fn said(pipe: impl Read, watch: &mut dyn FnMut(&str)) -> String {
    let (mut kept, mut line, mut is_over) = (String::new(), Vec::new(), false);
    for byte in BufReader::new(pipe).bytes().map_while(Result::ok) {
        line.push(byte);
        if byte == b'\r' || byte == b'\n' {
            let text = String::from_utf8_lossy(&line).into_owned();
            line.clear();
            is_over |= text.starts_with("fatal: ") || text.starts_with("error: ");
            if !is_over {
                watch(&text);
            }
            if byte == b'\n' {
                kept.push_str(&text);
            }
        }
    }
    kept + &String::from_utf8_lossy(&line)
}

fn is_error(line: &str) -> bool {
    ["error: ", "fatal: "].iter().any(|start| line.starts_with(start))
}

/// Strips the `fatal: ` or `error: ` from git's message; the caller adds its own prefix.
pub(crate) fn plain_message(stderr: &str) -> String {
    let text = stderr.trim_end();
    let text =
        text.strip_prefix("fatal: ").or_else(|| text.strip_prefix("error: ")).unwrap_or(text);
    text.to_owned()
}

impl Output {
    /// Returns the output.
    pub fn bytes(&self) -> &[u8] {
        &self.stdout
    }

    /// Returns the output without the final newline. Bytes that are not UTF-8 are replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).trim_end_matches(['\n', '\r']).to_owned()
    }
}
