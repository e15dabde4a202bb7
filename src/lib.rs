//! Keeps the sessions of AI coding agents in the git repository they work on.
//!
//! A session is one agent's piece of work: its task, branch, worktree, status and lineage. It is a
//! YAML record in the tree of one ref, `refs/ao/sessions`, and each change is a commit on that ref.
//! Several processes and several clones can therefore work on the same sessions, without a server.
//! The manual page `gitformat-ao(5)` describes the format.
//!
//! The program `git ao` only parses, calls this library and renders. Whatever protects a person's
//! work is in here, and an orchestrator, a server or an editor that embeds the library has it too.
//!
//! # Open a store, read and write
//!
//! [`Store::open`](store::Store::open) opens the store of the repository that contains a directory.
//! Reads go through a [`Snapshot`](store::Snapshot), which later writes do not change. A write
//! reads, changes and commits in one step:
//!
//! ```
//! use git_ao::git::Environment;
//! use git_ao::model::{Session, SessionId, SessionStatus};
//! use git_ao::store::{Shelf, Store};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let dir = tempfile::tempdir()?;
//! # let dir = dir.path();
//! # assert!(std::process::Command::new("git").args(["init", "-q"]).arg(dir).status()?.success());
//! let store = Store::open(dir, Environment::inherited())?;
//! let mut task = Session::new(SessionId::random(), "demo".parse()?, store.clock().now());
//! task.title = "Fix the flaky test".to_owned();
//! store.create(&task)?;
//! store.update(task.id, "status", |session| session.status = SessionStatus::Done)?;
//!
//! let snapshot = store.snapshot()?;
//! assert_eq!(snapshot.session(task.id)?.status, SessionStatus::Done);
//! for listed in snapshot.list(Shelf::Active)? {
//!     // A record that cannot be read does not hide the others.
//!     match listed.session {
//!         Ok(session) => println!("{} {}", session.id.short(), session.display_title()),
//!         Err(problem) => println!("{} {problem}", listed.location.id.short()),
//!     }
//! }
//! # Ok(()) }
//! ```
//!
//! Private sessions stay in this clone; [`with_private`](store::Store::with_private) includes them.
//! A session's status is what somebody wrote last. [`view::Status`] also looks at the agents and
//! the worktrees.
//!
//! The repository has whole programs in `examples/`: `sessions` prints the sessions and who has the
//! next move, `queue` lets workers of several processes share tasks, `memory` has an agent and a
//! runtime of its own, `dashboard` follows what happens, and `importer` reads a file of another
//! program.
//!
//! # Let many workers share a queue
//!
//! Here, two workers take tasks from a queue, and no task is taken twice. The same holds for
//! several processes:
//!
//! ```
//! use git_ao::git::Environment;
//! use git_ao::model::{Field, Filter, Session, SessionId, SessionStatus};
//! use git_ao::store::{Store, StoreError};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let dir = tempfile::tempdir()?;
//! # assert!(std::process::Command::new("git").args(["init", "-q"]).arg(dir.path()).status()?.success());
//! let store = Store::open(dir.path(), Environment::inherited())?;
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
//! // The oldest waiting task is taken first.
//! let waiting = Filter::Is(Field::Status, "idle".into()).and(Filter::Is(Field::Tag, "queue".into()));
//! let taken: Vec<SessionId> = std::thread::scope(|scope| {
//!     let work = |name: &'static str| {
//!         let store = store.clone();
//!         let waiting = waiting.clone();
//!         let task = move || store.take(&waiting, name).expect("a turn").map(|task| task.id);
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
//!
//! # Start an agent
//!
//! [`ops::Engine`] has a method for each verb of the program, with the same checks. Spawning a
//! session creates a record, a branch and a worktree, and starts the agent in a runtime; if any
//! step fails, everything is undone:
//!
//! ```no_run
//! use std::time::Duration;
//!
//! use git_ao::ops::{Cleanup, Engine, SpawnRequest};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let store = git_ao::store::Store::discover(".".as_ref())?;
//!
//! // Threads of this process supervise the agents; no other program is needed.
//! let engine = Engine::new(store);
//! let made = engine.spawn(SpawnRequest::new("Fix the flaky test").agent("claude"))?;
//! println!("{} works in {:?}", made.session.id.short(), made.workspace);
//! let ended = engine.wait(made.session.id, Duration::from_secs(3600))?;
//! println!("{:?}", ended.session.agent_end());
//! engine.cleanup(&Cleanup::default())?;
//! # Ok(()) }
//! ```
//!
//! Your own [`agent::Agent`], [`runtime::Runtime`] or [`workspace::Workspace`] can be added with
//! [`Engine::builder`](ops::Engine::builder), and works in every verb.
//!
//! # Share with other clones
//!
//! Git transfers the sessions, with the user's own transports and credentials. Sessions that
//! changed on both sides are merged field by field:
//!
//! ```
//! use git_ao::share::{Remote, Watcher};
//! # use git_ao::model::{Session, SessionId};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let dir = tempfile::tempdir()?;
//! # let dir = dir.path().canonicalize()?;
//! # let git = |args: &[&str]| {
//! #     assert!(std::process::Command::new("git").arg("-C").arg(&dir).args(args).status().expect("git").success());
//! # };
//! # git(&["init", "-q"]);
//! # git(&["init", "-q", "--bare", "hub.git"]);
//! # git(&["remote", "add", "origin", "hub.git"]);
//! # let store = git_ao::store::Store::discover(&dir)?;
//! # store.create(&Session::new(SessionId::random(), "demo".parse()?, store.clock().now()))?;
//!
//! let remote = Remote::choose(&store, None)?;
//! let report = remote.sync(&mut Watcher::Nobody, None)?;
//! assert_eq!(report.sent.len(), 1);
//! assert_eq!(remote.tip()?, store.tip()?);
//! # Ok(()) }
//! ```
//!
//! # When something fails
//!
//! Each layer has its own error types. A message does not contain the cause, which is the error's
//! source; [`model::error_chain`] prints both on one line. A failed call has changed nothing,
//! unless its documentation says otherwise. Every error has a [kind](model::ErrorKind), which
//! determines what the caller can do, a [`model::Recovery`]:
//!
//! ```
//! use git_ao::model::{ErrorKind, Recovery, SessionId};
//! # use git_ao::store::{Store, StoreError};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let dir = tempfile::tempdir()?;
//! # assert!(std::process::Command::new("git").args(["init", "-q"]).arg(dir.path()).status()?.success());
//! # let store = Store::discover(dir.path())?;
//!
//! let error = store.snapshot()?.session(SessionId::random()).expect_err("there is none");
//! assert_eq!(error.kind(), ErrorKind::NotFound);
//! let advice = match error.recovery() {
//!     Recovery::Retry => "another process was in the way: try again",
//!     Recovery::FixInput => "change the arguments or the environment",
//!     Recovery::Repair => "repair the store: git ao fsck --repair",
//!     Recovery::GiveUp => "report this",
//! };
//! assert_eq!(advice, "change the arguments or the environment");
//! # Ok(()) }
//! ```
//!
//! [`Snapshot::listing`](store::Snapshot::listing) lists the readable records of a damaged store,
//! [`Store::repair`](store::Store::repair) repairs it, and
//! [`Engine::doctor`](ops::Engine::doctor) looks for other problems with sessions, worktrees and
//! settings.
//!
//! # What to know
//!
//! - Records come from other people. The commands of agents never come from a record, and text that
//!   goes to a terminal must pass through [`view::escape`].
//! - Environment variables are a value, [`git::Environment`]: one process can serve several users.
//!   [`Store::open`](store::Store::open) takes them, and opens the repository of the given
//!   directory. [`Store::discover`](store::Store::discover) uses those of the process and obeys
//!   GIT_DIR, as git does; in a hook, that is the hook's repository, whatever the directory.
//! - Writes enforce the rules of `git ao set`.
//!   [`Store::update_unchecked`](store::Store::update_unchecked) is for importers, and
//!   [`Store::check_all`](store::Store::check_all) reports what is invalid after such a write.
//! - [`Store::changes`](store::Store::changes) says what has changed since a reader last looked, and
//!   [`Store::watch`](store::Store::watch) waits for changes.
//! - Calls block; there is no async runtime. A [`Store`](store::Store) is cheap to clone, and any
//!   number of threads can use the same one. Async code calls it in `spawn_blocking` or the like.
//! - An event's author and committer are those that git would choose, unless
//!   [`Store::with_identity`](store::Store::with_identity) names somebody.
//! - An open store sees changes of the configuration at the next snapshot or write.
//! - The feature `cli`, on by default, is the program. The library alone needs
//!   `default-features = false`.
//!
//! # Modules
//!
//! The [`guide`] explains the concepts. [`testing`] checks implementations of the traits.
//!
//! The modules are layers. Each layer uses only those below it:
//!
//! | | |
//! |---|---|
//! | [`view`] | what all front ends share: JSON shapes, orders, dates |
//! | [`ops`] | whole verbs: spawn, fork, restore, kill, clean up, reconcile, doctor |
//! | [`import`] | reading the stores of other programs |
//! | [`hook`] | the work of git's hooks, and their installation |
//! | [`share`] | fetching, merging and pushing through a remote |
//! | [`agent`], [`runtime`], [`workspace`] | the program that does the work, the process that runs it, the worktree it works in |
//! | [`store`] | the records: transactions, queries, history |
//! | [`redact`] | removing secrets from what is shared |
//! | [`ledger`] | commits on refs: the one way to write, and their history |
//! | [`git`] | access to one repository, and running git safely |
//! | [`model`] | plain types and pure rules |
#![deny(missing_docs)]
#![warn(clippy::missing_errors_doc)]

pub mod agent;
pub mod git;
pub mod guide;
pub mod hook;
pub mod import;
pub mod ledger;
pub mod model;
pub mod ops;
pub mod redact;
pub mod runtime;
pub mod share;
pub mod store;
pub mod testing;
pub mod transcript;
pub mod view;
pub mod workspace;
