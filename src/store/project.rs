use super::{Shelf, Snapshot, StoreError};
use crate::model::Project;

impl Snapshot<'_> {
    /// Returns the project of new sessions in this repository.
    ///
    /// The project is `ao.project`; otherwise the store's only project; otherwise the last
    /// component of the URL of `origin`, or of the only remote; otherwise the name of the main
    /// worktree's directory.
    ///
    /// # Errors
    /// Fails if `ao.project` is not a valid project name.
    pub fn default_project(&self) -> Result<Project, StoreError> {
        let repo = self.store.repository();
        if let Some(name) = repo.settings().project() {
            return Ok(name.parse()?);
        }
        let mut known = self.projects(Shelf::Active)?;
        known.extend(self.projects(Shelf::Archived)?);
        known.sort();
        known.dedup();
        if let [only] = known.as_slice() {
            return Ok(only.clone());
        }
        let remotes = repo.remotes();
        let remote = match remotes.as_slice() {
            [only] => Some(only.as_str()),
            many => many.iter().map(String::as_str).find(|name| *name == "origin"),
        };
        let url = remote.and_then(|name| repo.config(&format!("remote.{name}.url")));
        let from_url = url.as_deref().and_then(Project::from_url);
        let folder = repo.main_folder().file_name().map(|name| name.to_string_lossy().into_owned());
        let folder = folder.unwrap_or_default();
        let from_folder =
            || Project::from_loose_name(folder.strip_suffix(".git").unwrap_or(&folder));
        Ok(from_url.or_else(from_folder).unwrap_or_else(Project::unnamed))
    }
}
