use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::TranscriptError;
use crate::git::{Identity, Repository};
use crate::ledger::Ledger;

/// The name of the store's folder below `ao/` in the common git directory.
const FOLDER: &str = "transcripts.git";

/// The transcripts that one user of a repository has captured.
#[derive(Debug, Clone)]
pub struct TranscriptStore {
    ledger: Ledger,
}

impl TranscriptStore {
    /// Opens the store of a repository for this user. Returns None if nothing was captured yet.
    ///
    /// # Errors
    /// Fails if there is a store that cannot be opened.
    pub fn open(repo: &Repository) -> Result<Option<Self>, TranscriptError> {
        let path = Self::path(repo)?;
        match fs::symlink_metadata(path.join("HEAD")) {
            Ok(meta) if meta.uid() != rustix::process::geteuid().as_raw() => {
                Err(TranscriptError::Foreign(path))
            }
            Ok(_) => Self::at(repo, &path).map(Some),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(TranscriptError::Io { act: "read", path, source }),
        }
    }

    /// Opens the store of a repository for this user, and creates it if there is none. Only this
    /// user can read it.
    ///
    /// # Errors
    /// Fails if the store cannot be created or opened.
    pub fn create(repo: &Repository) -> Result<Self, TranscriptError> {
        if let Some(store) = Self::open(repo)? {
            return Ok(store);
        }
        let path = Self::path(repo)?;
        let failed = |source| TranscriptError::Io { act: "create", path: path.clone(), source };
        repo.make_ao_dir("").map_err(failed)?;
        // Made elsewhere first: whatever ends this process, there is no half of a store.
        let folder = path.parent().unwrap_or(&path);
        let builder = tempfile::Builder::new().prefix("transcripts-").tempdir_in(folder);
        let made = builder.map_err(failed)?;
        let format = format!("--object-format={}", repo.object_hash());
        let git = repo.git("init").env("GIT_DIR", made.path()).env("GIT_TEMPLATE_DIR", "");
        let git = git.args(["--bare", "--quiet", "--shared=0600", "--ref-format=files"]);
        git.arg(format).run().map_err(TranscriptError::Create)?;
        fs::set_permissions(made.path(), fs::Permissions::from_mode(0o700)).map_err(failed)?;
        // What was deleted by hand in part is kept.
        let is_in_the_way = path.symlink_metadata().is_ok() && !path.join("HEAD").exists();
        if is_in_the_way {
            repo.set_aside(&path, "set-aside").map_err(failed)?;
        }
        match fs::rename(made.path(), &path) {
            Ok(()) => drop(made.keep()),
            Err(_) if path.join("HEAD").exists() => {}
            Err(error) => return Err(failed(error)),
        }
        Self::at(repo, &path)
    }

    fn at(repo: &Repository, path: &Path) -> Result<Self, TranscriptError> {
        // With GIT_DIR, `safe.bareRepository` does not matter.
        let environment = repo.environment().clone().outside_git();
        let environment = environment.with("GIT_DIR", OsString::from(path));
        let opened = Repository::discover_with(path, environment).map_err(TranscriptError::Open)?;
        let ledger = Ledger::new(opened);
        // The user may have no name that git accepts, and captures are nobody's work.
        Ok(match Identity::new("git-ao", "git-ao@localhost") {
            Ok(nobody) => Self { ledger: ledger.with_identity(nobody) },
            Err(_) => Self { ledger },
        })
    }

    /// Returns true if the store is still where it was opened.
    pub fn is_in_place(&self) -> bool {
        self.repository().common_dir().join("HEAD").symlink_metadata().is_ok()
    }

    /// Sets how long a capture waits for others before it fails.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { ledger: self.ledger.with_patience(patience) }
    }

    /// Returns the repository that holds the transcripts.
    pub fn repository(&self) -> &Repository {
        self.ledger.repository()
    }

    pub(super) fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Returns the folder of this user's store. The first user of a repository has the plain name.
    pub(super) fn path(repo: &Repository) -> Result<PathBuf, TranscriptError> {
        let (path, user) = (repo.ao_dir().join(FOLDER), rustix::process::geteuid().as_raw());
        match fs::symlink_metadata(&path) {
            Ok(meta) if meta.uid() == user && meta.is_dir() => Ok(path),
            Ok(_) => Ok(repo.ao_dir().join(format!("transcripts-{user}.git"))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(path),
            Err(source) => Err(TranscriptError::Io { act: "read", path, source }),
        }
    }
}
