use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use crate::workspace::marker;
use crate::workspace::registry::common_dir_of;

/// The text that git keeps in `locked` while it creates a worktree (builtin/worktree.c).
pub const INITIALIZING: &str = "initializing";

/// Returns true if a `git worktree add` is running in the repository with this common directory
/// (proc_pid_cmdline(5)). An entry that looks incomplete may then be in progress.
pub fn is_git_adding(common_dir: &Path) -> bool {
    let mut processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    processes.any(|process| is_adding_in(&process.path(), common_dir))
}

/// Returns true as well if the repository of the process cannot be determined.
fn is_adding_in(process: &Path, common_dir: &Path) -> bool {
    let Ok(command) = fs::read(process.join("cmdline")) else { return false };
    let words: Vec<_> = command.split(|byte| *byte == 0).collect();
    if !words.windows(2).any(|pair| pair == [b"worktree".as_slice(), b"add".as_slice()]) {
        return false;
    }
    if words.iter().any(|word| word.starts_with(b"--git-dir")) {
        return true;
    }
    let (folder, environment) =
        match (fs::read_link(process.join("cwd")), fs::read(process.join("environ"))) {
            (Ok(folder), Ok(environment)) => (folder, environment),
            (Err(error), _) | (_, Err(error)) => return error.kind() != io::ErrorKind::NotFound,
        };
    let mut variables = environment.split(|byte| *byte == 0);
    let git_dir = variables.find_map(|variable| variable.strip_prefix(b"GIT_DIR="));
    let git_dir = match git_dir {
        Some(path) => Some(folder.join(OsStr::from_bytes(path))),
        None => folder.ancestors().find_map(git_dir_at),
    };
    git_dir.and_then(|git_dir| common_dir_of(&git_dir)).is_none_or(|found| found == common_dir)
}

/// Returns the git directory if this folder is the top of a worktree, or is itself a git directory.
fn git_dir_at(folder: &Path) -> Option<PathBuf> {
    let below = folder.join(".git");
    if below.is_dir() {
        return Some(below);
    }
    let is_git_dir = || folder.join("HEAD").is_file() && folder.join("objects").is_dir();
    marker::git_dir_of(folder).or_else(|| is_git_dir().then(|| folder.to_owned()))
}
