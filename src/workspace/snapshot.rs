//! Commits everything in a worktree without changing its index.

use super::at_risk::AtRisk;
use super::list::path_from;
use super::removal::Target;
use super::{WorkspaceError, Worktrees};
use crate::git::GitCommand;
use crate::ledger::Clock;
use crate::model::{Oid, SessionId};

impl Worktrees<'_> {
    /// Saves the work at risk under `refs/ao/backup/<id>`, or `<id>-2` and so on if that is taken,
    /// and returns the full name of the ref.
    ///
    /// The tree of the commit is the worktree without ignored files. Its parents are the tips and,
    /// if the index differs from both HEAD and the worktree, a commit of the index.
    pub(super) fn back_up(
        &self,
        target: Option<&Target>,
        at_risk: &AtRisk,
        session: SessionId,
    ) -> Result<String, WorkspaceError> {
        let commit = match (target, at_risk.tips.as_slice()) {
            (Some(target), tips) if !at_risk.status.changes.is_clean() || tips.len() > 1 => {
                self.snapshot(target, at_risk, session)?
            }
            (_, tips) => tips.first().expect("something is at stake").clone(),
        };
        self.name_backup(&commit, session)
    }

    /// Returns the refs with backups of a session's worktrees, oldest first.
    ///
    /// # Errors
    /// Fails if git fails.
    pub fn backups(&self, session: SessionId) -> Result<Vec<String>, WorkspaceError> {
        let name = format!("refs/ao/backup/{session}");
        let git = self.repo.git("for-each-ref").args(["--sort=version:refname"]);
        let git = git.args(["--format=%(refname)", &name, &format!("{name}-*")]);
        Ok(git.run()?.text().lines().map(str::to_owned).collect())
    }

    fn name_backup(&self, commit: &Oid, session: SessionId) -> Result<String, WorkspaceError> {
        let nothing = "0".repeat(commit.as_str().len());
        let mut name = format!("refs/ao/backup/{session}");
        let mut n = 1;
        loop {
            while self.repo.read_ref(&name)?.is_some() {
                n += 1;
                name = format!("refs/ao/backup/{session}-{n}");
            }
            let git = self.repo.git("update-ref").shielded().args(["-m", "backup", &name]);
            match git.args([commit.as_str(), &nothing]).run() {
                Ok(_) => return Ok(name),
                // Another process took the name in the meantime.
                Err(_) if self.repo.read_ref(&name)?.is_some() => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Deletes a backup whose work was not removed after all.
    pub(super) fn drop_backup(&self, name: &str) {
        // Failure is ignored: a superfluous backup does no harm.
        let _ = self.repo.git("update-ref").shielded().args(["-d", name]).run();
    }

    fn snapshot(
        &self,
        target: &Target,
        at_risk: &AtRisk,
        session: SessionId,
    ) -> Result<Oid, WorkspaceError> {
        let index = self.index_copy(target)?;
        let git = |verb: &str| self.git_on(target, verb).env("GIT_INDEX_FILE", index.to_owned());
        let before = gitlinks(git("ls-files"))?;
        let conflicts = paths(git("ls-files").arg("--unmerged"), "")?;
        let staged = match conflicts.as_slice() {
            [] => Some(id_from(git("write-tree"))?),
            _ => None,
        };
        if target.missing {
            // The content of a path with conflicts was only in the files, which are gone.
            let git = git("update-index").args(["-z", "--force-remove", "--stdin"]);
            git.input(conflicts.join(&0)).run()?;
        } else {
            // A sparse checkout may contain files outside its patterns.
            git("add").args(["--all", "--sparse"]).run()?;
            let after = gitlinks(git("ls-files"))?;
            if let Some(new) = after.iter().find(|path| !before.contains(path)) {
                let path = target.path.join(path_from(new));
                return Err(WorkspaceError::NestedRepository(path));
            }
        }
        let tree = id_from(git("write-tree"))?;
        let mut parents = at_risk.tips.clone();
        let head_tree = match at_risk.tips.first() {
            Some(tip) => {
                let git = self.repo.git("rev-parse").args(["--verify", "--quiet"]);
                Some(id_from(git.arg(format!("{tip}^{{tree}}")))?)
            }
            None => None,
        };
        if let Some(staged) = staged.filter(|id| *id != tree && Some(id) != head_tree.as_ref()) {
            let message = format!("index of session {session}");
            let tip = at_risk.tips.first().into_iter();
            parents.push(self.commit(&staged, &tip.cloned().collect::<Vec<_>>(), &message)?);
        }
        self.commit(&tree, &parents, &format!("backup of session {session}"))
    }

    fn commit(&self, tree: &Oid, parents: &[Oid], message: &str) -> Result<Oid, WorkspaceError> {
        let who = self.repo.signatures(Clock::system().now())?;
        let git = who.export(self.repo.git("commit-tree")).arg(tree.as_str());
        let parents = parents.iter().flat_map(|parent| ["-p", parent.as_str()]);
        id_from(git.args(parents).args(["-m", message]))
    }
}

/// Returns the paths of submodules and other gitlinks in an index.
pub(super) fn gitlinks(ls_files: GitCommand) -> Result<Vec<Vec<u8>>, WorkspaceError> {
    paths(ls_files.arg("--stage"), "160000 ")
}

/// Returns the paths of the entries `<mode> <id> <stage>\t<path>` that start with `mode`.
fn paths(ls_files: GitCommand, mode: &str) -> Result<Vec<Vec<u8>>, WorkspaceError> {
    let output = ls_files.arg("-z").run()?;
    let entries = output.bytes().split(|byte| *byte == 0);
    let entries = entries.filter(|entry| entry.starts_with(mode.as_bytes()));
    let path = |entry: &[u8]| {
        let tab = entry.iter().position(|byte| *byte == b'\t')?;
        Some(entry[tab + 1..].to_vec())
    };
    Ok(entries.filter_map(path).collect())
}

fn id_from(git: GitCommand) -> Result<Oid, WorkspaceError> {
    let text = git.run()?.text();
    text.parse().map_err(|_| WorkspaceError::BaseMissing(text))
}
