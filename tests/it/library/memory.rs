//! An agent, a runtime and workspaces of an orchestrator's own: nothing of them is a process.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use git_ao::agent::{Action, Agent, AgentError, IdSource, Launch, LaunchRequest, Mode, Slot};
use git_ao::git::Environment;
use git_ao::model::SessionId;
use git_ao::runtime::{
    Attach, Exit, Probe, ProcessSpec, Runtime, RuntimeError, Started, Stopped, Terminal,
};

/// What was asked of the runtime, in order, and what it runs.
#[derive(Debug, Default)]
pub struct Inner {
    pub calls: Vec<String>,
    runs: BTreeMap<String, Run>,
    pub faults: Vec<Fault>,
}

#[derive(Debug)]
pub struct Run {
    pub session: SessionId,
    pub plan: ProcessSpec,
    pub told: Vec<String>,
    pub ended: Option<Exit>,
    /// Its end was asked for, and is not kept any longer.
    pub forgotten: bool,
}

/// What the runtime does wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It does not start anything.
    Start,
    /// It gives this handle.
    Handle(String),
    /// It panics in this method.
    Panic(&'static str),
    /// It cannot tell what is alive.
    Probe,
    /// It says that what it runs is gone.
    Denies,
    /// It stops nothing, and says that it did.
    Lies,
}

/// Keeps agents in memory. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    inner: Arc<(Mutex<Inner>, Condvar)>,
}

impl Memory {
    pub fn with<T>(&self, act: impl FnOnce(&mut Inner) -> T) -> T {
        let value = act(&mut self.inner.0.lock().unwrap());
        self.inner.1.notify_all();
        value
    }

    pub fn fault(&self, fault: Fault) {
        self.with(|inner| inner.faults.push(fault));
    }

    pub fn calls(&self) -> Vec<String> {
        self.with(|inner| std::mem::take(&mut inner.calls))
    }

    /// Lets an agent end.
    pub fn end(&self, handle: &str, exit: Exit) {
        self.with(|inner| inner.runs.get_mut(handle).expect("it was started").ended = Some(exit));
    }

    pub fn run<T>(&self, handle: &str, look: impl FnOnce(&Run) -> T) -> T {
        self.with(|inner| look(&inner.runs[handle]))
    }

    pub fn find<T>(&self, handle: &str, look: impl FnOnce(&Run) -> T) -> Option<T> {
        self.with(|inner| inner.runs.get(handle).map(look))
    }

    pub fn alive(&self) -> usize {
        self.with(|inner| inner.runs.values().filter(|run| run.ended.is_none()).count())
    }

    fn enter(&self, method: &'static str, what: &str) {
        let panics = self.with(|inner| {
            inner.calls.push(format!("{method} {what}").trim().to_owned());
            inner.faults.contains(&Fault::Panic(method))
        });
        assert!(!panics, "a fault of the runtime");
    }

    fn has(&self, fault: &Fault) -> bool {
        self.with(|inner| inner.faults.contains(fault))
    }
}

impl Runtime for Memory {
    fn name(&self) -> &str {
        "memory"
    }

    fn terminal(&self) -> Terminal {
        Terminal::Absent
    }

    fn start(&self, session: &SessionId, plan: &ProcessSpec) -> Result<Started, RuntimeError> {
        self.enter("start", "");
        if self.has(&Fault::Start) {
            return Err(RuntimeError::NotInstalled("memory".to_owned()));
        }
        if !plan.cwd.is_dir() {
            return Err(RuntimeError::NoDirectory(plan.cwd.clone()));
        }
        Ok(Started::Running(self.with(|inner| {
            let given = inner.faults.iter().find_map(|fault| match fault {
                Fault::Handle(handle) => Some(handle.clone()),
                _ => None,
            });
            let handle = given.unwrap_or_else(|| format!("memory-{}", inner.runs.len() + 1));
            let (session, plan) = (*session, plan.clone());
            let run = Run { session, plan, told: Vec::new(), ended: None, forgotten: false };
            inner.runs.insert(handle.clone(), run);
            handle
        })))
    }

    fn probe(&self, session: &SessionId, handle: &str) -> Probe {
        self.enter("probe", handle);
        if self.has(&Fault::Probe) {
            return Probe::Unknown(RuntimeError::NoAnswer);
        }
        let denies = self.has(&Fault::Denies);
        self.with(|inner| match inner.runs.get(handle) {
            Some(run) if run.session == *session && run.ended.is_none() && !denies => {
                Probe::Alive { pid: None }
            }
            _ => Probe::Gone,
        })
    }

    fn wait(&self, session: &SessionId, handle: &str, patience: Duration) -> Option<Exit> {
        let runs = |inner: &mut Inner| {
            inner.runs.get(handle).is_some_and(|it| it.session == *session && it.ended.is_none())
        };
        let (lock, changed) = &*self.inner;
        let inner = lock.lock().unwrap();
        let (inner, _) = changed.wait_timeout_while(inner, patience, runs).unwrap();
        match inner.runs.get(handle) {
            Some(run) if run.session == *session && !run.forgotten => run.ended,
            _ => Some(Exit::Unknown),
        }
    }

    fn send(&self, session: &SessionId, handle: &str, text: &str) -> Result<(), RuntimeError> {
        self.enter("send", handle);
        self.with(|inner| {
            inner.running(session, handle)?.told.push(text.to_owned());
            Ok(())
        })
    }

    fn stop(
        &self,
        session: &SessionId,
        handle: &str,
        _: Duration,
    ) -> Result<Stopped, RuntimeError> {
        self.enter("stop", handle);
        if self.has(&Fault::Lies) {
            return Ok(Stopped::Ended);
        }
        self.with(|inner| match inner.runs.get_mut(handle) {
            Some(run) if run.session != *session => Err(RuntimeError::NotOurs(handle.to_owned())),
            Some(run) if run.ended.is_none() => {
                run.ended = Some(Exit::Signal(15));
                Ok(Stopped::Ended)
            }
            Some(run) => {
                run.forgotten = true;
                Ok(Stopped::AlreadyGone)
            }
            None => Ok(Stopped::AlreadyGone),
        })
    }

    fn screen(&self, session: &SessionId, handle: &str) -> Option<String> {
        self.with(|inner| {
            let run = inner.runs.get(handle)?;
            let is_kept = run.session == *session && !run.forgotten;
            is_kept.then(|| format!("the screen of {handle}\n"))
        })
    }

    fn attach(&self, session: &SessionId, handle: &str) -> Result<Attach, RuntimeError> {
        self.with(|inner| inner.running(session, handle).map(drop))?;
        Ok(Attach::new(["look", handle], Environment::empty()))
    }
}

impl Inner {
    fn running(&mut self, session: &SessionId, handle: &str) -> Result<&mut Run, RuntimeError> {
        let ours = |run: &&mut Run| run.session == *session && run.ended.is_none();
        let run = self.runs.get_mut(handle).filter(ours);
        run.ok_or_else(|| RuntimeError::Gone(handle.to_owned()))
    }
}

/// An agent without a program of its own. It can resume and fork its conversations.
#[derive(Debug, Clone, Default)]
pub struct Worker {
    /// The conversations that exist.
    pub known: Arc<Mutex<Vec<String>>>,
}

impl Agent for Worker {
    fn name(&self) -> &str {
        "worker"
    }

    fn program(&self) -> &str {
        "true"
    }

    fn version_args(&self) -> &[String] {
        &[]
    }

    fn mode(&self, _: Action, wanted: Mode, _: &str) -> Option<Mode> {
        Some(wanted)
    }

    fn plan(&self, action: Action, _: Mode, request: &LaunchRequest) -> Result<Launch, AgentError> {
        request.check()?;
        let known = request.agent_session_id.clone();
        if action != Action::Launch && known.is_none() {
            let name = self.name().to_owned();
            return Err(AgentError::Missing { name, slot: Slot::AgentSessionId });
        }
        let conversation = match action {
            Action::Resume => known.clone(),
            Action::Launch | Action::Fork => Some(request.fresh_id.clone()),
        };
        if action != Action::Resume {
            self.known.lock().unwrap().extend(conversation.clone());
        }
        let mut launch = Launch::new("true")
            .args([format!("{action:?}"), known.unwrap_or_default()])
            .env("WORKER", conversation.clone().unwrap_or_default())
            .env("MODEL", request.model.clone().unwrap_or_default())
            .stdin(request.prompt.clone());
        launch.agent_session_id = conversation;
        Ok(launch)
    }

    fn id_source(&self) -> IdSource {
        IdSource::Given
    }

    fn has_conversation(&self, id: &str, _: &std::path::Path, _: &Environment) -> Option<bool> {
        Some(self.known.lock().unwrap().iter().any(|known| known == id))
    }
}

/// The prompt and the arguments with which an agent was started.
pub fn given(run: &Run) -> (String, Vec<String>, PathBuf) {
    let prompt = String::from_utf8(run.plan.input.clone().unwrap_or_default()).unwrap();
    let args = run.plan.argv[1..].iter().map(|arg| arg.to_string_lossy().into_owned());
    (prompt, args.collect(), run.plan.cwd.clone())
}
