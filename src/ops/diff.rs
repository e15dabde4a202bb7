//! Shows what sessions have done, with `git diff`.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::git::GitCommand;
use crate::model::{Oid, Session};
use crate::ops::common::{Engine, OpsError, SessionWorktreeError, base_tip, placement};

/// Which part of a session's work is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkExtent {
    /// The commits, and what is not committed in the session's worktree, if that is in this clone.
    Whole,
    /// The commits.
    Committed,
}

/// What `git diff` is given besides commits.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct DiffArgs {
    /// Its options.
    pub options: Vec<OsString>,
    /// The files and directories to compare; none are all.
    pub paths: Vec<OsString>,
}

impl DiffArgs {
    /// Gives options and paths.
    pub fn new(options: Vec<OsString>, paths: Vec<OsString>) -> Self {
        Self { options, paths }
    }
}

impl Engine {
    /// Runs `git diff` of a session's work with further arguments, in this process's terminal:
    /// from where the session's branch left its base to its last state. Paths are relative to the
    /// session's worktree, or to the current directory if only commits are compared. Returns git's
    /// exit status; None if a signal ended it.
    ///
    /// # Errors
    /// Fails if the session's commits are not in this repository, or if git cannot be started.
    pub fn diff(
        &self,
        session: &Session,
        extent: WorkExtent,
        args: &DiffArgs,
    ) -> Result<Option<i32>, OpsError> {
        let worktree = self.worktree_to_read(session);
        let head = self.head_of(session, worktree.as_deref())?;
        let base = self.beginning_of(session, &head)?;
        let Some(worktree) = worktree.filter(|_| extent == WorkExtent::Whole) else {
            return self.show_diff(None, &[base.as_str(), head.as_str()], args);
        };
        let index = self.index_with_new_files(&worktree);
        let index = index.as_ref().map(NamedTempFile::path);
        self.show_diff(Some((&worktree, index)), &[base.as_str()], args)
    }

    /// Runs `git diff` between the last commits of two sessions. Returns git's exit status; None if
    /// a signal ended it.
    ///
    /// # Errors
    /// Fails like [`diff`](Self::diff).
    pub fn diff_between(
        &self,
        from: &Session,
        to: &Session,
        args: &DiffArgs,
    ) -> Result<Option<i32>, OpsError> {
        let head = |session| self.head_of(session, self.worktree_to_read(session).as_deref());
        let (from, to) = (head(from)?, head(to)?);
        self.show_diff(None, &[from.as_str(), to.as_str()], args)
    }

    /// Returns the session's worktree; None if only its commits can be read here.
    fn worktree_to_read(&self, session: &Session) -> Option<PathBuf> {
        placement::workspace(self, session).ok()
    }

    /// Returns the session's last commit: of its worktree, of its branch, or as recorded.
    fn head_of(&self, session: &Session, worktree: Option<&Path>) -> Result<Oid, OpsError> {
        let repo = self.store().repository();
        if let Some(worktree) = worktree {
            let head = repo.git_in(worktree, "rev-parse").args(["--verify", "--quiet", "HEAD"]);
            if let Some(Ok(head)) = head.find()?.map(|output| output.text().trim().parse()) {
                return Ok(head);
            }
        }
        if let Some(branch) = &session.branch
            && let Some(tip) = repo.read_ref(&format!("refs/heads/{branch}"))?
        {
            return Ok(tip);
        }
        let is_here = |head: &&Oid| self.worktrees().has_commit(head);
        if let Some(head) = session.head.as_ref().filter(is_here) {
            return Ok(head.clone());
        }
        Err(match session.branch.clone() {
            Some(branch) => SessionWorktreeError::BranchGone { branch, head: session.head.clone() },
            None => SessionWorktreeError::NoBranch(session.id),
        }
        .into())
    }

    /// Returns the commit at which the session's work begins: where its branch left its base, or,
    /// if all of it is in the base, where it started.
    pub(super) fn beginning_of(&self, session: &Session, head: &Oid) -> Result<Oid, OpsError> {
        let store = self.store();
        let start = session.base.as_ref().and_then(|base| base.commit.clone());
        let is_here = |commit: &Oid| self.worktrees().has_commit(commit);
        let start = start.filter(is_here).unwrap_or_else(|| head.clone());
        let Some(tip) = base_tip(store, session)? else { return Ok(start) };
        let git = store.repository().git("merge-base").args([tip.as_str(), head.as_str()]);
        let left = git.find()?.and_then(|output| output.text().trim().parse().ok());
        Ok(left.filter(|left| left != head).unwrap_or(start))
    }

    /// Returns a copy of a worktree's index that also has the names of the files that git does not
    /// track yet, so that their content is compared. None if there can be no copy.
    fn index_with_new_files(&self, worktree: &Path) -> Option<NamedTempFile> {
        let repo = self.store().repository();
        let folder = repo.make_ao_dir("").ok()?;
        let copy = tempfile::Builder::new().prefix("index-").tempfile_in(folder).ok()?;
        fs::copy(repo.git_dir_of(worktree)?.join("index"), copy.path()).ok()?;
        let git = repo.git_in(worktree, "add").env("GIT_INDEX_FILE", copy.path());
        // What cannot be read is left out, as in a diff without the copy.
        let _ = git.args(["--intent-to-add", "--ignore-errors", "--", "."]).run();
        Some(copy)
    }

    fn show_diff(
        &self,
        place: Option<(&Path, Option<&Path>)>,
        commits: &[&str],
        args: &DiffArgs,
    ) -> Result<Option<i32>, OpsError> {
        let environment = self.store().repository().environment();
        let git = match place {
            Some((worktree, index)) => {
                let environment = environment.clone().outside_git();
                let git = GitCommand::in_same_place(&environment, worktree, "diff");
                match index {
                    Some(index) => git.env("GIT_INDEX_FILE", index),
                    None => git,
                }
            }
            None => GitCommand::in_same_place(environment, Path::new("."), "diff"),
        };
        let git = git.as_user().args(&args.options).args(commits).arg("--").args(&args.paths);
        Ok(git.in_terminal()?)
    }
}
