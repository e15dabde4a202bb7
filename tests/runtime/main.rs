//! The runtimes with real processes and a real tmux.
//!
//! Nothing here waits for a time to pass: what a process has to say comes through a named pipe,
//! and only its not coming at all is given a limit.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

#[path = "../support/deadline.rs"]
mod deadline;
mod detached;
mod input_line;
mod log;
mod tmux;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use git_ao::model::SessionId;
use git_ao::runtime::{Probe, ProcessSpec, Runtime, Started};

const LIMIT: Duration = Duration::from_secs(30);

/// A directory of a test's own.
struct Place {
    dir: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// A named pipe, and what will be written to it until its writers are gone.
    fn pipe(&self, name: &str) -> (PathBuf, Words) {
        let path = self.path(name);
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        let (send, receive) = mpsc::channel();
        let from = path.clone();
        thread::spawn(move || send.send(fs::read_to_string(from).unwrap()));
        (path.clone(), Words(receive, path))
    }

    /// A plan for a shell that runs `script` with these arguments.
    fn plan(&self, script: &str, args: &[&str]) -> ProcessSpec {
        let mut argv: Vec<OsString> = ["sh", "-c", script, "sh"].map(OsString::from).to_vec();
        argv.extend(args.iter().map(OsString::from));
        ProcessSpec::new(argv, self.dir.path())
    }
}

/// What is written to a named pipe, by its name.
struct Words(mpsc::Receiver<String>, PathBuf);

impl Words {
    fn read(self) -> String {
        let Self(words, pipe) = self;
        words.recv_timeout(LIMIT).unwrap_or_else(|_| {
            panic!("waited {} seconds for words in '{}'", LIMIT.as_secs(), pipe.display())
        })
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn session(start: &str) -> SessionId {
    format!("{start}-5a0e-4f0c-9d0e-5a7f1c2b3d4e").parse().unwrap()
}

fn start(runtime: &dyn Runtime, session: &SessionId, plan: &ProcessSpec) -> String {
    match runtime.start(session, plan).unwrap() {
        Started::Running(handle) => handle,
        other => panic!("{other:?}"),
    }
}

fn pid(probe: Probe) -> u32 {
    match probe {
        Probe::Alive { pid } => pid.expect("it has a process"),
        other => panic!("{other:?}"),
    }
}

fn is_gone(probe: Probe) -> bool {
    match probe {
        Probe::Gone => true,
        Probe::Alive { .. } => false,
        Probe::Unknown(error) => panic!("{error}"),
    }
}

/// True when there is no such process, or only a zombie of it.
fn has_ended(pid: &str) -> bool {
    let state = Command::new("ps").args(["-o", "state=", "-p", pid]).output().unwrap().stdout;
    state.is_empty() || state.starts_with(b"Z")
}
