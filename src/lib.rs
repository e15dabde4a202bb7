//! Keeps the sessions of AI coding agents in the git repository they work on.
//!
//! A session is a YAML record in the tree of one ref, `refs/ao/sessions`; each change is a commit
//! there. `gitformat-ao(5)`, which comes with the program, describes the format.
//!
//! The modules are layers, each of which uses only those below it:
//!
//! | | |
//! |---|---|
//! | [`hook`] | what git's hooks call, and installing them |
//! | [`flow`] | whole verbs: spawn, fork, restore, kill, clean up, reconcile |
//! | [`share`] | fetching, merging and pushing through a remote |
//! | [`agent`], [`runtime`], [`workspace`] | what does the work, what keeps it alive, where it works; each a small trait with its implementations |
//! | [`store`] | the records: transactions, queries, history |
//! | [`git`] | one repository, and running git safely |
//! | [`model`] | plain types and pure rules |
//!
//! An orchestrator may use the [store](store::Store) alone. Here two workers take tasks from it, and
//! no task is taken twice, in threads as in processes. A store can be cloned, and sent to a thread:
//!
//! ```
//! use git_ao::git::Repository;
//! use git_ao::model::{Area, Field, Filter, Session, SessionId, SessionStatus, Subject};
//! use git_ao::store::{Shelf, Store, StoreError};
//!
//! /// Takes the oldest session that waits, if there is one.
//! fn take(store: &Store, worker: &str) -> Result<Option<SessionId>, StoreError> {
//!     let waits = Filter::Is(Field::Status, "idle".into()).and(Filter::Is(Field::Tag, "queue".into()));
//!     let taken = store.transaction("take", |tx| {
//!         let listed = tx.snapshot().list(Shelf::Active)?;
//!         let sessions = listed.iter().rev().filter_map(|listed| listed.session.as_ref().ok());
//!         let mut waiting = sessions
//!             .filter(|session| waits.matches(Subject { session, area: Area::Active }))
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
//! // One event for all that were made, and one for each that was taken.
//! assert_eq!(store.snapshot()?.events(Default::default()).count(), 21);
//! # Ok(()) }
//! ```
#![deny(missing_docs)]

pub mod agent;
pub mod flow;
pub mod git;
pub mod hook;
pub mod model;
pub mod runtime;
pub mod share;
pub mod store;
pub mod workspace;
