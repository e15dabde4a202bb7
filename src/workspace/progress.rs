//! The progress of a checkout, as git reports it.

use crate::git::{GitCommand, GitError, plain_message};

/// Receives git's progress: text with its line terminators. A carriage return ends a line that the
/// next one replaces.
pub type Progress<'a> = &'a (dyn Fn(&str) + Sync);

/// Runs `git <verb>` and reports its progress, if somebody wants to see it. The caller adds
/// `--quiet` otherwise.
pub(super) fn run(
    git: GitCommand,
    verb: &str,
    progress: Option<Progress<'_>>,
) -> Result<(), GitError> {
    let Some(show) = progress else { return git.run().map(drop) };
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
        verb: verb.to_owned(),
        status: ended.status,
        message: plain_message(&message),
    })
}
