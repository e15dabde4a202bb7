use std::path::{Path, PathBuf};

use gix::odb::pack::cache::lru::MemoryCappedHashmap;

use super::config::{check_includes, check_read, overrides};
use super::extensions::{self, RefStorage};
use super::files::{Fsync, Shared};
use super::objects::{HitRate, MissBackoff, ObjectCache, ObjectDirs};
use super::{GitCommand, RepositoryError};

/// How many bytes of what was read from packs are kept. Records are much alike, so that git stores
/// one as its difference from another, which is stored as its difference from a third.
const PACK_CACHE: usize = 16 << 20;

/// A git repository, found and trusted as git finds and trusts it.
#[derive(Clone)]
pub struct Repository {
    gix: gix::Repository,
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
    /// Finds the repository that git would use in `folder`: GIT_DIR and its kin, `git -c`
    /// overrides, `safe.directory` and the repository's extensions count as for git.
    ///
    /// # Errors
    /// When there is none, when git would not trust it, or when it needs what is not known here.
    pub fn discover(folder: &Path) -> Result<Self, RepositoryError> {
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        let find = || open(&folder, Trust::Check).or_else(|source| ask_git(&folder, source));
        let mut repo = find()?;
        if check_read(&repo).is_err() {
            // What could not be read a moment ago may be readable now.
            repo = find()?;
            check_read(&repo)?;
        }
        check_includes(&repo, &folder)?;
        Self::vet(repo, &folder)
    }

    /// The repository with this common git directory, whatever the environment says; that it may be
    /// trusted is known.
    pub(super) fn at(common_dir: &Path) -> Result<Self, RepositoryError> {
        let options = gix::open::Options::default().cli_overrides(overrides());
        let options = options.with(gix::sec::Trust::Full).open_path_as_is(true);
        let repo = options.open(common_dir).map_err(|source| RepositoryError::Open {
            path: common_dir.to_owned(),
            source: source.into(),
        })?;
        Self::vet(repo.to_thread_local(), common_dir)
    }

    fn vet(mut repo: gix::Repository, folder: &Path) -> Result<Self, RepositoryError> {
        let storage = extensions::check(&repo)?;
        repo.clear_namespace();
        repo.object_cache_size(None);
        let top = repo.workdir().unwrap_or_else(|| repo.git_dir()).to_owned();
        let object_dirs = ObjectDirs::of_environment(&mut repo, &top)?;
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
        if explicit_only && repo.is_bare() && std::env::var_os("GIT_DIR").is_none() {
            repo = ask_git(folder, "safe.bareRepository is 'explicit'".into())?;
        }
        let main_folder = main_folder(&repo, &common_dir);
        let objects_dir = repo.objects.store_ref().path().to_owned();
        Ok(Self {
            gix: repo,
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

    /// The git directory of this worktree.
    pub fn git_dir(&self) -> &Path {
        &self.git_dir
    }

    /// The git directory that all worktrees share.
    pub fn common_dir(&self) -> &Path {
        &self.common_dir
    }

    /// The top of this worktree; None in a bare repository.
    pub fn work_dir(&self) -> Option<PathBuf> {
        let dir = self.gix.workdir()?;
        Some(dir.canonicalize().unwrap_or_else(|_| dir.to_owned()))
    }

    /// The folder for what this program keeps beside git's own files.
    pub fn ao_dir(&self) -> PathBuf {
        self.common_dir.join("ao")
    }

    /// The effective value of a key of git's configuration; None where it is not set or has no
    /// value. Text that is not UTF-8 is replaced.
    pub fn config(&self, key: &str) -> Option<String> {
        self.gix.config_snapshot().string(key).map(|value| value.to_string())
    }

    /// The effective value of a boolean key.
    pub fn config_bool(&self, key: &str) -> Option<bool> {
        self.gix.config_snapshot().boolean(key)
    }

    /// The effective value of a key that holds a number, which may end in k, m or g; None also where
    /// it is none.
    pub fn config_int(&self, key: &str) -> Option<i64> {
        self.gix.config_snapshot().integer(key)
    }

    /// The effective value of a key that holds a path, with `~/` resolved.
    pub fn config_path(&self, key: &str) -> Option<PathBuf> {
        self.gix.config_snapshot().trusted_path(key).ok().flatten()
    }

    /// Whether git takes every worktree for bare, unless its own configuration says otherwise: where
    /// each has one (`extensions.worktreeConfig`), a `core.bare` that all share is not passed over
    /// (git-worktree(1)).
    pub fn is_bare_for_all(&self) -> bool {
        let config = self.gix.config_snapshot();
        let is_shared =
            |meta: &gix::config::file::Metadata| meta.source == gix::config::Source::Local;
        let shared = config.plumbing().boolean_filter("core.bare", is_shared);
        let has_own = || config.boolean("extensions.worktreeConfig") == Some(true);
        matches!(shared, Ok(Some(true))) && has_own()
    }

    /// The names of the remotes, sorted.
    pub fn remotes(&self) -> Vec<String> {
        self.gix.remote_names().iter().map(ToString::to_string).collect()
    }

    /// The folder of the main worktree, or of the repository itself where it is bare, or where it
    /// lies apart (`git init --separate-git-dir`) and only the main worktree knows it.
    pub fn main_folder(&self) -> &Path {
        &self.main_folder
    }

    /// Where the worktree at `path` keeps its own git files; None unless it is one.
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

/// `.git` lies in the main worktree; a submodule's repository says where it is (`core.worktree`);
/// of any other git directory the one worktree that is not linked is it.
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

/// Whether the repository must be the user's own, or named in `safe.directory`.
#[derive(Clone, Copy, PartialEq)]
enum Trust {
    Check,
    /// Git has checked it.
    Given,
}

fn open(folder: &Path, trust: Trust) -> Result<gix::Repository, super::error::Cause> {
    let options = || {
        let options = gix::open::Options::default().bail_if_untrusted(trust == Trust::Check);
        options.cli_overrides(overrides())
    };
    let mapping = gix::sec::trust::Mapping { full: options(), reduced: options() };
    let mut upwards =
        gix::discover::upwards::Options { match_ceiling_dir_or_error: false, ..Default::default() };
    if trust == Trust::Given {
        upwards.trust = gix::discover::upwards::TrustPolicy::Assume(gix::sec::Trust::Full);
    }
    let found = gix::ThreadSafeRepository::discover_with_environment_overrides_opts(
        folder, upwards, mapping,
    );
    Ok(found?.to_thread_local())
}

/// What gix refuses is put to git. Where git refuses it too, it says why, in the words that users
/// know and with the way out that it offers. Where git does not, it may have been told to trust the
/// repository in a way that gix does not read: `git -c safe.directory=…`.
fn ask_git(folder: &Path, source: super::error::Cause) -> Result<gix::Repository, RepositoryError> {
    let git = GitCommand::in_same_place(folder, "rev-parse").arg("--git-dir");
    match git.run() {
        Err(super::GitError::Failed { message, .. }) => Err(RepositoryError::Refused(message)),
        Err(_) => Err(RepositoryError::Open { path: folder.to_owned(), source }),
        Ok(_) => open(folder, Trust::Given)
            .map_err(|_| RepositoryError::Open { path: folder.to_owned(), source }),
    }
}

/// The name of this machine.
pub fn hostname() -> Option<String> {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let name = name.or_else(|| std::env::var("HOSTNAME").ok())?;
    Some(name.trim().to_owned()).filter(|name| !name.is_empty())
}
