use std::fs;

/// What git writes into `locked` for as long as it makes a worktree (builtin/worktree.c).
pub const INITIALIZING: &str = "initializing";

/// Whether any process is a `git worktree add`: then what looks half made may be about to be whole
/// (proc_pid_cmdline(5)).
pub fn is_git_adding() -> bool {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let mut commands = processes.filter_map(|entry| fs::read(entry.path().join("cmdline")).ok());
    commands.any(|command| {
        let words: Vec<_> = command.split(|byte| *byte == 0).collect();
        words.windows(2).any(|pair| pair == [b"worktree".as_slice(), b"add".as_slice()])
    })
}
