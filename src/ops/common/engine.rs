//! Holds what the verbs need: the store, the agents, the runtimes and the workspaces.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use crate::agent::{Agent, Agents};
use crate::git::Repository;
use crate::ops::common::{Interrupt, OpsError};
use crate::runtime::{Runtime, RuntimeError, Runtimes};
use crate::store::Store;
use crate::transcript::TranscriptStore;
use crate::workspace::{Workspace, Worktrees};

/// Runs the verbs on one store. Every verb of the program is a method.
///
/// An engine is cheap to clone, and its clones share the agents that they supervise.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let dir = tempfile::tempdir()?;
/// # let dir = dir.path().canonicalize()?;
/// # let git = |args: &[&str]| {
/// #     let mut git = std::process::Command::new("git");
/// #     git.arg("-C").arg(&dir).args(["-c", "user.name=a", "-c", "user.email=a@b"]).args(args);
/// #     assert!(git.status().expect("git").success());
/// # };
/// # git(&["init", "-q"]);
/// # git(&["commit", "-q", "--allow-empty", "-m", "first"]);
/// # git(&["config", "ao.worktreeDir", dir.join("trees").to_str().expect("text")]);
/// # git(&["config", "ao.agent.mine.command", "true {prompt}"]);
/// use std::time::Duration;
///
/// use git_ao::model::SessionStatus;
/// use git_ao::ops::{Engine, SpawnRequest};
/// use git_ao::store::Store;
///
/// let engine = Engine::new(Store::discover(&dir)?);
/// // A record, a branch, a worktree and an agent, or nothing of that.
/// let request = SpawnRequest::new("Fix the flaky test").agent("mine").runtime("detached");
/// let made = engine.spawn(request)?;
/// let ended = engine.wait(made.session.id, Duration::from_secs(60))?;
/// assert_eq!(ended.session.status, SessionStatus::Done);
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Engine {
    store: Store,
    parts: Arc<Parts>,
    interrupt: Interrupt,
}

struct Parts {
    agents: Vec<Arc<dyn Agent>>,
    runtimes: Runtimes,
    workspace: Option<MakeWorkspace>,
    supervisor: Supervisor,
    /// Opened when it is first needed.
    transcripts: OnceLock<TranscriptStore>,
}

type MakeWorkspace = Box<dyn for<'r> Fn(Worktrees<'r>) -> Box<dyn Workspace + 'r> + Send + Sync>;

/// What supervises an agent: starts it, and records its conversation and its end.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Supervisor {
    /// A thread of this process. No other program is needed.
    ///
    /// The agent itself outlives this process if its runtime can do that, as `tmux` and `detached`
    /// can. Its end is then recorded by the next [`reconcile`](Engine::reconcile).
    #[default]
    InProcess,
    /// A process of its own for each agent: this git-ao program. It outlives this process, but does
    /// not know any agents that were added to the engine.
    GitAo(PathBuf),
    /// A process of its own for each agent: this program, which passes its arguments to
    /// [`Run::from_args`](crate::ops::Run::from_args) and the result to
    /// [`supervise`](Engine::supervise). Its engine must have the same agents.
    Program(PathBuf),
}

impl Supervisor {
    /// Returns the program that agents' hooks can call.
    pub(in crate::ops) fn git_ao(&self) -> Option<&Path> {
        match self {
            Self::GitAo(program) => Some(program),
            Self::InProcess | Self::Program(_) => None,
        }
    }
}

/// Assembles an [`Engine`].
pub struct EngineBuilder {
    store: Store,
    parts: Parts,
}

impl Engine {
    /// Makes an engine with the built-in runtimes, and the agents that are built in or configured.
    /// Agents are supervised [in this process](Supervisor::InProcess).
    pub fn new(store: Store) -> Self {
        Self::builder(store).build()
    }

    /// Begins to assemble an engine.
    pub fn builder(store: Store) -> EngineBuilder {
        let parts = Parts {
            agents: Vec::new(),
            runtimes: Runtimes::default(),
            workspace: None,
            supervisor: Supervisor::default(),
            transcripts: OnceLock::new(),
        };
        EngineBuilder { store, parts }
    }

    /// Returns the same engine, whose verbs stop and roll back when the interrupt fires.
    pub fn with_interrupt(&self, interrupt: Interrupt) -> Self {
        Self { interrupt, ..self.clone() }
    }

    /// Returns the store.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Opens the transcript store of the repository, once. Returns None if nothing was captured
    /// yet.
    ///
    /// # Errors
    /// Fails if there is one that cannot be opened.
    pub fn transcripts(&self) -> Result<Option<TranscriptStore>, OpsError> {
        let known = &self.parts.transcripts;
        // It may have been deleted by hand.
        if let Some(opened) = known.get().filter(|store| store.is_in_place()) {
            return Ok(Some(opened.clone()));
        }
        let opened = TranscriptStore::open(self.repository())?;
        Ok(opened.map(|store| known.get_or_init(|| store).clone()))
    }

    /// Returns the known agents: the built-in ones, those in git's configuration, and those that
    /// were added.
    pub fn agents(&self) -> Agents {
        let mut agents = Agents::of(self.repository());
        for own in &self.parts.agents {
            agents.add(Arc::clone(own));
        }
        agents
    }

    /// Returns the runtime with this name. `socket` is the tmux server, if it is not the configured
    /// one.
    ///
    /// # Errors
    /// Fails if there is no such runtime.
    pub(in crate::ops) fn runtime_named(
        &self,
        name: &str,
        socket: Option<&str>,
    ) -> Result<Arc<dyn Runtime>, RuntimeError> {
        let configured = self.repository().settings().tmux_socket();
        let socket = socket.or(configured.as_deref());
        self.parts.runtimes.named(name, socket, self.repository().environment())
    }

    /// Returns the names of the known runtimes.
    pub fn runtime_names(&self) -> impl Iterator<Item = &str> {
        self.parts.runtimes.names()
    }

    /// Returns the workspaces. Their progress is reported as the interrupt says.
    pub(in crate::ops) fn workspace(&self) -> Box<dyn Workspace + '_> {
        let worktrees = self.worktrees();
        match &self.parts.workspace {
            Some(make) => make(worktrees),
            None => Box::new(worktrees),
        }
    }

    /// Returns git's worktrees, of which every workspace is one.
    pub(in crate::ops) fn worktrees(&self) -> Worktrees<'_> {
        Worktrees::new(self.repository()).with_progress(self.interrupt.progress())
    }

    pub(in crate::ops) fn interrupt(&self) -> &Interrupt {
        &self.interrupt
    }

    pub(in crate::ops) fn supervisor(&self) -> &Supervisor {
        &self.parts.supervisor
    }

    pub(in crate::ops) fn repository(&self) -> &Repository {
        self.store.repository()
    }
}

impl EngineBuilder {
    /// Adds an agent. It takes precedence over any other of the same name.
    #[must_use]
    pub fn agent(mut self, agent: impl Agent + 'static) -> Self {
        self.parts.agents.push(Arc::new(agent));
        self
    }

    /// Adds a runtime. It takes precedence over any other of the same name. Its methods are called
    /// on threads of their own; one that panics or does not return makes the verb fail.
    #[must_use]
    pub fn runtime(mut self, runtime: impl Runtime + 'static) -> Self {
        self.parts.runtimes.add(Arc::new(runtime));
        self
    }

    /// Sets the workspaces: they are made from git's worktrees, whose behaviour they may change or
    /// extend.
    #[must_use]
    pub fn workspace(
        mut self,
        make: impl for<'r> Fn(Worktrees<'r>) -> Box<dyn Workspace + 'r> + Send + Sync + 'static,
    ) -> Self {
        self.parts.workspace = Some(Box::new(make));
        self
    }

    /// Sets what supervises the agents. The default is [`Supervisor::InProcess`].
    #[must_use]
    pub fn supervisor(mut self, supervisor: Supervisor) -> Self {
        self.parts.supervisor = supervisor;
        self
    }

    /// Lets threads of this process supervise the agents.
    #[must_use]
    pub fn in_process(self) -> Self {
        self.supervisor(Supervisor::InProcess)
    }

    /// Makes the engine.
    pub fn build(self) -> Engine {
        Engine { store: self.store, parts: Arc::new(self.parts), interrupt: Interrupt::never() }
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine")
            .field("store", &self.store)
            .field("runtimes", &self.parts.runtimes)
            .field("supervisor", &self.parts.supervisor)
            .finish_non_exhaustive()
    }
}
