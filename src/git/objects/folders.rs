//! GIT_OBJECT_DIRECTORY and GIT_ALTERNATE_OBJECT_DIRECTORIES (git(1)), which gix does not read.

use std::env::{join_paths, split_paths};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gix::odb;

use crate::git::{Environment, RepositoryError};

/// The object directories that the environment names.
#[derive(Default)]
pub struct ObjectDirs {
    /// The variables to pass to git, with absolute paths.
    pub variables: Vec<(&'static str, OsString)>,
    /// The directory in which objects are written, unless it is the repository's own.
    pub main: Option<Arc<odb::Store>>,
    /// Further directories from which objects are read.
    pub alternates: Vec<Arc<odb::Store>>,
}

impl ObjectDirs {
    /// Reads the environment. Relative paths are relative to `top`.
    pub fn of_environment(
        environment: &Environment,
        hash: gix::hash::Kind,
        top: &Path,
    ) -> Result<Self, RepositoryError> {
        let variable = |name| environment.os(name).filter(|value| !value.is_empty());
        let mut this = Self::default();
        let open = |path: &Path| {
            let made = gix::odb::at_opts(path, hash, None, Default::default());
            made.map(|handle| handle.store()).map_err(|source| RepositoryError::Open {
                path: path.to_owned(),
                source: source.into(),
            })
        };
        if let Some(path) = variable("GIT_OBJECT_DIRECTORY") {
            let path = top.join(path);
            std::fs::create_dir_all(&path).map_err(|source| RepositoryError::Open {
                path: path.clone(),
                source: source.into(),
            })?;
            this.main = Some(open(&path)?);
            this.variables.push(("GIT_OBJECT_DIRECTORY", path.into()));
        }
        if let Some(list) = variable("GIT_ALTERNATE_OBJECT_DIRECTORIES") {
            let paths: Vec<PathBuf> = split_paths(list).map(|path| top.join(path)).collect();
            // Git ignores directories that do not exist.
            for path in paths.iter().filter(|path| path.is_dir()) {
                this.alternates.push(open(path)?);
            }
            let list = join_paths(paths).unwrap_or_else(|_| list.to_owned());
            this.variables.push(("GIT_ALTERNATE_OBJECT_DIRECTORIES", list));
        }
        Ok(this)
    }
}
