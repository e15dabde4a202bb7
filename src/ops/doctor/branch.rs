//! Describes the branch of a finding, and the command that deletes it.

use std::path::Path;

use crate::git::Repository;
use crate::model::shell_name;
use crate::ops::common::OpsError;
use crate::workspace::WorktreeEntry;

/// Returns the branch of the worktree at a path.
pub fn branch_at<'l>(listed: &'l [WorktreeEntry], path: &Path) -> Option<&'l str> {
    listed.iter().find(|listed| listed.path == path)?.branch.as_deref()
}

/// Returns ` on branch '…'`, or nothing if there is no branch.
pub fn on(branch: Option<&str>) -> String {
    branch.map(|name| format!(" on branch '{name}'")).unwrap_or_default()
}

/// Appends the command that deletes the branch, if that loses no commits.
pub fn and_branch(
    repo: &Repository,
    fix: String,
    branch: Option<&str>,
) -> Result<String, OpsError> {
    let deletion = branch.map(|name| deletion(repo, name)).transpose()?.flatten();
    Ok(deletion.map_or(fix.clone(), |deletion| format!("{fix} && {deletion}")))
}

/// Returns the command that deletes a branch, or None if no other branch, local or remote-tracking,
/// has its commits.
pub fn deletion(repo: &Repository, branch: &str) -> Result<Option<String>, OpsError> {
    if is_merged(repo, branch)? {
        return Ok(Some(format!("git branch -d {}", shell_name(branch))));
    }
    let full = format!("refs/heads/{branch}");
    let holders = repo.git("for-each-ref").args(["--contains", &full, "--format=%(refname)"]);
    let holders = holders.args(["refs/heads", "refs/remotes"]).run()?.text();
    let has_others = holders.lines().any(|name| name != full);
    Ok(has_others.then(|| format!("git branch -D {}", shell_name(branch))))
}

/// Returns true if `git branch -d` considers the branch merged (git-branch(1)).
fn is_merged(repo: &Repository, branch: &str) -> Result<bool, OpsError> {
    let branch = format!("refs/heads/{branch}");
    let upstream = repo.git("rev-parse").args(["--verify", "--quiet", "--end-of-options"]);
    let upstream = upstream.arg(format!("{branch}@{{upstream}}")).run().ok();
    let into = upstream.map_or_else(|| "HEAD".to_owned(), |output| output.text());
    let git = repo.git("merge-base").args(["--is-ancestor", &branch, &into]);
    Ok(git.run().is_ok())
}
