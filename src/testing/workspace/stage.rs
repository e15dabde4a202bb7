use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use std::{fs, io};

use tempfile::TempDir;

use super::super::law::{Outcome, Violation, expect};
use super::WorkspaceLaws;
use crate::git::{GitCommand, Repository};
use crate::model::{Oid, SessionId, error_chain};
use crate::workspace::{
    Addition, Branch, Condition, Detail, ExpectedWorktree, OnUnsaved, Removal, Workspace, Worktrees,
};

/// A directory for one law, and the workspaces that it makes, which are removed with it.
pub struct WorkspaceStage<'a> {
    laws: &'a WorkspaceLaws<'a>,
    root: PathBuf,
    _dir: TempDir,
    made: RefCell<Vec<MadeWorkspace>>,
    pub head: Oid,
}

/// A workspace that was kept.
#[derive(Debug, Clone)]
pub struct MadeWorkspace {
    pub session: SessionId,
    pub path: PathBuf,
    pub branch: String,
}

/// What git knows of refs and worktrees.
pub type Known = (String, String);

/// The files of a directory with length and time.
pub type Files = BTreeMap<PathBuf, (u64, Option<SystemTime>)>;

impl<'a> WorkspaceStage<'a> {
    pub fn new(laws: &'a WorkspaceLaws<'a>) -> Result<Self, Violation> {
        let failed = |error: io::Error| Violation::new("a temporary directory", error);
        let dir = tempfile::tempdir().map_err(failed)?;
        let root = dir.path().canonicalize().map_err(failed)?;
        let base = Worktrees::new(laws.repository).base(Some("HEAD"));
        let base = base.map_err(|error| Violation::new("a commit at HEAD", error_chain(&error)))?;
        let head = base.commit.ok_or_else(|| Violation::new("a commit at HEAD", "none"))?;
        Ok(Self { laws, root, _dir: dir, made: RefCell::default(), head })
    }

    pub fn workspace(&self) -> &'a dyn Workspace {
        self.laws.workspace
    }

    pub fn repository(&self) -> &'a Repository {
        self.laws.repository
    }

    /// Returns a place that is free, and a branch that does not exist.
    pub fn place(&self) -> MadeWorkspace {
        let session = SessionId::random();
        let path = self.root.join("trees").join(session.short());
        MadeWorkspace { session, path, branch: format!("law/{}", session.short()) }
    }

    /// Requests a workspace there, on a new branch.
    pub fn addition(&self, made: &MadeWorkspace) -> Addition {
        let branch = Branch::New { name: made.branch.clone(), at: self.head.clone() };
        Addition::new(&made.path, branch, made.session)
    }

    /// Makes a workspace and keeps it.
    pub fn make(&self) -> Result<MadeWorkspace, Violation> {
        let place = self.place();
        let added = self.workspace().add(&self.addition(&place)).map_err(failed("a workspace"))?;
        let made = MadeWorkspace { path: added.keep(), ..place };
        self.made.borrow_mut().push(made.clone());
        Ok(made)
    }

    pub fn note(&self, made: MadeWorkspace) {
        self.made.borrow_mut().push(made);
    }

    pub fn condition(&self, made: &MadeWorkspace) -> Result<Condition, Violation> {
        let place = ExpectedWorktree::new(&made.path).branch(&made.branch);
        let state = self.workspace().state(&place, Detail::Place);
        Ok(state.map_err(failed("a state"))?.condition)
    }

    pub fn is_ready(&self, made: &MadeWorkspace) -> Outcome {
        let condition = self.condition(made)?;
        expect(condition == Condition::Ready, "the condition Ready", condition)
    }

    /// Returns `git <verb>` in a workspace, by somebody with a name.
    pub fn git(&self, made: &MadeWorkspace, verb: &str) -> GitCommand {
        let config = [("user.name", "Law"), ("user.email", "law@example.com")];
        self.repository().git_in_with(&made.path, &config, verb)
    }

    /// Returns the commit of a branch.
    pub fn tip(&self, branch: &str) -> Result<Option<Oid>, Violation> {
        let name = format!("refs/heads/{branch}");
        self.repository().read_ref(&name).map_err(|e| Violation::new("a ref", error_chain(&e)))
    }

    pub fn known(&self) -> Result<Known, Violation> {
        let text = |git: GitCommand| {
            let output = git.run().map_err(|e| Violation::new("an answer", error_chain(&e)))?;
            Ok(output.text())
        };
        let refs = self.repository().git("for-each-ref");
        let trees = self.repository().git("worktree").args(["list", "--porcelain"]);
        Ok((text(refs)?, text(trees)?))
    }

    pub fn write(&self, path: &Path, text: &str) -> Outcome {
        fs::write(path, text).map_err(|error| Violation::new("a file", error))
    }
}

/// Returns what a failure looks like where this was expected.
pub fn failed<E: std::error::Error>(expected: &str) -> impl Fn(E) -> Violation {
    move |error| Violation::new(expected, error_chain(&error))
}

/// Lists the files of a directory.
pub fn files(dir: &Path) -> Result<Files, Violation> {
    let mut found = Files::new();
    list(dir, &mut found).map_err(|error| Violation::new("a readable directory", error))?;
    Ok(found)
}

fn list(dir: &Path, found: &mut Files) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let about = entry.metadata()?;
        if about.is_dir() {
            list(&entry.path(), found)?;
        }
        found.insert(entry.path(), (about.len(), about.modified().ok()));
    }
    Ok(())
}

impl Drop for WorkspaceStage<'_> {
    fn drop(&mut self) {
        // git's own worktrees are asked, because the laws may be broken.
        let worktrees = Worktrees::new(self.laws.repository);
        for made in self.made.take() {
            let removal = Removal::of_worktree(&made.path, made.session).branch(&made.branch);
            let _ = worktrees.remove(&removal.on_unsaved(OnUnsaved::Backup));
        }
    }
}
