//! Temporary worktrees, in which work is landed where the base branch is not checked out.

use std::fs;
use std::path::{Path, PathBuf};

use crate::git::FileError;
use crate::model::Oid;
use crate::ops::common::{Engine, OpsError};

const FOLDER: &str = "landing";

/// A temporary worktree. It is removed at the end.
pub struct Scratch<'e> {
    engine: &'e Engine,
    path: PathBuf,
}

impl<'e> Scratch<'e> {
    /// Checks out a commit.
    pub fn at(engine: &'e Engine, commit: &Oid) -> Result<Self, OpsError> {
        let repo = engine.repository();
        let folder = repo.make_ao_dir(FOLDER).map_err(|source| {
            let path = repo.ao_dir().join(FOLDER);
            FileError { act: "create", path, source }
        })?;
        let path = folder.join("worktree");
        let scratch = Self { engine, path };
        let git = repo.git("worktree").args(["add", "--quiet", "--detach"]);
        git.arg(&scratch.path).arg(commit.as_str()).run()?;
        Ok(scratch)
    }

    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Scratch<'_> {
    fn drop(&mut self) {
        // The next landing removes what cannot be removed now.
        let _ = remove(self.engine, &self.path);
    }
}

/// Removes what a landing that was killed left behind. The caller is the only one that lands.
pub fn remove_old(engine: &Engine) -> Result<(), OpsError> {
    let path = engine.repository().ao_dir().join(FOLDER).join("worktree");
    if path.exists() { remove(engine, &path) } else { Ok(()) }
}

fn remove(engine: &Engine, path: &Path) -> Result<(), OpsError> {
    let git = engine.repository().git("worktree").shielded();
    // A lock of a killed git, or a half made worktree, is no reason to keep it.
    if git.args(["remove", "--force", "--force"]).arg(path).run().is_err() || path.exists() {
        let failed = |source| FileError { act: "remove", path: path.to_owned(), source };
        fs::remove_dir_all(path).map_err(failed)?;
        engine.repository().git("worktree").arg("prune").run()?;
    }
    Ok(())
}
