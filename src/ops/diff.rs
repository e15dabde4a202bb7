//! Shows what sessions have done, with `git diff`.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use tempfile::{NamedTempFile, TempDir};

use crate::git::GitCommand;
use crate::model::{Oid, Session};
use crate::ops::common::{Engine, OpsError, SessionWorktreeError, base_tip, lodging, placement};

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

/// Where git looks for what it compares.
#[derive(Clone, Copy)]
struct Place<'p> {
    /// The worktree that is compared; None if only commits are.
    worktree: Option<&'p Path>,
    /// Instead of its index.
    index: Option<&'p Path>,
    /// A folder of objects, beside those of the repository.
    objects: Option<&'p Path>,
}

const NOWHERE: Place<'_> = Place { worktree: None, index: None, objects: None };

impl Engine {
    /// Runs `git diff` of a session's work with further arguments, in this process's terminal:
    /// from where the session's branch left its base to its last state or, if its own commits are not
    /// here, of [the commit with which it was landed](Self::landed_instead). Paths are relative to the
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
        if let Some(commit) = self.landed_instead(session)? {
            let before = format!("{commit}^1");
            return self.show_diff(NOWHERE, &[&before, commit.as_str()], args);
        }
        let worktree = self.worktree_to_read(session);
        let head = self.head_of(session, worktree.as_deref())?;
        let base = self.beginning_of(session, &head)?;
        let Some(worktree) = worktree.filter(|_| extent == WorkExtent::Whole) else {
            return self.show_diff(NOWHERE, &[base.as_str(), head.as_str()], args);
        };
        let index = self.index_with_new_files(&worktree);
        let index = index.as_ref().map(NamedTempFile::path);
        let place = Place { worktree: Some(&worktree), index, ..NOWHERE };
        self.show_diff(place, &[base.as_str()], args)
    }

    /// Runs `git diff` from the last state of one session to that of another. Returns git's exit
    /// status; None if a signal ended it.
    ///
    /// # Errors
    /// Fails like [`diff`](Self::diff).
    pub fn diff_between(
        &self,
        from: &Session,
        to: &Session,
        extent: WorkExtent,
        args: &DiffArgs,
    ) -> Result<Option<i32>, OpsError> {
        let whole = |path: Option<PathBuf>| path.filter(|_| extent == WorkExtent::Whole);
        let (there, here) = (self.worktree_to_read(from), self.worktree_to_read(to));
        let mut start = self.head_of(from, there.as_deref())?;
        let mut objects = None;
        if let Some(worktree) = whole(there)
            && let Some((tree, folder)) = self.tree_of(&worktree)
        {
            (start, objects) = (tree, Some(folder));
        }
        let objects = objects.as_ref().map(TempDir::path);
        let head = self.head_of(to, here.as_deref())?;
        let Some(worktree) = whole(here) else {
            return self.show_diff(
                Place { objects, ..NOWHERE },
                &[start.as_str(), head.as_str()],
                args,
            );
        };
        let index = self.index_with_new_files(&worktree);
        let index = index.as_ref().map(NamedTempFile::path);
        let place = Place { worktree: Some(&worktree), index, objects };
        self.show_diff(place, &[start.as_str()], args)
    }

    /// Returns the commit with which a session was landed, if that is known to have all of its work, and
    /// the session's own commits are not in this clone.
    ///
    /// # Errors
    /// Fails if the repository cannot be read.
    pub fn landed_instead(&self, session: &Session) -> Result<Option<Oid>, OpsError> {
        // A merge brings the session's own commits along, and a rebase makes several others.
        let is_squash = session.landed.as_ref().is_some_and(|landed| landed.how == "squash");
        let landed = match placement::commits_missing(self, session)? {
            Some(SessionWorktreeError::CommitsMissing { landed, .. }) => landed,
            _ => None,
        };
        let has_parent = |commit: &Oid| {
            let facts = self.repository().commit_facts(commit);
            facts.is_some_and(|facts| !facts.parents.is_empty())
        };
        Ok(landed.filter(|commit| is_squash && has_parent(commit)))
    }

    /// Returns all that is in a worktree but ignored files, as a tree, and the folder with the
    /// objects that are not in the repository. None if nothing has changed since its last commit, or
    /// if that cannot be told.
    fn tree_of(&self, worktree: &Path) -> Option<(Oid, TempDir)> {
        let repo = self.store().repository();
        let folder = tempfile::Builder::new().prefix("git-ao-").tempdir().ok()?;
        let index = self.index_with_new_files(worktree)?;
        let git = |verb| {
            let git = repo.git_in(worktree, verb).env("GIT_INDEX_FILE", index.path());
            let git = git.env("GIT_OBJECT_DIRECTORY", folder.path());
            git.env("GIT_ALTERNATE_OBJECT_DIRECTORIES", self.object_folders(repo.objects_dir()))
        };
        // What cannot be read is left out, and so are files outside a sparse checkout.
        let _ = git("add").args(["--all", "--ignore-errors", "--", "."]).run();
        let tree: Oid = git("write-tree").run().ok()?.text().trim().parse().ok()?;
        let same = git("diff-index").args(["--cached", "--quiet", "HEAD", "--"]).find();
        matches!(same, Ok(None)).then_some((tree, folder))
    }

    /// Returns a folder of objects, and those that the environment adds to the repository's own.
    fn object_folders(&self, first: &Path) -> OsString {
        let environment = self.store().repository().environment();
        let mut folders = quoted(first);
        if let Some(more) = environment.os("GIT_ALTERNATE_OBJECT_DIRECTORIES") {
            folders.push(":");
            folders.push(more);
        }
        folders
    }

    /// Returns the session's worktree; None if only its commits can be read here.
    fn worktree_to_read(&self, session: &Session) -> Option<PathBuf> {
        let is_its_own = !lodging::has_left(self.store(), session);
        placement::workspace(self, session).ok().filter(|_| is_its_own)
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
            && !lodging::has_left(self.store(), session)
            && let Some(tip) = repo.read_ref(&format!("refs/heads/{branch}"))?
        {
            return Ok(tip);
        }
        let is_here = |head: &&Oid| self.worktrees().has_commit(head);
        if let Some(head) = session.head.as_ref().filter(is_here) {
            return Ok(head.clone());
        }
        if let Some(missing) = placement::commits_missing(self, session)? {
            return Err(missing.into());
        }
        Err(match session.branch.clone() {
            Some(branch) => SessionWorktreeError::BranchGone { branch, head: session.head.clone() },
            None => SessionWorktreeError::NoBranch(session.id),
        }
        .into())
    }

    /// Returns the commit at which the session's work begins: where its branch left its base, or,
    /// if all of it is in the base, where it started.
    ///
    /// # Errors
    /// Fails if neither is in this repository.
    pub(super) fn beginning_of(&self, session: &Session, head: &Oid) -> Result<Oid, OpsError> {
        let store = self.store();
        let start = session.base.as_ref().and_then(|base| base.commit.clone());
        let is_here = |commit: &Oid| self.worktrees().has_commit(commit);
        if let Some(tip) = base_tip(store, session)? {
            let git = store.repository().git("merge-base").args([tip.as_str(), head.as_str()]);
            let left = git.find()?.and_then(|output| output.text().trim().parse().ok());
            if let Some(left) = left.filter(|left| left != head) {
                let worktrees = self.worktrees();
                // If the base was reset, its former commits are not the session's.
                return Ok(match start.filter(is_here) {
                    Some(start)
                        if worktrees.is_in_history(&left, &start)?
                            && worktrees.is_in_history(&start, head)? =>
                    {
                        self.own_start(session, &start, head)?
                    }
                    _ => left,
                });
            }
        }
        match start {
            Some(start) if !is_here(&start) => {
                Err(SessionWorktreeError::StartMissing { id: session.id, start }.into())
            }
            start => Ok(start.unwrap_or_else(|| head.clone())),
        }
    }

    /// Returns a copy of a worktree's index that also has the names of the files that git does not
    /// track yet, so that their content is compared. None if there can be no copy.
    fn index_with_new_files(&self, worktree: &Path) -> Option<NamedTempFile> {
        let copy = self.copy_of_index(worktree)?;
        let repo = self.store().repository();
        let git = repo.git_in(worktree, "add").env("GIT_INDEX_FILE", copy.path());
        // What cannot be read is left out, as in a diff without the copy.
        let _ = git.args(["--intent-to-add", "--ignore-errors", "--", "."]).run();
        Some(copy)
    }

    /// Returns a copy of a worktree's index. None if there can be no copy.
    pub(super) fn copy_of_index(&self, worktree: &Path) -> Option<NamedTempFile> {
        let repo = self.store().repository();
        let folder = repo.make_ao_dir("").ok()?;
        let copy = tempfile::Builder::new().prefix("index-").tempfile_in(folder).ok()?;
        fs::copy(repo.git_dir_of(worktree)?.join("index"), copy.path()).ok()?;
        Some(copy)
    }

    fn show_diff(
        &self,
        place: Place<'_>,
        commits: &[&str],
        args: &DiffArgs,
    ) -> Result<Option<i32>, OpsError> {
        let environment = self.store().repository().environment();
        let mut git = match place.worktree {
            Some(worktree) => {
                let environment = environment.clone().outside_git();
                GitCommand::in_same_place(&environment, worktree, "diff")
            }
            None => GitCommand::in_same_place(environment, Path::new("."), "diff"),
        };
        if let Some(index) = place.index {
            git = git.env("GIT_INDEX_FILE", index);
        }
        if let Some(objects) = place.objects {
            git = git.env("GIT_ALTERNATE_OBJECT_DIRECTORIES", self.object_folders(objects));
        }
        let git = git.as_user().args(&args.options).args(commits).arg("--").args(&args.paths);
        Ok(git.in_terminal()?)
    }
}

/// Quotes a path in which git would see the end of one, as git(1) says.
fn quoted(path: &Path) -> OsString {
    match path.to_str().filter(|path| path.contains(':') || path.starts_with('"')) {
        Some(path) => format!("\"{}\"", path.replace('\\', "\\\\").replace('"', "\\\"")).into(),
        None => path.as_os_str().to_owned(),
    }
}
