//! The progress of a checkout, as git reports it.

use std::ffi::OsStr;

use crate::git::{GitCommand, GitError, plain_message};

/// Receives git's progress: text with its line terminators. A carriage return ends a line that the
/// next one replaces.
pub type Progress<'a> = &'a (dyn Fn(&str) + Sync);

/// Runs `git worktree add` with these arguments, and reports its progress. Without a receiver,
/// `--quiet` turns the progress off.
pub(super) fn add_worktree<'a>(
    git: GitCommand,
    args: impl IntoIterator<Item = &'a OsStr>,
    progress: Option<Progress<'_>>,
) -> Result<(), GitError> {
    let git = git.arg("add");
    let Some(show) = progress else {
        return git.arg("--quiet").arg("--").args(args).run().map(drop);
    };
    let git = git.arg("--").args(args);
    let (mut announcement, mut last) = (None, String::new());
    let mut completed = Vec::new();
    let ended = git.end(&mut |text| {
        announcement.get_or_insert_with(|| text.to_owned());
        let is_completion = last.ends_with('\r') && text.ends_with('\n') && text != "\n";
        if text.ends_with('\r') || is_completion {
            show(text);
        }
        if is_completion {
            completed.push(text.to_owned());
        }
        text.clone_into(&mut last);
    })?;
    if ended.status == Some(0) {
        return Ok(());
    }
    // Git's own progress output is not part of the message when a hook fails.
    let is_known = |line: &&str| {
        announcement.as_deref() == Some(line) || completed.iter().any(|it| it == line)
    };
    let message: String =
        ended.stderr.split_inclusive('\n').filter(|line| !is_known(line)).collect();
    Err(GitError::Failed {
        verb: "worktree".to_owned(),
        status: ended.status,
        message: plain_message(&message),
    })
}
