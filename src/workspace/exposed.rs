use std::fs;
use std::path::PathBuf;

/// A folder of worktrees that lies inside a worktree of the same repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exposed {
    /// The folder.
    pub folder: PathBuf,
    /// The line that makes git ignore it.
    pub pattern: String,
    /// The file that the line belongs into, `info/exclude`.
    pub file: PathBuf,
    /// The top of the worktree around it.
    pub top: PathBuf,
}

impl Exposed {
    /// Whether the line is there already, and something else overrides it.
    pub fn is_overridden(&self) -> bool {
        fs::read(&self.file).is_ok_and(|text| has_line(&text, &self.pattern))
    }

    /// A command that makes git ignore it where `info/exclude` does not.
    pub fn way_out(&self) -> String {
        let quoted = |text: &str| format!("'{}'", text.replace('\'', r"'\''"));
        let file = self.top.join(".gitignore");
        format!("printf '%s\\n' {} >>{}", quoted(&self.pattern), quoted(&file.to_string_lossy()))
    }
}

/// What was done about a folder of worktrees that lies inside a worktree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exclusion {
    /// Git ignores it from now on.
    Written(Exposed),
    /// Git does not ignore it, for this reason.
    Failed(Exposed, String),
}

pub(super) fn has_line(text: &[u8], line: &str) -> bool {
    text.split(|byte| *byte == b'\n').any(|other| other == line.as_bytes())
}
