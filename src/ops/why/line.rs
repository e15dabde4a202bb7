use std::ffi::OsString;
use std::path::Path;

use super::{Provenance, ProvenanceSearch, WhyError};
use crate::git::GitError;
use crate::model::Oid;
use crate::ops::common::{Engine, OpsError};

/// Where a line comes from.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct LineOrigin {
    /// The commit that added the line; None if it is not committed.
    pub commit: Option<Oid>,
    /// The line.
    pub text: String,
    /// The sessions that it comes from; none if that is not known.
    pub found: Vec<Provenance>,
}

impl Engine {
    /// Returns where a line of a file comes from, as the file is in this worktree. The path is
    /// relative to the current directory.
    ///
    /// # Errors
    /// Fails if git cannot tell who added the line, or if the store cannot be read.
    pub fn why_line(&self, file: &Path, line: u32) -> Result<LineOrigin, OpsError> {
        if self.repository().work_dir().is_none() {
            return Err(WhyError::NoWorktree.into());
        }
        let range: OsString = format!("-L{line},{line}").into();
        let mut blame = self
            .git_blame(None, &[range], &["--".into(), file.into()])
            .map_err(|error| problem(error, file, line))?;
        let mut search = ProvenanceSearch::new(self)?;
        search.of_lines(&mut blame)?;
        let no_line = || WhyError::NoLine { file: file.to_owned(), line };
        let blamed = blame.lines.first().ok_or_else(no_line)?;
        let mut found = blame.found(blamed).to_vec();
        search.tell_own_commits(&mut found, blamed)?;
        Ok(LineOrigin {
            commit: blamed.is_committed().then(|| blamed.commit.clone()),
            text: String::from_utf8_lossy(&blamed.text).into_owned(),
            found,
        })
    }
}

fn problem(error: GitError, file: &Path, line: u32) -> OpsError {
    match error {
        GitError::Failed { message, .. } if message.contains(" has only ") => {
            WhyError::NoLine { file: file.to_owned(), line }.into()
        }
        GitError::Failed { message, .. } => {
            WhyError::NoBlame { file: file.to_owned(), message }.into()
        }
        error => error.into(),
    }
}
