use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::Phase;
use super::trusted::{IN_TREE, LARGEST};
use crate::ops::common::Engine;

/// Something with the name of a setup or a teardown that never runs.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnusableProgram {
    /// What it would be for.
    pub phase: Phase,
    /// The path, relative to the top.
    pub path: PathBuf,
    /// Why it does not run.
    pub why: Unusable,
}

/// Why something in the tree never runs as a setup or a teardown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unusable {
    /// It is a file without the permission to execute it.
    NotExecutable,
    /// It is larger than any program may be.
    TooLarge,
    /// It is a symbolic link, or in a folder that is one.
    SymbolicLink,
    /// It is a folder, a FIFO, a socket or a device.
    NotAFile,
}

impl Engine {
    /// Returns what has the name of a setup or a teardown in a worktree, but never runs.
    pub fn unusable_programs(&self, top: &Path) -> Vec<UnusableProgram> {
        let both = [Phase::Setup, Phase::Teardown].into_iter();
        both.filter_map(|phase| unusable(top, phase)).collect()
    }
}

/// Returns what has the name of this phase's program, but never runs.
pub(super) fn unusable(top: &Path, phase: Phase) -> Option<UnusableProgram> {
    let path = Path::new(IN_TREE).join(phase.name());
    let meta = fs::symlink_metadata(top.join(&path)).ok()?;
    let is_folder_linked = fs::symlink_metadata(top.join(IN_TREE)).ok()?.is_symlink();
    let why = if meta.is_symlink() || is_folder_linked {
        Unusable::SymbolicLink
    } else if !meta.is_file() {
        Unusable::NotAFile
    } else if meta.permissions().mode() & 0o111 == 0 {
        Unusable::NotExecutable
    } else if meta.len() > LARGEST {
        Unusable::TooLarge
    } else {
        return None;
    };
    Some(UnusableProgram { phase, path, why })
}
