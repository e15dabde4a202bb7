use std::os::unix::process::ExitStatusExt;
use std::process::Output;

/// How a command ended. The checks chain, and a failing one shows everything there is.
#[derive(Debug, Clone)]
pub struct Out {
    /// The exit code; 128 and the signal where one ended it, as a shell has it.
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
    name: String,
}

impl Out {
    pub fn new(name: String, output: Output) -> Self {
        let signal = || 128 + output.status.signal().unwrap_or_default();
        Self {
            status: output.status.code().unwrap_or_else(signal),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            name,
        }
    }

    /// It ended well.
    #[track_caller]
    pub fn ok(self) -> Self {
        self.code(0)
    }

    #[track_caller]
    pub fn code(self, code: i32) -> Self {
        self.check(|out| out.status == code, &format!("should exit with {code}"))
    }

    #[track_caller]
    pub fn stdout_has(self, text: &str) -> Self {
        self.check(
            |out| out.stdout.contains(text),
            &format!("standard output should have '{text}'"),
        )
    }

    #[track_caller]
    pub fn stdout_lacks(self, text: &str) -> Self {
        self.check(
            |out| !out.stdout.contains(text),
            &format!("standard output should not have '{text}'"),
        )
    }

    #[track_caller]
    pub fn stdout_is(self, text: &str) -> Self {
        self.check(|out| out.stdout == text, &format!("standard output should be '{text}'"))
    }

    #[track_caller]
    pub fn stderr_has(self, text: &str) -> Self {
        self.check(|out| out.stderr.contains(text), &format!("standard error should have '{text}'"))
    }

    #[track_caller]
    pub fn stderr_lacks(self, text: &str) -> Self {
        self.check(
            |out| !out.stderr.contains(text),
            &format!("standard error should not have '{text}'"),
        )
    }

    #[track_caller]
    pub fn stderr_is(self, text: &str) -> Self {
        self.check(|out| out.stderr == text, &format!("standard error should be '{text}'"))
    }

    /// Standard output as one JSON value.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        match serde_json::from_str(&self.stdout) {
            Ok(value) => value,
            Err(error) => panic!("standard output should be JSON: {error}\n{self}"),
        }
    }

    /// Standard output without the white space around it.
    pub fn text(&self) -> &str {
        self.stdout.trim()
    }

    pub fn lines(&self) -> Vec<&str> {
        self.stdout.lines().collect()
    }

    #[track_caller]
    fn check(self, holds: impl FnOnce(&Self) -> bool, wish: &str) -> Self {
        assert!(holds(&self), "{wish}\n{self}");
        self
    }
}

impl std::fmt::Display for Out {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { status, stdout, stderr, name } = self;
        write!(f, "$ {name}\n-- exit {status}\n-- stdout\n{stdout}\n-- stderr\n{stderr}")
    }
}
