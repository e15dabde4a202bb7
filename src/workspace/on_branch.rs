//! Finds a branch that exists, to work on it.

use std::path::PathBuf;

use super::{Branch, WorkspaceError, Worktrees};
use crate::git::GitError;
use crate::model::{Base, Oid, is_branch_name, nearest};

/// A branch that exists.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct OnBranch {
    /// The branch; of one that only a remote has, the local branch that is to track it.
    pub branch: Branch,
    /// Its last commit.
    pub tip: Oid,
    /// The worktree in which it is checked out, or to which a rebase or bisect there returns.
    pub worktree: Option<PathBuf>,
}

impl Worktrees<'_> {
    /// Finds a branch by its name, or by that of a remote-tracking branch. As with `git switch`, a
    /// branch that only one remote has is found without naming the remote, and
    /// `checkout.defaultRemote` decides among several.
    ///
    /// # Errors
    /// Fails if there is no such branch, if several remotes have it, or if git fails.
    pub fn on_branch(&self, named: &str) -> Result<OnBranch, WorkspaceError> {
        let named = named.strip_prefix("refs/heads/").unwrap_or(named);
        if !is_branch_name(named) {
            return Err(WorkspaceError::InvalidBranch(named.to_owned()));
        }
        if let Some(tip) = self.repo.read_ref(&format!("refs/heads/{named}"))? {
            let branch = Branch::Existing { name: named.to_owned() };
            return Ok(OnBranch { branch, tip, worktree: self.checked_out_at(named)? });
        }
        let (upstream, name) = self.on_remote(named)?;
        let tip = self.repo.read_ref(&format!("refs/remotes/{upstream}"))?;
        let tip = tip.ok_or_else(|| WorkspaceError::BranchMissing(named.to_owned()))?;
        match self.repo.read_ref(&format!("refs/heads/{name}"))? {
            None => {
                let branch = Branch::Tracking { name, at: tip.clone(), upstream };
                Ok(OnBranch { branch, tip, worktree: None })
            }
            // `origin/topic` is asked for, and `topic` is the local branch of that.
            Some(local)
                if local == tip
                    || self.repo.upstream(&name).is_some_and(|it| it.short() == upstream) =>
            {
                let worktree = self.checked_out_at(&name)?;
                Ok(OnBranch { branch: Branch::Existing { name }, tip: local, worktree })
            }
            Some(_) => Err(WorkspaceError::NotTracking { name, upstream }),
        }
    }

    /// Returns the remote-tracking branch, such as `origin/topic`, and the name of a local branch
    /// for it.
    fn on_remote(&self, named: &str) -> Result<(String, String), WorkspaceError> {
        let named = named.strip_prefix("refs/remotes/").unwrap_or(named);
        let text = self.repo.git("remote").run()?.text();
        let remotes: Vec<_> = text.lines().collect();
        // The name of a remote may have slashes.
        let mut split: Vec<_> = remotes
            .iter()
            .filter_map(|remote| named.strip_prefix(*remote)?.strip_prefix('/'))
            .collect();
        split.sort_by_key(|name| name.len());
        if let Some(name) = split.first().filter(|name| **name != "HEAD") {
            return Ok((named.to_owned(), (*name).to_owned()));
        }
        let names: Vec<_> =
            remotes.iter().map(|remote| format!("refs/remotes/{remote}/{named}")).collect();
        let tips =
            self.repo.read_ref_list(&names.iter().map(String::as_str).collect::<Vec<_>>())?;
        let having = remotes.iter().zip(tips).filter_map(|(remote, tip)| tip.map(|_| *remote));
        let having: Vec<&str> = having.collect();
        let preferred = self.repo.config("checkout.defaultRemote");
        let remote = match having[..] {
            [only] => only,
            [] => return Err(self.no_branch(named)?),
            _ => match having.iter().find(|it| Some(**it) == preferred.as_deref()) {
                Some(remote) => remote,
                None => {
                    let having = having.into_iter().map(str::to_owned).collect();
                    return Err(WorkspaceError::OnSeveralRemotes(named.to_owned(), having));
                }
            },
        };
        Ok((format!("{remote}/{named}"), named.to_owned()))
    }

    /// Returns the error for a branch that does not exist, with the name of a similar one.
    fn no_branch(&self, named: &str) -> Result<WorkspaceError, WorkspaceError> {
        let git = self.repo.git("for-each-ref").args(["--format=%(refname)"]);
        let text = git.args(["refs/heads/", "refs/remotes/"]).run()?.text();
        let short = |name: &'_ str| -> Option<String> {
            let local = name.strip_prefix("refs/heads/").map(str::to_owned);
            local.or_else(|| Some(name.strip_prefix("refs/remotes/")?.to_owned()))
        };
        let names: Vec<_> = text.lines().filter_map(short).collect();
        let near = nearest(named, names.iter().map(String::as_str)).map(str::to_owned);
        let commit = format!("{named}^{{commit}}");
        let is_commit = self.is_there(&[commit]).is_ok_and(|found| found[0]);
        Ok(WorkspaceError::NoSuchBranch { name: named.to_owned(), near, is_commit })
    }

    /// Returns where the work on a branch began: its merge base with a default branch, here or on a
    /// remote. What others committed before `tip` is not the session's own.
    ///
    /// # Errors
    /// Fails if git fails.
    pub fn base_of(&self, branch: &str, tip: &Oid) -> Result<Base, WorkspaceError> {
        let names = self.default_branches()?;
        let heads: Vec<_> = names.iter().map(|name| format!("refs/heads/{name}")).collect();
        let tips =
            self.repo.read_ref_list(&heads.iter().map(String::as_str).collect::<Vec<_>>())?;
        let there = names.iter().zip(tips).find_map(|(name, tip)| Some((name, tip?)));
        let Some((name, default)) = there.filter(|(name, _)| *name != branch) else {
            return Ok(Base { commit: Some(tip.clone()), ..Base::default() });
        };
        let mut others = vec![default];
        if let Some(upstream) = self.repo.upstream(name) {
            others.extend(self.repo.read_ref(&upstream.tracking)?);
        }
        let git = self.repo.git("merge-base").arg(tip.as_str());
        let commit = match git.args(others.iter().map(Oid::as_str)).run() {
            Ok(output) => output.text().parse().ok(),
            // The histories have nothing in common.
            Err(GitError::Failed { status: Some(1), .. }) => None,
            Err(error) => return Err(error.into()),
        };
        let commit = commit.unwrap_or_else(|| tip.clone());
        let onto = Some(tip.clone()).filter(|tip| *tip != commit);
        Ok(Base { branch: Some(name.clone()), commit: Some(commit), onto, ..Base::default() })
    }
}
