use super::{Shelf, Snapshot, StoreError};
use crate::model::Project;

impl Snapshot<'_> {
    /// The project that new sessions of this repository belong to.
    ///
    /// `ao.project`; else the store's project when it has exactly one; else the last part of the
    /// URL of `origin`, or of the only remote; else the name of the main worktree's folder.
    ///
    /// # Errors
    /// When `ao.project` cannot be a project's name.
    pub fn default_project(&self) -> Result<Project, StoreError> {
        let repo = self.store.repository();
        if let Some(name) = repo.config("ao.project") {
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
