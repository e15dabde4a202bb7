use std::path::{Path, PathBuf};

use gix::odb::pack::cache::lru::MemoryCappedHashmap;

use super::config::{check_includes, check_read, interpolated};
use super::extensions::{self, RefStorage};
use super::files::{Fsync, Shared};
use super::objects::{HitRate, MissBackoff, ObjectCache, ObjectDirs};
use super::{Environment, RepositoryError, open};

/// The cache for pack data, in bytes. Records resemble each other, so git stores them as chains of
/// deltas.
const PACK_CACHE: usize = 16 << 20;

/// A git repository, found and trusted as git finds and trusts it.
#[derive(Clone)]
pub struct Repository {
    gix: gix::Repository,
    environment: Environment,
    git_dir: PathBuf,
    common_dir: PathBuf,
    main_folder: PathBuf,
    objects_dir: PathBuf,
    object_dirs: ObjectDirs,
    storage: RefStorage,
    fsync: Fsync,
    shared: Shared,
    miss_backoff: MissBackoff,
    hit_rate: HitRate,
    object_cache: ObjectCache,
}

impl Repository {
    /// Finds the repository that git would use in `folder`, with the variables of this process.
    /// GIT_DIR and related variables, `git -c` overrides, `safe.directory` and the repository's
    /// extensions have the same effect as for git.
    ///
    /// # Errors
    /// Fails if there is no repository, if git would not trust it, or if it needs an unsupported
    /// format.
    pub fn discover(folder: &Path) -> Result<Self, RepositoryError> {
        Self::discover_with(folder, Environment::inherited())
    }

    /// Finds the repository that git would use in `folder`, with these variables. They stay with
    /// the repository and everything that is made from it.
    ///
    /// # Errors
    /// Fails like [`Repository::discover`].
    pub fn discover_with(folder: &Path, environment: Environment) -> Result<Self, RepositoryError> {
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        let mut repo = open::discover(&folder, &environment)?;
        if check_read(&repo, &environment).is_err() {
            // A file may have become readable in the meantime.
            repo = open::discover(&folder, &environment)?;
            check_read(&repo, &environment)?;
        }
        check_includes(&repo, &environment, &folder)?;
        Self::vet(repo, environment, &folder)
    }

    /// Opens the repository with this common git directory, whatever the environment says. It is
    /// known to be trusted.
    pub(super) fn at(common_dir: &Path, environment: Environment) -> Result<Self, RepositoryError> {
        let repo = open::open_trusted(common_dir, &environment)
            .map_err(|source| RepositoryError::Open { path: common_dir.to_owned(), source })?;
        Self::vet(repo, environment, common_dir)
    }

    fn vet(
        mut repo: gix::Repository,
        environment: Environment,
        folder: &Path,
    ) -> Result<Self, RepositoryError> {
        let storage = extensions::check(&repo)?;
        repo.clear_namespace();
        repo.object_cache_size(None);
        let top = repo.workdir().unwrap_or_else(|| repo.git_dir()).to_owned();
        let object_dirs = ObjectDirs::of_environment(&environment, &mut repo, &top)?;
        repo.objects.set_pack_cache(|| Box::new(MemoryCappedHashmap::new(PACK_CACHE)));
        let absolute = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let git_dir = absolute(repo.git_dir());
        let is_linked = repo.common_dir() != repo.git_dir();
        let common_dir = if is_linked { absolute(repo.common_dir()) } else { git_dir.clone() };
        let config = repo.config_snapshot();
        let text = |key: &str| config.string(key).map(|value| value.to_string());
        let fsync = Fsync::from_config(
            text("core.fsync").as_deref(),
            config.boolean("core.fsyncObjectFiles"),
        );
        let shared = Shared::from_config(text("core.sharedRepository").as_deref());
        let explicit_only = text("safe.bareRepository").as_deref() == Some("explicit");
        if explicit_only && repo.workdir().is_none() && !environment.has("GIT_DIR") {
            repo = open::ask_git(folder, &environment, "safe.bareRepository is 'explicit'".into())?;
        }
        let main_folder = main_folder(&repo, &common_dir);
        let objects_dir = repo.objects.store_ref().path().to_owned();
        Ok(Self {
            gix: repo,
            environment,
            git_dir,
            common_dir,
            main_folder,
            objects_dir,
            object_dirs,
            storage,
            fsync,
            shared,
            miss_backoff: MissBackoff::default(),
            hit_rate: HitRate::default(),
            object_cache: ObjectCache::default(),
        })
    }

    /// Returns the environment with which the repository was opened, and with which programs are
    /// started for it.
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// Returns the git directory of this worktree.
    pub fn git_dir(&self) -> &Path {
        &self.git_dir
    }

    /// Returns the git directory that all worktrees share.
    pub fn common_dir(&self) -> &Path {
        &self.common_dir
    }

    /// Returns the top directory of this worktree, or None in a bare repository.
    pub fn work_dir(&self) -> Option<PathBuf> {
        let dir = self.gix.workdir()?;
        Some(dir.canonicalize().unwrap_or_else(|_| dir.to_owned()))
    }

    /// Returns the directory in which git-ao keeps its own files, beside git's.
    pub fn ao_dir(&self) -> PathBuf {
        self.common_dir.join("ao")
    }

    /// Returns the effective value of a configuration key, or None if the key is unset or has no
    /// value. Bytes that are not UTF-8 are replaced.
    pub fn config(&self, key: &str) -> Option<String> {
        self.gix.config_snapshot().string(key).map(|value| value.to_string())
    }

    /// Returns the effective value of a boolean configuration key.
    pub fn config_bool(&self, key: &str) -> Option<bool> {
        self.gix.config_snapshot().boolean(key)
    }

    /// Returns the effective value of a numeric configuration key, which may end in k, m or g.
    /// Returns None if it is unset or not a number.
    pub fn config_int(&self, key: &str) -> Option<i64> {
        self.gix.config_snapshot().integer(key)
    }

    /// Returns the effective value of a configuration key that holds a path, with `~/` expanded.
    pub fn config_path(&self, key: &str) -> Option<PathBuf> {
        let config = self.gix.config_snapshot();
        let is_trusted = |meta: &gix::config::file::Metadata| {
            meta.trust == gix::sec::Trust::Full
                || meta.source.kind() != gix::config::source::Kind::Repository
        };
        let value = config.plumbing().path_filter(key, is_trusted)?;
        let is_optional = value.is_optional;
        interpolated(value, &self.environment).filter(|path| !is_optional || path.exists())
    }

    /// Returns true if git treats every worktree as bare, unless the worktree's own configuration
    /// says otherwise. With `extensions.worktreeConfig`, a shared `core.bare` applies to every
    /// worktree (git-worktree(1)).
    pub fn is_bare_for_all(&self) -> bool {
        let config = self.gix.config_snapshot();
        let is_shared =
            |meta: &gix::config::file::Metadata| meta.source == gix::config::Source::Local;
        let shared = config.plumbing().boolean_filter("core.bare", is_shared);
        let has_own = || config.boolean("extensions.worktreeConfig") == Some(true);
        matches!(shared, Ok(Some(true))) && has_own()
    }

    /// Returns the names of the remotes, sorted.
    pub fn remotes(&self) -> Vec<String> {
        self.gix.remote_names().iter().map(ToString::to_string).collect()
    }

    /// Returns the directory of the main worktree. For a bare repository, and for one whose
    /// location only the main worktree knows (`git init --separate-git-dir`), returns the
    /// repository's own directory.
    pub fn main_folder(&self) -> &Path {
        &self.main_folder
    }

    /// Returns the git directory of the worktree at `path`, or None if there is no worktree.
    pub fn git_dir_of(&self, path: &Path) -> Option<PathBuf> {
        let git = self.git_in(path, "rev-parse").args(["--path-format=absolute", "--git-dir"]);
        git.run().ok().map(|output| PathBuf::from(output.text()))
    }

    pub(crate) fn gix(&self) -> &gix::Repository {
        &self.gix
    }

    pub(crate) fn objects_dir(&self) -> &Path {
        &self.objects_dir
    }

    pub(super) fn object_dirs(&self) -> &ObjectDirs {
        &self.object_dirs
    }

    pub(super) fn ref_storage(&self) -> RefStorage {
        self.storage
    }

    pub(super) fn fsync(&self) -> Fsync {
        self.fsync
    }

    pub(super) fn miss_backoff(&self) -> &MissBackoff {
        &self.miss_backoff
    }

    pub(super) fn hit_rate(&self) -> &HitRate {
        &self.hit_rate
    }

    pub(super) fn object_cache(&self) -> &ObjectCache {
        &self.object_cache
    }

    pub(super) fn shared(&self) -> Shared {
        self.shared
    }
}

impl std::fmt::Debug for Repository {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Repository").field(&self.git_dir).finish()
    }
}

/// Returns the main worktree: the directory that contains `.git`, or for a submodule its
/// `core.worktree`. For any other git directory, it is the worktree that is not linked.
fn main_folder(repo: &gix::Repository, common_dir: &Path) -> PathBuf {
    if let (Some(folder), true) = (common_dir.parent(), common_dir.ends_with(".git")) {
        return folder.to_owned();
    }
    let config = repo.config_snapshot();
    let own = |meta: &gix::config::file::Metadata| meta.source == gix::config::Source::Local;
    let said = config.plumbing().string_filter("core.worktree", own);
    let said = said.map(|path| common_dir.join(path.to_string()));
    let is_linked = repo.common_dir() != repo.git_dir();
    let stands_in = || repo.workdir().filter(|_| !is_linked).map(Path::to_owned);
    let folder = said.or_else(stands_in).and_then(|folder| folder.canonicalize().ok());
    folder.unwrap_or_else(|| common_dir.to_owned())
}

/// Returns the name of this machine.
pub fn hostname() -> Option<String> {
    let name = rustix::system::uname().nodename().to_string_lossy().trim().to_owned();
    Some(name).filter(|name| !name.is_empty())
}
