//! Determines whether the branch to land in still has the commit at which a session began.

use crate::model::{Oid, Session};
use crate::ops::common::{Engine, OpsError, placement};
use crate::workspace::CommitsMadeIn;

/// A commit at which a session began, and which the branch to land in does not contain: the branch
/// was reset or rewritten, or the session began on another one. Merging the session's branch would
/// also bring this commit.
pub struct ForeignStart {
    /// The commit.
    pub began: Oid,
    /// The commit after which the session's own commits begin.
    pub own: Oid,
    /// True if merging that commit would change nothing, as after a squash.
    pub is_merged: bool,
}

impl Engine {
    pub(super) fn foreign_start(
        &self,
        session: &Session,
        head: &Oid,
        into: &str,
        base: &Oid,
    ) -> Result<Option<ForeignStart>, OpsError> {
        let worktrees = self.worktrees();
        let mut tips = vec![base.clone()];
        // Where the branch is behind its remote, a session may begin with what is on the remote.
        for remote in self.repository().remotes() {
            tips.extend(self.repository().read_ref(&format!("refs/remotes/{remote}/{into}"))?);
        }
        for began in self.beginnings(session, head, into)? {
            let mut is_there = false;
            for tip in &tips {
                is_there = is_there || worktrees.is_in_history(&began, tip)?;
            }
            if !is_there {
                let own = self.own_start(session, &began, head)?;
                let is_merged = worktrees.merged_at(&began, base)?.is_some();
                return Ok(Some(ForeignStart { began, own, is_merged }));
            }
        }
        Ok(None)
    }

    /// Returns the commits of others on which the session's branch builds, as far as they are known
    /// to have been in its base: where it began, and what came in later.
    fn beginnings(&self, session: &Session, head: &Oid, into: &str) -> Result<Vec<Oid>, OpsError> {
        let worktrees = self.worktrees();
        let mut found = Vec::new();
        let recorded = session.base.as_ref().and_then(|base| base.commit.as_ref());
        if let Some(start) = recorded.filter(|start| worktrees.has_commit(start)) {
            let git = self.repository().git("merge-base").args([start.as_str(), head.as_str()]);
            found.extend(git.find()?.and_then(|output| output.text().trim().parse().ok()));
        }
        // By its reflog, the base had this commit.
        if let Some(onto) = self.taken_in(session, head)? {
            let name = format!("refs/heads/{into}");
            let git = self.repository().git("merge-base").args(["--fork-point", &name]);
            let fork = git.arg(head.as_str()).find()?;
            let fork: Option<Oid> = fork.and_then(|output| output.text().trim().parse().ok());
            if fork.is_some_and(|fork| worktrees.is_in_history(&onto, &fork).unwrap_or(false)) {
                found.push(onto);
            }
        }
        Ok(found)
    }

    /// Returns the commit after which the session's own commits begin, given one that is not its
    /// own. What others committed between the session's own commits counts as the session's.
    pub(in crate::ops) fn own_start(
        &self,
        session: &Session,
        began: &Oid,
        head: &Oid,
    ) -> Result<Oid, OpsError> {
        let worktrees = self.worktrees();
        let Some(onto) = self.taken_in(session, head)? else { return Ok(began.clone()) };
        if !worktrees.is_in_history(began, &onto)? {
            return Ok(began.clone());
        }
        let top = placement::workspace(self, session).ok();
        let made = CommitsMadeIn::new(self.repository(), top.as_deref());
        let git = self.repository().git("rev-list").args([onto.as_str(), &format!("^{began}")]);
        let between = git.arg("--").run()?.text();
        let is_own =
            |line: &str| line.parse().is_ok_and(|commit: Oid| made.read().contains(&commit));
        Ok(if between.lines().any(is_own) { began.clone() } else { onto })
    }

    /// Returns the last commit of others that came into the session's branch, below its own ones. On
    /// a branch that existed before, such commits are to be landed, too.
    fn taken_in(&self, session: &Session, head: &Oid) -> Result<Option<Oid>, OpsError> {
        let onto = session.base.as_ref().and_then(|base| base.onto.clone());
        let onto = onto.filter(|onto| onto != head && session.existing_branch.is_none());
        let onto = onto.filter(|onto| self.worktrees().has_commit(onto));
        Ok(match onto {
            Some(onto) if self.worktrees().is_in_history(&onto, head)? => Some(onto),
            _ => None,
        })
    }
}
