use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::index::IndexCache;
use super::notice::Listener;
use super::replica::Naming;
use super::{Notice, StoreError, Visibility};
use crate::git::{Environment, Identity, Repository, RepositoryError};
use crate::ledger::{Clock, Ledger};
use crate::model::Oid;

/// The ref of the store.
pub const SESSIONS_REF: &str = "refs/ao/sessions";

/// The ref of the sessions that stay in this clone.
pub const PRIVATE_REF: &str = "refs/ao/private";

type PrivateTip = Result<Option<Oid>, StoreError>;

/// The sessions of one repository.
///
/// Opening a store neither reads nor writes. A store that was never written is empty. Each call
/// sees the writes of other processes.
///
/// All threads may use the same store. Cloning is cheap; clones share their caches, and what they
/// know of the configuration.
///
/// # Changes of the configuration
///
/// [`snapshot`](Self::snapshot), everything that writes, [`settings`](Repository::settings) and
/// [`remotes`](Repository::remotes) first look at git's configuration files, and read them all again
/// if one of them has changed: the user's, the repository's, the worktree's, those that they include,
/// and those that did not exist before. What was set before such a call holds in it: agents, the
/// project, prefixes, remotes, the user's name, `core.sharedRepository`. All keys are of one moment.
/// The look costs one `stat(2)` for each file. Single keys ([`config`](Repository::config)) are those
/// of the last look.
///
/// A file that was written less than 10 ms ago is given time to be finished: git replaces files, but
/// not every editor does.
///
/// A configuration that git would refuse is never used in part. Snapshots and writes then fail, as
/// every git command does, until it is repaired; settings are those of the last one that could be
/// read.
///
/// The environment, the location of the repository and its worktree, and replaced objects
/// (git-replace(1)) stay as they were when the repository was opened. A repository that was removed,
/// moved or replaced by another one since is an error
/// ([`Gone`](RepositoryError::Gone), [`Replaced`](RepositoryError::Replaced)).
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let dir = tempfile::tempdir()?;
/// # assert!(std::process::Command::new("git").args(["init", "-q"]).arg(dir.path()).status()?.success());
/// use git_ao::git::Repository;
/// use git_ao::model::{Session, SessionId, SessionStatus};
/// use git_ao::store::{Shelf, Store};
///
/// let store = Store::new(Repository::discover(dir.path())?);
///
/// let id = SessionId::random();
/// store.transaction("spawn", |tx| {
///     let mut session = Session::new(id, "demo".parse().expect("a project name"), tx.now());
///     session.title = "Fix the flaky test".to_owned();
///     tx.create(session)
/// })?;
///
/// // Read, change and write in one step, whatever other processes write.
/// store.update(id, "status", |session| session.status = SessionStatus::Done)?;
///
/// let sessions = store.snapshot()?.list(Shelf::Active)?;
/// let session = sessions[0].session.as_ref().expect("the record was just written");
/// assert_eq!(session.status, SessionStatus::Done);
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct Store {
    ledger: Ledger,
    ref_name: Arc<str>,
    private: Option<&'static str>,
    listener: Listener,
    naming: Naming,
    index: IndexCache,
}

impl Store {
    /// Opens the store of a repository.
    pub fn new(repo: Repository) -> Self {
        let (ledger, ref_name) = (Ledger::new(repo), SESSIONS_REF.into());
        let (listener, naming) = (Listener::default(), Naming::default());
        let index = IndexCache::default();
        Self { ledger, ref_name, private: None, listener, naming, index }
    }

    /// Returns what is known about this clone's name.
    pub(super) fn naming(&self) -> &Naming {
        &self.naming
    }

    /// Returns the index, or None if it does not know this store.
    pub(super) fn index(&self) -> Option<&IndexCache> {
        let is_known = *self.ref_name == *SESSIONS_REF && !self.repository().has_replacements();
        is_known.then_some(&self.index)
    }

    /// Opens the store of the repository that contains `folder`, with these variables. GIT_DIR and
    /// related variables are left out ([`Repository::open`]).
    ///
    /// # Errors
    /// Fails like [`Repository::discover`].
    pub fn open(
        folder: impl AsRef<Path>,
        environment: Environment,
    ) -> Result<Self, RepositoryError> {
        Repository::open(folder.as_ref(), environment).map(Self::new)
    }

    /// Opens the store of the repository that git would use in `folder`, with the variables of this
    /// process. If GIT_DIR is set, as in hooks, that is the repository that it names, whatever the
    /// folder: use [`open`](Self::open) for the repository of the folder.
    ///
    /// # Errors
    /// Fails like [`Repository::discover`].
    pub fn discover(folder: &Path) -> Result<Self, RepositoryError> {
        Repository::discover(folder).map(Self::new)
    }

    /// Returns the store at another ref, without private sessions.
    pub fn at_ref(&self, name: &str) -> Self {
        Self { ref_name: name.into(), private: None, ..self.clone() }
    }

    /// Returns the same store after its repository was moved.
    pub(crate) fn moved_to(&self, repo: Repository) -> Self {
        Self { ledger: self.ledger.moved_to(repo), naming: Naming::default(), ..self.clone() }
    }

    /// Includes the private sessions of this clone ([`PRIVATE_REF`]). Reads show both kinds, and a
    /// change goes to the ref that has the session. A session under both refs is private, and is
    /// shown once. The tip, and everything that is shared, remain those of the public ref.
    pub fn with_private(self) -> Self {
        Self { private: Some(PRIVATE_REF), ..self }
    }

    /// Sets the author and the committer of everything that is written
    /// ([`Repository::with_identity`]).
    pub fn with_identity(self, identity: Identity) -> Self {
        Self { ledger: self.ledger.with_identity(identity), ..self }
    }

    /// Sets the clock.
    pub fn with_clock(self, clock: Clock) -> Self {
        Self { ledger: self.ledger.with_clock(clock), ..self }
    }

    /// Sets how long a write waits for other writers before it fails.
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { ledger: self.ledger.with_patience(patience), ..self }
    }

    /// Sets the function that receives notices during an operation.
    pub fn with_listener(self, notify: impl Fn(&Notice) + Send + Sync + 'static) -> Self {
        let listener = Listener::new(notify);
        let of_writes = listener.clone();
        let ledger = self.ledger.with_listener(move |notice| {
            of_writes.notify(&Notice::Ledger(notice));
        });
        Self { ledger, listener, ..self }
    }

    pub(super) fn notify(&self, notice: &Notice) {
        self.listener.notify(notice);
    }

    pub(super) fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Returns the repository.
    pub fn repository(&self) -> &Repository {
        self.ledger.repository()
    }

    /// Returns the full name of the store's ref.
    pub fn ref_name(&self) -> &str {
        &self.ref_name
    }

    /// Returns the clock.
    pub fn clock(&self) -> &Clock {
        self.ledger.clock()
    }

    /// Returns the ref of the sessions with this visibility, or None if the store was opened
    /// without private sessions.
    pub(super) fn ref_of(&self, visibility: Visibility) -> Option<&str> {
        match visibility {
            Visibility::Public => Some(&self.ref_name),
            Visibility::Private => self.private,
        }
    }

    /// Returns the newest public event, or None if there is none.
    ///
    /// # Errors
    /// Fails if the ref cannot be read.
    pub fn tip(&self) -> Result<Option<Oid>, StoreError> {
        Ok(self.ledger.tip(&self.ref_name)?)
    }

    /// Returns the newest private event, or None if there is none or the store was opened without
    /// private sessions.
    ///
    /// # Errors
    /// Fails if the ref cannot be read.
    pub fn private_tip(&self) -> Result<Option<Oid>, StoreError> {
        Ok(self.private.map(|name| self.ledger.tip(name)).transpose()?.flatten())
    }

    /// Returns true if there is no event, neither public nor private.
    ///
    /// # Errors
    /// Fails if a ref cannot be read.
    pub fn is_unwritten(&self) -> Result<bool, StoreError> {
        Ok(matches!(self.tips()?, (None, Ok(None))))
    }

    /// Returns the public tip, and the private one or the error of reading it.
    pub(super) fn tips(&self) -> Result<(Option<Oid>, PrivateTip), StoreError> {
        let Some(private) = self.private else { return Ok((self.tip()?, Ok(None))) };
        match self.repository().read_refs([&self.ref_name, private]) {
            Ok([public, private]) => Ok((public, Ok(private))),
            // One of the refs is unreadable: reading them one by one tells which.
            Err(_) => Ok((self.tip()?, self.private_tip())),
        }
    }
}
