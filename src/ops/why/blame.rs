//! Shows which session each line of a file comes from.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::{Blame, ProvenanceSearch, WhyError, porcelain};
use crate::git::GitError;
use crate::ops::common::{Engine, OpsError};

/// The arguments for `git blame`.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct BlameArgs {
    /// Options that do not change the format of the output, such as `-L` and `-w`.
    pub options: Vec<OsString>,
    /// A revision, if any, and the file.
    pub operands: Vec<OsString>,
    /// The directory to which the file is relative. Default: the current one.
    pub folder: Option<PathBuf>,
}

impl BlameArgs {
    /// Creates the arguments. An operand after `--` is always the file.
    pub fn new(options: Vec<OsString>, operands: Vec<OsString>) -> Self {
        Self { options, operands, folder: None }
    }

    /// Sets the directory to which the file is relative.
    #[must_use]
    pub fn in_folder(self, folder: impl Into<PathBuf>) -> Self {
        Self { folder: Some(folder.into()), ..self }
    }
}

impl Engine {
    /// Returns where each line of a file comes from, by the commits that `git blame` names, as
    /// [`why_line`](Self::why_line) does for one.
    ///
    /// # Errors
    /// Fails if git cannot tell who added the lines, or if the store cannot be read.
    pub fn blame(&self, args: &BlameArgs) -> Result<Blame, OpsError> {
        // Git has work to do meanwhile.
        let folder = args.folder.as_deref();
        let (search, blame) = std::thread::scope(|scope| {
            let blame = scope.spawn(|| self.git_blame(folder, &args.options, &args.operands));
            let search = ProvenanceSearch::new(self).and_then(|mut search| {
                search.prepare()?;
                Ok(search)
            });
            (search, blame.join().expect("nothing panics there"))
        });
        let mut blame = blame.map_err(|error| match error {
            GitError::Failed { message, .. } => WhyError::BlameFailed(message).into(),
            error => OpsError::from(error),
        })?;
        search?.of_lines(&mut blame)?;
        Ok(blame)
    }

    /// Runs git in a directory, by default the current one.
    pub(super) fn git_blame(
        &self,
        folder: Option<&Path>,
        options: &[OsString],
        operands: &[OsString],
    ) -> Result<Blame, GitError> {
        let git = self.repository().git_in(folder.unwrap_or(Path::new(".")), "blame");
        let git = git.arg("--porcelain").args(options).args(operands);
        Ok(porcelain::parse(git.run()?.bytes()))
    }
}
