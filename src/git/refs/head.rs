use crate::git::error::Cause;
use crate::git::extensions::RefStorage;
use crate::git::{RefError, Repository};

impl Repository {
    /// Returns the current branch of this worktree, without `refs/heads/`, or None if HEAD is
    /// detached. The branch may have no commits yet.
    ///
    /// # Errors
    /// Fails if HEAD cannot be read, or if the name of the branch is not UTF-8.
    pub fn head_branch(&self) -> Result<Option<String>, RefError> {
        let failed = |source: Cause| RefError::Read { name: "HEAD".to_owned(), source };
        let name: Option<Vec<u8>> = match self.ref_storage() {
            RefStorage::Files => {
                let head = self.ref_store().find("HEAD").map_err(|error| failed(error.into()))?;
                head.target.try_name().map(|name| name.as_bstr().to_vec())
            }
            RefStorage::Foreign => {
                let found = self.git("symbolic-ref").args(["--quiet", "HEAD"]).find();
                let found = found.map_err(|error| failed(error.into()))?;
                found.map(|output| output.bytes().trim_ascii_end().to_vec())
            }
        };
        let Some(name) = name else { return Ok(None) };
        let name = String::from_utf8(name).map_err(|error| failed(error.into()))?;
        Ok(name.strip_prefix("refs/heads/").map(str::to_owned))
    }
}
