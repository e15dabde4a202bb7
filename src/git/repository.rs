use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use gix::refs::file::Store as RefStore;

use super::config::{Config, ConfigOrigin, Latest, Loaded, check_includes, check_read};
use super::extensions::RefStorage;
use super::files::{DirectoryId, Fsync, Shared};
use super::linked;
use super::objects::{Handles, HitRate, MissBackoff, ObjectCache, ObjectDirs, Replacements};
use super::open::{self, Opened};
use super::{Environment, GitCommand, Identity, RepositoryError};

/// A git repository, found and trusted as git finds and trusts it.
///
/// All threads may use the same one. Cloning is cheap; clones share their caches.
#[derive(Clone)]
pub struct Repository {
    inner: Arc<Inner>,
    follows: Follows,
    identity: Option<Arc<Identity>>,
}

/// Whether changes of the configuration are noticed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Follows {
    Changes,
    Nothing,
}

/// What the clones of a repository share.
struct Inner {
    environment: Environment,
    git_dir: PathBuf,
    common_dir: PathBuf,
    /// The directory that was opened; None if it could not be examined.
    directory: Option<DirectoryId>,
    work_dir: Option<PathBuf>,
    main_folder: PathBuf,
    objects_dir: PathBuf,
    hash: gix::hash::Kind,
    refs: RefStore,
    object_dirs: ObjectDirs,
    handles: Handles,
    miss_backoff: MissBackoff,
    hit_rate: HitRate,
    object_cache: ObjectCache,
    origin: ConfigOrigin,
    latest: Latest,
}

impl Repository {
    /// Opens the repository of `folder`, with these variables. They stay with the repository and
    /// everything that is made from it.
    ///
    /// The repository is the one that contains the folder. GIT_DIR and the other variables by which
    /// git directs its hooks to a repository are [left out](Environment::outside_git), so that a
    /// program that a hook started does not write to the hook's repository. A worktree's `.git`,
    /// GIT_CEILING_DIRECTORIES, `safe.directory` and the repository's extensions have the same
    /// effect as for git.
    ///
    /// # Errors
    /// Fails like [`Repository::discover`].
    pub fn open(folder: &Path, environment: Environment) -> Result<Self, RepositoryError> {
        Self::discover_with(folder, environment.outside_git())
    }

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
    /// the repository and everything that is made from it. If GIT_DIR is set, the repository is the
    /// one that it names, whatever the folder.
    ///
    /// # Errors
    /// Fails like [`Repository::discover`].
    pub fn discover_with(folder: &Path, environment: Environment) -> Result<Self, RepositoryError> {
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        let mut start = SystemTime::now();
        let mut opened = open::discover(&folder, &environment)?;
        if check_read(&opened.config, &opened.origin).is_err() {
            // A file may have become readable in the meantime.
            start = SystemTime::now();
            opened = open::discover(&folder, &environment)?;
            check_read(&opened.config, &opened.origin)?;
        }
        let git = || GitCommand::in_same_place(&environment, &folder, "config");
        check_includes(&opened.config, &environment, git)?;
        Self::vet(opened, environment.clone(), &folder, start)
    }

    /// Opens the repository with this common git directory, whatever the environment says. It is
    /// known to be trusted.
    pub(super) fn at(common_dir: &Path, environment: Environment) -> Result<Self, RepositoryError> {
        let start = SystemTime::now();
        let opened = open::open_trusted(common_dir, &environment)
            .map_err(|source| RepositoryError::Open { path: common_dir.to_owned(), source })?;
        Self::vet(opened, environment, common_dir, start)
    }

    fn vet(
        opened: Opened,
        environment: Environment,
        folder: &Path,
        start: SystemTime,
    ) -> Result<Self, RepositoryError> {
        let config = Config::new(opened.config)?;
        let explicit_only = config.text("safe.bareRepository").as_deref() == Some("explicit");
        if explicit_only && opened.repo.workdir().is_none() && !environment.has("GIT_DIR") {
            open::ask_git(folder, &environment, "safe.bareRepository is 'explicit'".into())?;
        }
        let (repo, mut origin) = (opened.repo, opened.origin);
        let absolute = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let git_dir = absolute(&origin.git_dir);
        let is_linked = origin.common_dir != origin.git_dir;
        let common_dir = if is_linked { absolute(&origin.common_dir) } else { git_dir.clone() };
        let replacements = match repo.objects.ignore_replacements {
            true => Replacements::Ignored,
            false => Replacements::Obeyed,
        };
        let (mut refs, mut objects) = (repo.refs.clone(), repo.objects.store());
        if is_linked {
            // Paths that gix makes lead through the worktree's git directory, which `git worktree
            // remove` deletes.
            origin.common_dir.clone_from(&common_dir);
            refs = linked::refs_at(&common_dir, &refs, repo.object_hash());
            objects = linked::objects_at(&common_dir, &objects, repo.object_hash())?;
        }
        refs.namespace = None;
        let top = repo.workdir().unwrap_or(&origin.git_dir);
        let object_dirs = ObjectDirs::of_environment(&environment, repo.object_hash(), top)?;
        let main = object_dirs.main.clone().unwrap_or(objects);
        let objects_dir = main.path().to_owned();
        let stores = std::iter::once(main).chain(object_dirs.alternates.iter().cloned()).collect();
        let inner = Inner {
            directory: DirectoryId::of(&common_dir).ok(),
            work_dir: repo.workdir().map(Path::to_owned),
            main_folder: main_folder(&config, repo.workdir(), is_linked, &common_dir),
            hash: repo.object_hash(),
            handles: Handles::new(stores, replacements),
            latest: Latest::new(Loaded::new(config, start)),
            environment,
            git_dir,
            common_dir,
            objects_dir,
            refs,
            object_dirs,
            origin,
            miss_backoff: MissBackoff::default(),
            hit_rate: HitRate::default(),
            object_cache: ObjectCache::default(),
        };
        Ok(Self { inner: Arc::new(inner), follows: Follows::Changes, identity: None })
    }

    /// Returns the same repository, whose calls do not notice later changes of the configuration,
    /// nor that the repository was removed. This suits a program that ends soon.
    pub fn with_fixed_config(self) -> Self {
        Self { follows: Follows::Nothing, ..self }
    }

    /// Returns the same repository, where everything is written in this person's name. By default
    /// git's variables and configuration name the author and the committer (git-commit(1)).
    ///
    /// Programs that are started, such as agents, are not told.
    pub fn with_identity(self, identity: Identity) -> Self {
        Self { identity: Some(Arc::new(identity)), ..self }
    }

    pub(super) fn identity(&self) -> Option<&Identity> {
        self.identity.as_deref()
    }

    /// Looks whether the configuration has changed, and then reads it again. A store does this at
    /// the beginning of each snapshot and each transaction.
    ///
    /// # Errors
    /// Fails if the configuration cannot be read: it is never used in part, and the last one that
    /// could be read remains. Fails with [`RepositoryError::Gone`] or [`RepositoryError::Replaced`]
    /// if the repository is no longer at its path.
    pub fn refresh(&self) -> Result<(), RepositoryError> {
        if self.follows == Follows::Nothing {
            return Ok(());
        }
        self.check_in_place()?;
        self.inner.latest.refresh(&self.inner.origin)
    }

    /// Checks that the repository that was opened is still at its path.
    ///
    /// # Errors
    /// Fails with [`RepositoryError::Gone`] or [`RepositoryError::Replaced`] if it is not.
    pub(crate) fn check_in_place(&self) -> Result<(), RepositoryError> {
        if self.follows == Follows::Nothing {
            return Ok(());
        }
        let Some(identity) = &self.inner.directory else { return Ok(()) };
        let path = self.common_dir();
        match DirectoryId::of(path) {
            Ok(now) if now == *identity => Ok(()),
            Ok(_) => Err(RepositoryError::Replaced(path.to_owned())),
            Err(error) if is_missing(&error) => Err(RepositoryError::Gone(path.to_owned())),
            Err(source) => {
                Err(RepositoryError::Open { path: path.to_owned(), source: source.into() })
            }
        }
    }

    /// Returns the environment with which the repository was opened, and with which programs are
    /// started for it.
    pub fn environment(&self) -> &Environment {
        &self.inner.environment
    }

    /// Returns the git directory of this worktree.
    pub fn git_dir(&self) -> &Path {
        &self.inner.git_dir
    }

    /// Returns the git directory that all worktrees share.
    pub fn common_dir(&self) -> &Path {
        &self.inner.common_dir
    }

    /// Returns the top directory of this worktree, or None in a bare repository.
    pub fn work_dir(&self) -> Option<PathBuf> {
        let dir = self.inner.work_dir.as_deref()?;
        Some(dir.canonicalize().unwrap_or_else(|_| dir.to_owned()))
    }

    /// Returns the directory in which git-ao keeps its own files, beside git's.
    pub fn ao_dir(&self) -> PathBuf {
        self.common_dir().join("ao")
    }

    /// Returns the directory of the main worktree. For a bare repository, and for one whose
    /// location only the main worktree knows (`git init --separate-git-dir`), returns the
    /// repository's own directory.
    pub fn main_folder(&self) -> &Path {
        &self.inner.main_folder
    }

    /// Returns the git directory of the worktree at `path`, or None if there is no worktree.
    pub fn git_dir_of(&self, path: &Path) -> Option<PathBuf> {
        let git = self.git_in(path, "rev-parse").args(["--path-format=absolute", "--git-dir"]);
        git.run().ok().map(|output| PathBuf::from(output.text()))
    }

    pub(super) fn configuration(&self) -> Arc<Config> {
        self.inner.latest.config()
    }

    /// Returns the hash of the repository's object ids.
    pub(crate) fn object_hash(&self) -> gix::hash::Kind {
        self.inner.hash
    }

    pub(crate) fn objects_dir(&self) -> &Path {
        &self.inner.objects_dir
    }

    pub(super) fn object_dirs(&self) -> &ObjectDirs {
        &self.inner.object_dirs
    }

    /// Returns true if some objects are replaced by others (git-replace(1)).
    pub(crate) fn has_replacements(&self) -> bool {
        self.handles().has_replacements()
    }

    /// Returns true if git may show other parents of commits than these name: some objects are
    /// replaced (git-replace(1)), or there are grafts (gitglossary(7)).
    pub(crate) fn has_other_parents(&self) -> bool {
        self.has_replacements() || self.has_content("info/grafts")
    }

    /// Returns true if the history ends early in this clone.
    pub fn is_shallow(&self) -> bool {
        self.has_content("shallow")
    }

    fn has_content(&self, name: &str) -> bool {
        std::fs::metadata(self.common_dir().join(name)).is_ok_and(|file| file.len() > 0)
    }

    pub(super) fn handles(&self) -> &Handles {
        &self.inner.handles
    }

    pub(super) fn ref_store(&self) -> &RefStore {
        &self.inner.refs
    }

    pub(super) fn ref_storage(&self) -> RefStorage {
        self.configuration().storage
    }

    pub(super) fn fsync(&self) -> Fsync {
        self.configuration().fsync
    }

    pub(super) fn shared(&self) -> Shared {
        self.configuration().shared
    }

    pub(super) fn miss_backoff(&self) -> &MissBackoff {
        &self.inner.miss_backoff
    }

    pub(super) fn hit_rate(&self) -> &HitRate {
        &self.inner.hit_rate
    }

    pub(super) fn object_cache(&self) -> &ObjectCache {
        &self.inner.object_cache
    }
}

impl std::fmt::Debug for Repository {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Repository").field(&self.git_dir()).finish()
    }
}

fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Returns the main worktree: the directory that contains `.git`, or for a submodule its
/// `core.worktree`. For any other git directory, it is the worktree that is not linked.
fn main_folder(
    config: &Config,
    work_dir: Option<&Path>,
    is_linked: bool,
    common_dir: &Path,
) -> PathBuf {
    if let (Some(folder), true) = (common_dir.parent(), common_dir.ends_with(".git")) {
        return folder.to_owned();
    }
    let said = config.own_worktree().map(|path| common_dir.join(path));
    let stands_in = || work_dir.filter(|_| !is_linked).map(Path::to_owned);
    let folder = said.or_else(stands_in).and_then(|folder| folder.canonicalize().ok());
    folder.unwrap_or_else(|| common_dir.to_owned())
}

/// Returns the name of this machine.
pub fn hostname() -> Option<String> {
    let name = rustix::system::uname().nodename().to_string_lossy().trim().to_owned();
    Some(name).filter(|name| !name.is_empty())
}
