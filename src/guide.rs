//! The concepts behind the crate, a section each. It contains no items.
//!
//! # Sessions and records
//!
//! A [`Session`](crate::model::Session) is one agent's piece of work. Its record is a file in the
//! tree of one ref, on one of two shelves: active or archived. Private sessions are on a second
//! ref, which is never shared. Unknown keys are kept. An unreadable record does not hide the
//! others: it is listed with its [problem](crate::store::RecordProblem).
//!
//! [`Store::update`](crate::store::Store::update) enforces the same rules as `git ao set`: the
//! table of statuses, one-line titles, fixed fields. An importer uses
//! [`update_unchecked`](crate::store::Store::update_unchecked), and
//! [`check_all`](crate::store::Store::check_all) reports what is invalid after such a write.
//!
//! # Events and history
//!
//! Each change is a commit, an [`Event`](crate::model::Event). A
//! [`transaction`](crate::store::Store::transaction) changes any number of sessions with one event,
//! or none. Its closure may run again if another process was faster, so it must not have other
//! effects. [`Snapshot::events`](crate::store::Snapshot::events) walks the history,
//! [`Store::changes`](crate::store::Store::changes) says what has changed since a point in it, and
//! [`Store::watch`](crate::store::Store::watch) waits for changes. The `message.op` of an event is
//! the name of the verb that made it, such as `spawn`, `take`, `start`, `restore`, `kill`, `set` or
//! `cleanup`; programs also record `status` and `reconcile`.
//!
//! # Queues
//!
//! A queue is a query: the sessions that it selects are waiting.
//! [`Store::take`](crate::store::Store::take) gives one of them to a worker, first in, first out
//! unless the query has another order, and marks it as working.
//! [`Engine::start`](crate::ops::Engine::start) then gives it a worktree and an agent. Only one of
//! the threads and processes of a clone gets a session. Two clones can take the same session before
//! they sync: let each clone take only its own part of the queue, such as the sessions with a tag
//! named after it.
//!
//! # Agents, runtimes and workspaces
//!
//! An [`Agent`](crate::agent::Agent) knows which command starts, resumes or forks a conversation. A
//! [`Runtime`](crate::runtime::Runtime) runs that command and says how it ended. A
//! [`Workspace`](crate::workspace::Workspace) is the git worktree in which it works. The page of
//! each trait says what an implementation must guarantee, and [`testing`](crate::testing) checks
//! it. An engine does not trust implementations: it calls runtimes on separate threads, and if one
//! panics, hangs or returns a bad handle, the verb fails and changes nothing.
//!
//! ```
//! use std::time::Duration;
//!
//! use git_ao::agent::{Action, Agent, AgentError, Launch, LaunchRequest, Mode};
//! use git_ao::model::SessionId;
//! use git_ao::runtime::{Exit, Probe, ProcessSpec, Runtime, RuntimeError, Started, Stopped};
//!
//! /// An agent whose program is found on PATH.
//! struct Greeter;
//!
//! impl Agent for Greeter {
//!     fn name(&self) -> &str {
//!         "greeter"
//!     }
//!
//!     fn plan(&self, _: Action, _: Mode, request: &LaunchRequest) -> Result<Launch, AgentError> {
//!         Ok(Launch::new("echo").args([request.prompt.clone()]))
//!     }
//! }
//!
//! /// A runtime whose agents are done as soon as they are started.
//! struct Instant;
//!
//! impl Runtime for Instant {
//!     fn name(&self) -> &str {
//!         "instant"
//!     }
//!
//!     fn start(&self, session: &SessionId, plan: &ProcessSpec) -> Result<Started, RuntimeError> {
//!         println!("{session} runs {:?} in {:?}", plan.argv, plan.cwd);
//!         // Of two starts, each has a handle of its own.
//!         Ok(Started::Running(format!("instant-{}", SessionId::random())))
//!     }
//!
//!     fn probe(&self, _: &SessionId, _: &str) -> Probe {
//!         Probe::Gone
//!     }
//!
//!     fn wait(&self, _: &SessionId, _: &str, _: Duration) -> Option<Exit> {
//!         Some(Exit::Code(0))
//!     }
//!
//!     fn stop(&self, _: &SessionId, _: &str, _: Duration) -> Result<Stopped, RuntimeError> {
//!         Ok(Stopped::AlreadyGone)
//!     }
//! }
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let dir = tempfile::tempdir()?;
//! # let dir = dir.path().canonicalize()?;
//! # let git = |args: &[&str]| {
//! #     let mut git = std::process::Command::new("git");
//! #     git.arg("-C").arg(&dir).args(["-c", "user.name=a", "-c", "user.email=a@b"]).args(args);
//! #     assert!(git.status().expect("git").success());
//! # };
//! # git(&["init", "-q"]);
//! # git(&["commit", "-q", "--allow-empty", "-m", "first"]);
//! # git(&["config", "ao.worktreeDir", dir.join("trees").to_str().expect("text")]);
//! use git_ao::ops::{Engine, SpawnRequest};
//! use git_ao::store::Store;
//!
//! let engine = Engine::builder(Store::discover(&dir)?).agent(Greeter).runtime(Instant).build();
//! let made = engine.spawn(SpawnRequest::new("Hello").agent("greeter").runtime("instant"))?;
//! let ended = engine.wait(made.session.id, Duration::from_secs(60))?;
//! assert!(ended.session.agent_end().is_some_and(|end| end.is_success()));
//! # Ok(()) }
//! ```
//!
//! # Supervisors
//!
//! A supervisor starts an agent and records how it ends, even if the caller is gone by then. The
//! [`Supervisor`](crate::ops::Supervisor) of an engine is a thread of its process, a `git-ao`
//! process for each agent, or your own program, which passes its arguments to
//! [`Run::from_args`](crate::ops::Run::from_args). If a process with supervising threads is killed,
//! its agents in tmux and `detached` continue, they are never started twice, and
//! [`reconcile`](crate::ops::Engine::reconcile) records their end.
//!
//! # Several clones
//!
//! [`Remote::sync`](crate::share::Remote::sync) fetches, merges and pushes. Each field is merged
//! separately. A session's [placements](crate::model::Session::placements) say in which clones it
//! lives; a session that lives in another clone is neither stopped nor started here.
//!
//! # Errors
//!
//! Each error has a [`kind`](crate::model::ErrorKind), which determines what the caller can do
//! ([`recovery`](crate::model::ErrorKind::recovery)). After `Contended` and `Unavailable`, it is
//! worth trying again.
//!
//! # Async callers
//!
//! All calls block, on files, locks and processes. Stores and engines are `Send`, `Sync` and cheap
//! to clone, so an async program moves a clone into its runtime's pool for blocking calls:
//!
//! ```
//! # mod tokio {
//! #     pub mod task {
//! #         pub async fn spawn_blocking<T>(f: impl FnOnce() -> T) -> std::io::Result<T> {
//! #             Ok(f())
//! #         }
//! #     }
//! # }
//! use git_ao::ops::{Engine, OpsError, SpawnRequest, Spawned};
//!
//! async fn spawn(engine: &Engine, request: SpawnRequest) -> std::io::Result<Result<Spawned,
//! OpsError>> {
//!     let engine = engine.clone();
//!     Ok(tokio::task::spawn_blocking(move || engine.spawn(request)).await?)
//! }
//! ```
