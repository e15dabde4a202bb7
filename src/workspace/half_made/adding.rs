use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use crate::workspace::marker;
use crate::workspace::registry::common_dir_of;

/// How often a process is looked at whose repository cannot be determined. It may be ending, which
/// the kernel reports as an error of any kind.
const LOOKS: u32 = 50;

/// Returns true if a `git worktree add` is running in the repository with this common directory
/// (proc_pid_cmdline(5)). An entry that looks incomplete may then be in progress.
pub fn is_git_adding(common_dir: &Path) -> bool {
    let mut processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    processes.any(|process| is_adding_in(&process.path(), common_dir))
}

/// Returns true as well if the repository of a process that keeps running cannot be determined.
fn is_adding_in(process: &Path, common_dir: &Path) -> bool {
    for _ in 0..LOOKS {
        match Adding::look(process) {
            Adding::Nothing => return false,
            Adding::In(found) => return found == common_dir,
            Adding::Somewhere => thread::sleep(Duration::from_millis(10)),
        }
    }
    true
}

/// What a process does with worktrees.
enum Adding {
    Nothing,
    /// It adds one to the repository with this common directory.
    In(PathBuf),
    Somewhere,
}

impl Adding {
    fn look(process: &Path) -> Self {
        let Ok(command) = fs::read(process.join("cmdline")) else { return Self::Nothing };
        let words: Vec<_> = command.split(|byte| *byte == 0).collect();
        if !words.windows(2).any(|pair| pair == [b"worktree".as_slice(), b"add".as_slice()]) {
            return Self::Nothing;
        }
        if words.iter().any(|word| word.starts_with(b"--git-dir")) {
            return Self::Somewhere;
        }
        let place = (fs::read_link(process.join("cwd")), fs::read(process.join("environ")));
        let (Ok(folder), Ok(environment)) = place else { return Self::Somewhere };
        let mut variables = environment.split(|byte| *byte == 0);
        let git_dir = match variables.find_map(|variable| variable.strip_prefix(b"GIT_DIR=")) {
            Some(path) => Some(folder.join(OsStr::from_bytes(path))),
            None => folder.ancestors().find_map(git_dir_at),
        };
        git_dir.and_then(|git_dir| common_dir_of(&git_dir)).map_or(Self::Somewhere, Self::In)
    }
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
