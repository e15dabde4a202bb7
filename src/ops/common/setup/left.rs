use std::path::{Path, PathBuf};

use super::Phase;
use super::trusted::{ProgramTrust, TreeProgram, tree_program};
use super::unusable::{Unusable, UnusableProgram, unusable};
use crate::ops::common::{Engine, OpsError};

/// Files with which other tools set worktrees up.
const FOREIGN: [&str; 4] =
    ["conductor.json", ".cursor/worktrees.json", ".codex/environments", ".config/wt.toml"];

/// Setups in the tree that were not run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LeftSetups {
    /// The program in the tree, relative to the top, if its content is not approved.
    pub unapproved: Option<PathBuf>,
    /// What has the name of a setup in the tree, but never runs.
    pub unusable: Option<UnusableProgram>,
    /// The setup of another tool, relative to the top, if git ao has none for this repository.
    pub foreign: Option<PathBuf>,
}

impl Engine {
    /// Returns the teardown in a worktree that would not run, because its content is not approved or
    /// because it never does, for this reason.
    pub(in crate::ops) fn left_teardown(
        &self,
        top: &Path,
    ) -> Result<Option<(PathBuf, Option<Unusable>)>, OpsError> {
        let program = tree_program(self.repository(), top, Phase::Teardown)?;
        let is_left = |it: &TreeProgram| it.trust != ProgramTrust::Approved;
        Ok(match unusable(top, Phase::Teardown) {
            Some(it) => Some((it.path, Some(it.why))),
            None => program.filter(is_left).map(|it| (it.path, None)),
        })
    }

    /// Returns the setups in a worktree that do not run.
    pub(in crate::ops) fn left_setups(&self, top: &Path) -> Result<LeftSetups, OpsError> {
        let repo = self.repository();
        let program = tree_program(repo, top, Phase::Setup)?;
        let unusable = unusable(top, Phase::Setup);
        let has_own = program.is_some() || unusable.is_some() || repo.settings().setup().is_some();
        let unapproved = program.filter(|program| program.trust == ProgramTrust::Unknown);
        let there = |name: &&str| top.join(name).symlink_metadata().is_ok();
        let foreign = FOREIGN.into_iter().find(there).filter(|_| !has_own);
        Ok(LeftSetups {
            unapproved: unapproved.map(|program| program.path),
            unusable,
            foreign: foreign.map(PathBuf::from),
        })
    }
}
