//! An open repository's configuration, which is read again after its files have changed.

use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};
use std::time::SystemTime;

use gix::config::File;

use super::includes::{depends_on_branch, include_paths};
use super::load::{load, own};
use super::stamp::{Stamp, wait_until_quiet};
use super::unread::check_read;
use super::values::boolean;
use super::{Config, ConfigOrigin, check_includes, global_files};
use crate::git::{GitCommand, GitError, RepositoryError};

/// How often to read a configuration again if a file was skipped that could be read later.
const ATTEMPTS: usize = 10;

/// A configuration, with the state of the files it was read from.
#[derive(Debug)]
pub struct Loaded {
    pub config: Arc<Config>,
    /// The time before the first file was read.
    start: SystemTime,
    files: OnceLock<Vec<PathBuf>>,
    stamps: OnceLock<Vec<Stamp>>,
}

/// The latest configuration.
#[derive(Debug)]
pub struct Latest {
    loaded: RwLock<Arc<Loaded>>,
    /// Held while the files are read.
    reading: Mutex<()>,
}

impl Loaded {
    /// Takes a configuration that was read from `start` on.
    pub fn new(config: Config, start: SystemTime) -> Self {
        let config = Arc::new(config);
        Self { config, start, files: OnceLock::new(), stamps: OnceLock::new() }
    }

    /// Reads the configuration, and reads it again if a file was replaced meanwhile.
    fn read_whole(origin: &ConfigOrigin) -> Result<Self, RepositoryError> {
        for _ in 1..ATTEMPTS {
            match Self::read(origin) {
                Err(RepositoryError::Config { source, .. })
                    if source.kind() == ErrorKind::ResourceBusy => {}
                done => return done,
            }
        }
        Self::read(origin)
    }

    fn read(origin: &ConfigOrigin) -> Result<Self, RepositoryError> {
        let start = SystemTime::now();
        let head = || branch(origin);
        let own = own(origin).map_err(|error| refused(origin, error))?;
        let file = load(own, &origin.common_dir, head, &origin.environment)
            .map_err(|error| refused(origin, error))?;
        check_read(&file, origin)?;
        let git = || git(origin, "config");
        check_includes(&file, &origin.environment, git)?;
        Ok(Self::new(Config::new(file)?, start))
    }

    /// Returns true if no file has changed since it was read.
    fn is_current(&self, origin: &ConfigOrigin) -> bool {
        let files = self.files.get_or_init(|| files(&self.config.file, origin));
        let now: Vec<Stamp> = files.iter().map(|path| Stamp::of(path)).collect();
        if let Some(stamps) = self.stamps.get() {
            return *stamps == now;
        }
        // The stamps are of now, and the files were read before.
        let was_read = |path: &PathBuf| {
            self.config.file.sections().any(|section| section.meta().path.as_ref() == Some(path))
        };
        let is_same = |(path, stamp): (&PathBuf, &Stamp)| {
            stamp.is_settled(self.start) && (*stamp != Stamp::Missing || !was_read(path))
        };
        let is_current = files.iter().zip(&now).all(is_same);
        if is_current {
            let _ = self.stamps.set(now);
        }
        is_current
    }
}

impl Latest {
    /// Begins with this configuration.
    pub fn new(loaded: Loaded) -> Self {
        Self { loaded: RwLock::new(Arc::new(loaded)), reading: Mutex::new(()) }
    }

    /// Returns the configuration as it was last read.
    pub fn config(&self) -> Arc<Config> {
        self.loaded().config.clone()
    }

    /// Reads the configuration again if one of its files has changed.
    ///
    /// # Errors
    /// Fails if the configuration cannot be read. The last one that could be remains.
    pub fn refresh(&self, origin: &ConfigOrigin) -> Result<(), RepositoryError> {
        if self.loaded().is_current(origin) {
            return Ok(());
        }
        let _reading = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        if self.loaded().is_current(origin) {
            return Ok(());
        }
        wait_until_quiet(&files(&self.loaded().config.file, origin));
        let fresh = Arc::new(Loaded::read_whole(origin)?);
        *self.loaded.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }

    fn loaded(&self) -> Arc<Loaded> {
        self.loaded.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Returns the files that decide what the configuration is, whether or not they exist.
fn files(config: &File, origin: &ConfigOrigin) -> Vec<PathBuf> {
    let mut files: Vec<_> = global_files(&origin.environment).map(|(_, path)| path).collect();
    files.push(origin.common_dir.join("config"));
    if boolean(config, "extensions.worktreeConfig") == Some(true) {
        files.push(origin.git_dir.join("config.worktree"));
    }
    files.extend(include_paths(config, &origin.environment));
    if depends_on_branch(config) {
        files.push(origin.git_dir.join("HEAD"));
    }
    files.sort();
    files.dedup();
    files
}

/// Returns the current branch, for conditional includes.
fn branch(origin: &ConfigOrigin) -> Option<gix::refs::FullName> {
    let head = std::fs::read(origin.git_dir.join("HEAD")).ok()?;
    let name = head.strip_prefix(b"ref:")?.trim_ascii();
    gix::bstr::BString::from(name).try_into().ok()
}

/// Runs git for the repository, in a directory that exists as long as it does.
fn git(origin: &ConfigOrigin, verb: &str) -> GitCommand {
    let is_there = origin.git_dir.is_dir();
    let git_dir = if is_there { &origin.git_dir } else { &origin.common_dir };
    GitCommand::new(&origin.environment, &[], verb).at(&origin.common_dir).env("GIT_DIR", git_dir)
}

/// Returns the reason in git's words, if git does not accept the configuration either.
fn refused(origin: &ConfigOrigin, source: crate::git::Cause) -> RepositoryError {
    match git(origin, "config").arg("--list").run() {
        Err(GitError::Failed { message, .. }) => RepositoryError::Refused(message),
        _ => RepositoryError::Open { path: origin.git_dir.clone(), source },
    }
}
