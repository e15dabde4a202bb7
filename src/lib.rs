//! Keeps the sessions of AI coding agents in the git repository they work on.
//!
//! A session is a YAML record in the tree of one ref, `refs/ao/sessions`. Each change is a commit on
//! that ref. The manual page `gitformat-ao(5)` describes the format.
//!
//! The modules are layers. Each layer uses only those below it:
//!
//! | | |
//! |---|---|
//! | [`view`] | what every front end shows alike: JSON shapes, orders, dates |
//! | [`ops`] | whole verbs: spawn, fork, restore, kill, clean up, reconcile, doctor |
//! | [`hook`] | the work of git's hooks, and their installation |
//! | [`share`] | fetching, merging and pushing through a remote |
//! | [`agent`], [`runtime`], [`workspace`] | the program that does the work, the process that runs it, the worktree it works in |
//! | [`store`] | the records: transactions, queries, history |
//! | [`ledger`] | commits on refs: the one way to write, and their history |
//! | [`git`] | access to one repository, and running git safely |
//! | [`model`] | plain types and pure rules |
//!
//! An orchestrator can use the [store](store::Store) alone. In this example, two workers take tasks
//! from a queue, and no task is taken twice. The same holds for several processes. A store can be
//! cloned and sent to another thread:
//!
//! ```
//! use git_ao::git::Repository;
//! use git_ao::model::{Field, Filter, Session, SessionId, SessionStatus, Subject};
//! use git_ao::store::{Shelf, Store, StoreError};
//!
//! /// Takes the oldest waiting session, if there is one.
//! fn take(store: &Store, worker: &str) -> Result<Option<SessionId>, StoreError> {
//!     let waits = Filter::Is(Field::Status, "idle".into()).and(Filter::Is(Field::Tag, "queue".into()));
//!     let taken = store.transaction("take", |tx| {
//!         let listed = tx.snapshot().list(Shelf::Active)?;
//!         let sessions = listed.iter().rev().filter_map(|listed| listed.session.as_ref().ok());
//!         let mut waiting = sessions
//!             .filter(|session| waits.matches(Subject { session, shelf: Shelf::Active }))
//!             .map(|session| session.id);
//!         let Some(id) = waiting.next() else { return Ok::<_, StoreError>(None) };
//!         tx.change_status(id, &SessionStatus::Working, Some(worker))?;
//!         Ok(Some(id))
//!     });
//!     Ok(taken?.value)
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let dir = tempfile::tempdir()?;
//! # assert!(std::process::Command::new("git").args(["init", "-q"]).arg(dir.path()).status()?.success());
//! let store = Store::new(Repository::discover(dir.path())?);
//! store.transaction("spawn", |tx| {
//!     for n in 1..=20 {
//!         let mut task = Session::new(SessionId::random(), "demo".parse().expect("a name"), tx.now());
//!         task.title = format!("Task {n}");
//!         task.status = SessionStatus::Idle;
//!         task.add_tag("queue");
//!         tx.create(task)?;
//!     }
//!     Ok::<_, StoreError>(())
//! })?;
//!
//! let taken: Vec<SessionId> = std::thread::scope(|scope| {
//!     let work = |name: &'static str| {
//!         let store = store.clone();
//!         let task = move || take(&store, name).expect("a turn");
//!         scope.spawn(move || std::iter::from_fn(task).collect::<Vec<_>>())
//!     };
//!     let workers = ["one", "two"].map(work);
//!     workers.into_iter().flat_map(|worker| worker.join().expect("it ends")).collect()
//! });
//! let different: std::collections::HashSet<_> = taken.iter().collect();
//! assert_eq!((taken.len(), different.len()), (20, 20));
//!
//! // One event created all tasks, and one event took each of them.
//! assert_eq!(store.snapshot()?.events(Default::default()).count(), 21);
//! # Ok(()) }
//! ```
#![deny(missing_docs)]
#![warn(clippy::missing_errors_doc)]

pub mod agent;
pub mod git;
pub mod hook;
pub mod ledger;
pub mod model;
pub mod ops;
pub mod runtime;
pub mod share;
pub mod store;
pub mod view;
pub mod workspace;
