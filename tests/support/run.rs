use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::{LIMIT, Out, output_of};

/// A command that is ready to run, with nothing in its environment but what is set here.
#[derive(Clone)]
pub struct Run {
    program: OsString,
    args: Vec<OsString>,
    dir: PathBuf,
    variables: Vec<(OsString, OsString)>,
    input: Vec<u8>,
}

impl Run {
    pub fn new(
        program: OsString,
        args: Vec<OsString>,
        dir: PathBuf,
        variables: Vec<(OsString, OsString)>,
    ) -> Self {
        Self { program, args, dir, variables, input: Vec::new() }
    }

    /// Sets the time that the program takes for now, in seconds since 1970. Without this it is the
    /// machine's. Git itself uses it for what it shows (`2 hours ago`), not for new commits.
    pub fn at(self, now: i64) -> Self {
        self.env("GIT_TEST_DATE_NOW", now.to_string())
    }

    pub fn env(mut self, key: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self = self.without(key.as_ref());
        self.variables.push((key.as_ref().to_owned(), value.as_ref().to_owned()));
        self
    }

    /// Takes a variable away again.
    pub fn without(mut self, key: impl AsRef<OsStr>) -> Self {
        self.variables.retain(|(name, _)| name != key.as_ref());
        self
    }

    pub fn dir(mut self, dir: impl AsRef<Path>) -> Self {
        self.dir = dir.as_ref().to_owned();
        self
    }

    /// What the program reads on standard input; without this, nothing.
    pub fn input(mut self, input: impl Into<Vec<u8>>) -> Self {
        self.input = input.into();
        self
    }

    /// Another command with the same environment in the same folder.
    pub fn like<A: AsRef<OsStr>>(self, program: &str, args: impl IntoIterator<Item = A>) -> Self {
        let args = args.into_iter().map(|arg| arg.as_ref().to_owned()).collect();
        Self { program: program.into(), args, ..self }
    }

    /// The command as a shell reads it; nothing in it may hold a single quote.
    pub fn shell(&self) -> String {
        let words = std::iter::once(&self.program).chain(&self.args);
        words.map(|word| format!("'{}'", word.to_string_lossy())).collect::<Vec<_>>().join(" ")
    }

    /// The same command as the last arguments of another one: `strace -f <this>`.
    pub fn under<A: AsRef<OsStr>>(self, program: &str, args: impl IntoIterator<Item = A>) -> Self {
        let words = std::iter::once(self.program).chain(self.args);
        let args = args.into_iter().map(|arg| arg.as_ref().to_owned()).chain(words).collect();
        Self { program: program.into(), args, ..self }
    }

    /// The same command behind a line of shell, which ends in `exec "$@"`.
    pub fn after(self, script: &str) -> Self {
        self.under("sh", ["-c", &format!("{script} && exec \"$@\""), "sh"])
    }

    /// Runs to the end. The result is not judged: see [`Out::ok`] and [`Out::code`].
    pub fn run(&self) -> Out {
        let mut child = self.spawn();
        let mut stdin = child.stdin.take().expect("standard input is a pipe");
        std::thread::scope(|scope| {
            // A program that ends without reading its input is no failure of the test.
            scope.spawn(move || drop(stdin.write_all(&self.input)));
            Out::new(self.name(), output_of(child, &self.name(), LIMIT))
        })
    }

    /// Starts, with pipes at all three ends, for a test that wants to talk to it or to kill it.
    pub fn spawn(&self) -> Child {
        let mut command = self.command();
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().unwrap_or_else(|error| panic!("cannot start '{}': {error}", self.name()))
    }

    /// The same as a plain command.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.args).current_dir(&self.dir);
        command.env_clear().envs(self.variables.iter().map(|(key, value)| (key, value)));
        command
    }

    /// The same behind a gate: tells on standard error, with one newline, that it is there, and
    /// begins when standard input ends. See [`super::race`].
    pub(super) fn gated(&self) -> Self {
        assert!(self.input.is_empty(), "'{}': standard input is the gate", self.name());
        let script = r#"echo >&2; read _; exec "$@" </dev/null"#;
        let head = ["-c", script, "gate"].map(OsString::from);
        let words = std::iter::once(self.program.clone()).chain(self.args.iter().cloned());
        let args = head.into_iter().chain(words).collect();
        Self { program: "sh".into(), args, ..self.clone() }
    }

    /// The command line, for messages.
    pub fn name(&self) -> String {
        let program = Path::new(&self.program).file_name().unwrap_or(&self.program);
        let words = std::iter::once(program).chain(self.args.iter().map(OsString::as_os_str));
        words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
    }
}
