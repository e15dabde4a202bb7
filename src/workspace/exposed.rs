use std::fs;
use std::path::PathBuf;

use crate::model::{shell_path, shell_word};

/// A directory of worktrees inside a worktree of the same repository.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Exposed {
    /// The directory.
    pub folder: PathBuf,
    /// The pattern that makes git ignore it.
    pub pattern: String,
    /// The file for the pattern, `info/exclude`.
    pub file: PathBuf,
    /// The top directory of the surrounding worktree.
    pub top: PathBuf,
}

impl Exposed {
    /// Returns true if the file already contains the pattern, but another one overrides it.
    pub fn is_overridden(&self) -> bool {
        fs::read(&self.file).is_ok_and(|text| has_line(&text, &self.pattern))
    }

    /// Returns a command that makes git ignore the directory if `info/exclude` does not.
    pub fn way_out(&self) -> String {
        let file = self.top.join(".gitignore");
        format!("printf '%s\\n' {} >>{}", shell_word(&self.pattern), shell_path(&file))
    }
}

/// The result of excluding a directory of worktrees inside a worktree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exclusion {
    /// Git now ignores it.
    Written(Exposed),
    /// Git does not ignore it, for this reason.
    Failed(Exposed, String),
}

pub(super) fn has_line(text: &[u8], line: &str) -> bool {
    text.split(|byte| *byte == b'\n').any(|other| other == line.as_bytes())
}
