use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use git_ao::git::Environment;
use tempfile::TempDir;

use super::{Combo, LIMIT, Repo, Run, output_of};

/// The first second that [`TestEnv::tick`] hands out is one minute later: 2026-01-01 00:00:00 UTC.
const CLOCK_START: i64 = 1_767_225_600;

/// A temporary directory with a HOME in it, and commands that see nothing else of the machine but
/// PATH. All of it is gone when the last owner is.
pub struct TestEnv {
    root: TempDir,
    clock: AtomicI64,
}

impl TestEnv {
    pub fn new() -> Arc<Self> {
        let root = tempfile::Builder::new().prefix("git-ao-").tempdir().expect("temporary folder");
        let env = Self { root, clock: AtomicI64::new(CLOCK_START) };
        for name in ["home", "tmp", "tmux"] {
            fs::create_dir(env.path(name)).expect("a fresh folder takes a folder");
        }
        Arc::new(env)
    }

    /// The temporary directory; links resolved, so that it compares equal to what git prints.
    pub fn root(&self) -> PathBuf {
        self.root.path().canonicalize().expect("the temporary folder exists")
    }

    /// A path below the temporary directory.
    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.root().join(name)
    }

    pub fn home(&self) -> PathBuf {
        self.path("home")
    }

    /// The next second of a clock that only this call moves: one minute further each time.
    pub fn tick(&self) -> i64 {
        self.clock.fetch_add(60, Ordering::SeqCst) + 60
    }

    /// A fresh repository of this kind, named `demo`, with one commit on `main`.
    pub fn repo(self: &Arc<Self>, combo: Combo) -> Repo {
        Repo::create(self, "demo", combo)
    }

    /// Any program, to be run in `dir`.
    pub fn run<A: AsRef<OsStr>>(
        &self,
        dir: &Path,
        program: impl AsRef<OsStr>,
        args: impl IntoIterator<Item = A>,
    ) -> Run {
        let args = args.into_iter().map(|arg| arg.as_ref().to_owned()).collect();
        Run::new(program.as_ref().to_owned(), args, dir.to_owned(), self.variables())
    }

    /// The git program, to be run in `dir`.
    pub fn git<A: AsRef<OsStr>>(&self, dir: &Path, args: impl IntoIterator<Item = A>) -> Run {
        self.run(dir, "git", args)
    }

    /// The binary under test, to be run in `dir`.
    pub fn ao<A: AsRef<OsStr>>(&self, dir: &Path, args: impl IntoIterator<Item = A>) -> Run {
        self.run(dir, env!("CARGO_BIN_EXE_git-ao"), args)
    }

    /// `git ao …`, as a person types it: git finds the binary under test first in PATH.
    pub fn git_ao<A: AsRef<OsStr>>(&self, dir: &Path, args: impl IntoIterator<Item = A>) -> Run {
        let args = args.into_iter().map(|arg| arg.as_ref().to_owned());
        let args = std::iter::once(OsString::from("ao")).chain(args);
        self.git(dir, args).env("PATH", path_with_binary())
    }

    /// The environment that these commands see, for the library.
    pub fn environment(&self) -> Environment {
        self.variables().into_iter().collect()
    }

    /// A line of commands as a person pastes it, with the binary under test first in PATH.
    pub fn shell(&self, dir: &Path, commands: &str) -> Run {
        self.run(dir, "sh", ["-c", commands]).env("PATH", path_with_binary())
    }

    fn variables(&self) -> Vec<(OsString, OsString)> {
        let fixed = [
            ("LC_ALL", "C.UTF-8"),
            ("LANG", "C.UTF-8"),
            ("TERM", "dumb"),
            ("TZ", "UTC"),
            ("GIT_CONFIG_GLOBAL", "/dev/null"),
            ("GIT_CONFIG_SYSTEM", "/dev/null"),
            ("GIT_CONFIG_NOSYSTEM", "1"),
            ("GIT_AUTHOR_NAME", "Ann Author"),
            ("GIT_AUTHOR_EMAIL", "ann@example.com"),
            ("GIT_COMMITTER_NAME", "Col Committer"),
            ("GIT_COMMITTER_EMAIL", "col@example.com"),
        ];
        let own = [
            ("PATH", path()),
            ("HOME", self.home().into()),
            ("TMPDIR", self.path("tmp").into()),
            ("TMUX_TMPDIR", self.path("tmux").into()),
            ("GIT_CEILING_DIRECTORIES", self.root().into()),
        ];
        let fixed = fixed.map(|(key, value)| (key.into(), value.into()));
        fixed.into_iter().chain(own.map(|(key, value)| (key.into(), value))).collect()
    }
}

impl Drop for TestEnv {
    /// Ends the tmux servers that were started here, which would outlive their socket, and the
    /// agents that a test left behind on purpose.
    fn drop(&mut self) {
        let users = fs::read_dir(self.path("tmux")).into_iter().flatten().flatten();
        let sockets = users.flat_map(|user| fs::read_dir(user.path()).into_iter().flatten());
        for socket in sockets.flatten() {
            let mut tmux = Command::new("tmux");
            tmux.arg("-S").arg(socket.path()).arg("kill-server");
            tmux.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            if let Ok(child) = tmux.spawn() {
                output_of(child, "tmux kill-server", LIMIT);
            }
        }
        for pid in self.orphans() {
            let mut kill = Command::new("kill");
            let _ = kill.args(["-KILL", &pid.to_string()]).stderr(Stdio::null()).status();
        }
    }
}

impl TestEnv {
    /// The processes that still live in this environment: its home is theirs (proc_pid_environ(5)).
    fn orphans(&self) -> Vec<u32> {
        let home = format!("HOME={}", self.home().display());
        let is_ours = |pid: &u32| {
            let environ = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
            environ.split(|byte| *byte == 0).any(|variable| variable == home.as_bytes())
        };
        let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
        let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        pids.filter(|pid| *pid != std::process::id()).filter(is_ours).collect()
    }
}

/// PATH without the folders that hold an agent and nothing else that a test needs: what is
/// installed on this machine must not be started by a test.
fn path() -> OsString {
    let agents = ["claude", "codex", "gemini", "opencode", "aider", "goose", "cursor-agent", "amp"];
    let has = |folder: &Path, names: &[&str]| names.iter().any(|name| folder.join(name).exists());
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path)
        .filter(|folder| !has(folder, &agents) || has(folder, &["git", "sh", "tmux"]));
    std::env::join_paths(folders).expect("these are parts of PATH")
}

fn path_with_binary() -> OsString {
    let binary = Path::new(env!("CARGO_BIN_EXE_git-ao"));
    let folder = binary.parent().expect("a binary lies in a folder").to_owned();
    let path = path();
    let folders = std::iter::once(folder).chain(std::env::split_paths(&path));
    std::env::join_paths(folders).expect("no colon in the build folder")
}
