//! Decides whether work is merged: whether merging it would change nothing.
//!
//! `git merge-tree` merges the work into a commit of the base. If that gives the commit's own tree,
//! the base has the work, or had it at that commit: as commits, as a squash, or rebased. Patch ids
//! do not tell: two changes that differ only in whitespace have the same one.

use std::path::Path;

use super::{WorkspaceError, Worktrees};
use crate::git::{GitCommand, GitError};
use crate::model::Oid;

/// How many commits of the base are tried, beside its tip: the newest of those that touch the files
/// that the work changes.
const MOST_TRIED: usize = 256;

/// How many of them are merged by one process, before the result is looked at.
const AT_ONCE: usize = 32;

/// From this many files on, commits of the base are tried whatever they touch.
const MOST_PATHS: usize = 500;

/// The result of merging without a worktree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrialMerge {
    /// There are no conflicts, and this is the tree.
    Clean(Oid),
    /// These files conflict.
    Conflicts(Vec<String>),
}

impl Worktrees<'_> {
    /// Returns the commit of the base that has the work of `head`: to which merging it would change
    /// nothing. That is `head` itself if it is in the history of the base. None if there is no such
    /// commit among those that are tried.
    ///
    /// Neither merge drivers nor settings for whitespace count: a driver that keeps the base's file
    /// would say that nothing changes.
    ///
    /// # Errors
    /// Fails if git fails.
    pub fn merged_at(&self, head: &Oid, base: &Oid) -> Result<Option<Oid>, WorkspaceError> {
        if self.is_in_history(head, base)? {
            return Ok(Some(head.clone()));
        }
        let start = self.history("merge-base").args([base.as_str(), head.as_str()]);
        let Some(start) = start.find()?.map(|output| output.text()) else { return Ok(None) };
        let tip = std::slice::from_ref(base);
        if let Some(found) = self.first_without_change(tip, head)? {
            return Ok(Some(found));
        }
        if start.trim() == base.as_str() {
            return Ok(None);
        }
        let candidates = self.candidates(&start, head, base)?;
        for some in candidates.chunks(AT_ONCE) {
            if let Some(found) = self.first_without_change(some, head)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// Merges `theirs` into `ours` without a worktree, with the attributes that `ours` has; before git
    /// 2.41, with those of the repository alone.
    ///
    /// # Errors
    /// Fails if git fails, for example because the two have no common history.
    pub fn try_merge(&self, ours: &Oid, theirs: &Oid) -> Result<TrialMerge, WorkspaceError> {
        let git = self.repo.git("merge-tree").env("GIT_ATTR_SOURCE", ours.as_str());
        trial(git, &format!("{ours} {theirs}"))
    }

    /// Merges `theirs` into `ours` as in a worktree, with its attributes, and without changing it.
    ///
    /// # Errors
    /// Fails like [`try_merge`](Self::try_merge).
    pub fn try_merge_at(
        &self,
        place: &Path,
        ours: &Oid,
        theirs: &Oid,
    ) -> Result<TrialMerge, WorkspaceError> {
        trial(self.repo.git_in(place, "merge-tree"), &format!("{ours} {theirs}"))
    }

    /// Applies to `onto` what a commit changes in its parent, without changing a worktree. The
    /// attributes are those of the worktree or, without one, those that `onto` has.
    ///
    /// # Errors
    /// Fails if git fails, for example because it is older than 2.40.
    pub fn try_pick_at(
        &self,
        place: Option<&Path>,
        parent: &Oid,
        onto: &Oid,
        commit: &Oid,
    ) -> Result<TrialMerge, WorkspaceError> {
        let git = match place {
            Some(place) => self.repo.git_in(place, "merge-tree"),
            None => self.repo.git("merge-tree").env("GIT_ATTR_SOURCE", onto.as_str()),
        };
        trial(git, &format!("{parent} -- {onto} {commit}"))
    }

    /// Returns true if `commit` is its first parent with the work of `head`, and nothing else.
    ///
    /// # Errors
    /// Fails if git fails.
    pub fn is_squash(&self, commit: &Oid, head: &Oid) -> Result<bool, WorkspaceError> {
        let parse = self.history("rev-parse").args(["--verify", "--quiet"]);
        let Some(parent) = parse.arg(format!("{commit}^1")).find()? else { return Ok(false) };
        let parent = parent.text();
        let trees = [parent.as_str(), commit.as_str()].map(|commit| format!("{commit}^{{tree}}"));
        let trees = self.history("rev-parse").args(trees).run()?.text();
        let Some((before, after)) = trees.split_once('\n') else { return Ok(false) };
        let Ok(parent) = parent.parse() else { return Ok(false) };
        let merged = self.trees_of_merges(&[(&parent, head)])?.unwrap_or_default();
        Ok(before != after && merged.iter().flatten().any(|tree| tree.as_str() == after))
    }

    /// Returns true if `commit` is an ancestor of `tip`, or the same.
    ///
    /// # Errors
    /// Fails if git fails.
    pub fn is_in_history(&self, commit: &Oid, tip: &Oid) -> Result<bool, WorkspaceError> {
        let git = self.history("merge-base");
        let git = git.args(["--is-ancestor", commit.as_str(), tip.as_str()]);
        Ok(commit == tip || git.find()?.is_some())
    }

    /// Returns true if the history of `head` ends, because the clone is shallow, before it meets that
    /// of `base`.
    ///
    /// # Errors
    /// Fails if git fails.
    pub fn is_cut_off(&self, head: &Oid, base: &Oid) -> Result<bool, WorkspaceError> {
        if !self.repo.is_shallow() {
            return Ok(false);
        }
        let git = self.history("rev-list").args(["--max-parents=0", "--max-count=1"]);
        let ends = git.args([head.as_str(), &format!("^{base}"), "--"]).run()?;
        Ok(!ends.bytes().is_empty())
    }

    fn first_without_change(
        &self,
        commits: &[Oid],
        head: &Oid,
    ) -> Result<Option<Oid>, WorkspaceError> {
        let pairs: Vec<_> = commits.iter().map(|commit| (commit, head)).collect();
        let Some(results) = self.trees_of_merges(&pairs)? else { return Ok(None) };
        let names: Vec<_> = commits.iter().map(|commit| format!("{commit}^{{tree}}")).collect();
        let trees = self.history("rev-parse").args(names).run()?.text();
        let same = trees
            .lines()
            .zip(results)
            .position(|(tree, merged)| merged.is_some_and(|merged| merged.as_str() == tree));
        Ok(same.map(|at| commits[at].clone()))
    }

    /// Merges the second commit of each pair into the first, and returns the trees; None for those
    /// with conflicts. Without `git merge-tree`, or without all objects, there is no result.
    pub(super) fn trees_of_merges(
        &self,
        pairs: &[(&Oid, &Oid)],
    ) -> Result<Option<Vec<Option<Oid>>>, WorkspaceError> {
        if pairs.is_empty() {
            return Ok(Some(Vec::new()));
        }
        let drivers = self.repo.config_entries("merge").into_iter();
        let drivers = drivers.filter(|entry| entry.key.ends_with(".driver"));
        let drivers: Vec<_> = drivers.map(|entry| entry.key).collect();
        let mut config = vec![("merge.renormalize", "false")];
        config.extend(drivers.iter().map(|key| (key.as_str(), "false")));
        let git = self.history_with(&config, "merge-tree");
        let git = git.args(["--write-tree", "--no-messages", "--name-only", "-z", "--stdin"]);
        let lines: String = pairs.iter().map(|(into, head)| format!("{into} {head}\n")).collect();
        let printed = match git.input(lines).run() {
            Ok(output) => String::from_utf8_lossy(output.bytes()).into_owned(),
            Err(GitError::Failed { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let results = parse(&printed);
        let is_whole = results.len() == pairs.len();
        Ok(is_whole.then(|| results.into_iter().map(|(tree, _)| tree).collect()))
    }

    /// Returns the commits of the base to be tried, newest first.
    fn candidates(&self, start: &str, head: &Oid, base: &Oid) -> Result<Vec<Oid>, WorkspaceError> {
        let git = self.history("diff-tree").args(["-r", "--no-renames", "--name-only", "-z"]);
        let printed = git.args([start, head.as_str()]).run()?;
        let paths: Vec<_> = printed.bytes().split(|byte| *byte == 0).collect();
        let paths = paths.into_iter().filter(|path| !path.is_empty());
        let paths: Vec<_> = paths.take(MOST_PATHS).map(super::list::path_from).collect();
        let git = self.history("rev-list").env("GIT_LITERAL_PATHSPECS", "1");
        let git = git.args(["--full-history", &format!("--max-count={MOST_TRIED}")]);
        let git = git.args([base.as_str(), &format!("^{start}"), "--"]);
        let git = if paths.len() < MOST_PATHS { git.args(paths) } else { git };
        Ok(git.run()?.text().lines().filter_map(|line| line.parse().ok()).collect())
    }
}

/// Runs `git merge-tree` for one line of input.
fn trial(git: GitCommand, line: &str) -> Result<TrialMerge, WorkspaceError> {
    let git = git.args(["--write-tree", "--no-messages", "--name-only", "-z", "--stdin"]);
    let printed = git.input(format!("{line}\n")).run()?;
    let mut all = parse(&String::from_utf8_lossy(printed.bytes()));
    match all.pop() {
        Some((Some(tree), _)) => Ok(TrialMerge::Clean(tree)),
        Some((None, mut conflicts)) => {
            conflicts.dedup();
            Ok(TrialMerge::Conflicts(conflicts))
        }
        None => Ok(TrialMerge::Conflicts(Vec::new())),
    }
}

/// Parses the results of `git merge-tree --stdin`, which end with an empty field each: the tree if
/// there are no conflicts, and the names of files that have some.
fn parse(text: &str) -> Vec<(Option<Oid>, Vec<String>)> {
    let mut all = Vec::new();
    let mut fields = text.split('\0');
    while let Some(status) = fields.next().filter(|status| !status.is_empty()) {
        let tree = fields.next().and_then(|tree| tree.parse().ok());
        let conflicts: Vec<_> =
            fields.by_ref().take_while(|field| !field.is_empty()).map(str::to_owned).collect();
        all.push((tree.filter(|_| status == "1"), conflicts));
    }
    all
}
