//! An agent and a runtime of one's own, which need no process: everything is in memory.
//!
//! ```sh
//! cargo run --example memory
//! ```
//!
//! Sessions of this agent get a branch and a worktree like those of any other. The example spawns
//! one, sends it a text, kills it, and restores it: it still knows what it was told before.

use std::collections::HashMap;
use std::error::Error;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use git_ao::agent::{Action, Agent, AgentError, Launch, LaunchRequest, Mode};
use git_ao::git::Environment;
use git_ao::model::{SessionId, error_chain};
use git_ao::ops::{Engine, Restore, SpawnRequest, StatusChange};
use git_ao::runtime::{
    Attach, Exit, Probe, ProcessSpec, Runtime, RuntimeError, Started, Stopped, Terminal,
};
use git_ao::store::Store;
use git_ao::view::escape;

fn main() -> ExitCode {
    let run = || {
        let store = Store::open(".", Environment::inherited())?;
        run(store, &mut std::io::stdout())
    };
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error: {}", escape::block(&error_chain(&*error)));
            ExitCode::FAILURE
        }
    }
}

/// Spawns, talks to, kills and restores a session, and prints what its agent remembers.
pub fn run(store: Store, out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let memory = Memory::default();
    let engine = Engine::builder(store).agent(memory.clone()).runtime(memory.clone()).build();

    let request = SpawnRequest::new("Count the parrots").agent("parrot").runtime("memory");
    let id = engine.spawn(request)?.session.id;
    engine.send(id, "Twice, please")?;
    let killed = engine.kill(id, &StatusChange::default())?;
    writeln!(out, "{}: {}", id.short(), killed.changed.session.status)?;

    let restored = engine.restore(id, &Restore::default().text("Go on"))?;
    writeln!(out, "{}: {}", id.short(), restored.session.status)?;
    engine.send(id, "bye")?;
    let ended = engine.wait(id, Duration::from_secs(60))?.session;
    writeln!(out, "{}: {}", id.short(), ended.status)?;
    let conversation = ended.agent_session_id.unwrap_or_default();
    for text in memory.conversation(&conversation).unwrap_or_default() {
        writeln!(out, "  {}", escape::line(&text))?;
    }
    Ok(())
}

/// The agent and its runtime. Clones share what they remember.
#[derive(Clone, Default)]
pub struct Memory(Arc<(Mutex<Inner>, Condvar)>);

#[derive(Default)]
struct Inner {
    /// What was said, by the id of the conversation.
    conversations: HashMap<String, Vec<String>>,
    /// The agents that were started, by handle.
    agents: HashMap<String, Parrot>,
}

struct Parrot {
    session: SessionId,
    conversation: String,
    end: Option<Exit>,
}

impl Memory {
    /// Returns what was said in a conversation.
    pub fn conversation(&self, id: &str) -> Option<Vec<String>> {
        self.lock().conversations.get(id).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// Returns the agent that is running under a handle, which must be the session's.
    fn running(&mut self, session: &SessionId, handle: &str) -> Option<&mut Parrot> {
        let parrot = self.agents.get_mut(handle)?;
        (parrot.session == *session && parrot.end.is_none()).then_some(parrot)
    }
}

impl Agent for Memory {
    fn name(&self) -> &str {
        "parrot"
    }

    /// The engine checks that the program is installed. This runtime does not start it.
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
        let conversation = match (action, &request.agent_session_id) {
            (Action::Resume, Some(id)) => id,
            // The program does not offer to fork the conversation; a fork begins a new one.
            _ => &request.fresh_id,
        };
        Ok(Launch::new("true")
            .args([conversation])
            .stdin(&request.prompt)
            .agent_session_id(conversation))
    }

    fn has_conversation(&self, id: &str, _: &Path, _: &Environment) -> Option<bool> {
        Some(self.lock().conversations.contains_key(id))
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
        // The command is the agent's: the program and the conversation.
        let conversation = plan.argv[1].to_string_lossy().into_owned();
        let prompt = String::from_utf8_lossy(plan.input.as_deref().unwrap_or_default());
        // Another process has other agents: no handle may name one of both.
        let handle = SessionId::random().to_string();
        let mut inner = self.lock();
        inner.conversations.entry(conversation.clone()).or_default().push(prompt.into_owned());
        inner.agents.insert(handle.clone(), Parrot { session: *session, conversation, end: None });
        Ok(Started::Running(handle))
    }

    fn probe(&self, session: &SessionId, handle: &str) -> Probe {
        match self.lock().running(session, handle) {
            Some(_) => Probe::Alive { pid: None },
            None => Probe::Gone,
        }
    }

    fn wait(&self, session: &SessionId, handle: &str, patience: Duration) -> Option<Exit> {
        let runs = |inner: &mut Inner| inner.running(session, handle).is_some();
        let waited = self.0.1.wait_timeout_while(self.lock(), patience, runs);
        let (inner, _) = waited.unwrap_or_else(PoisonError::into_inner);
        inner.agents.get(handle).map_or(Some(Exit::Unknown), |parrot| parrot.end)
    }

    fn send(&self, session: &SessionId, handle: &str, text: &str) -> Result<(), RuntimeError> {
        let mut inner = self.lock();
        let gone = || RuntimeError::Gone(handle.to_owned());
        let parrot = inner.running(session, handle).ok_or_else(gone)?;
        if text == "bye" {
            parrot.end = Some(Exit::Code(0));
        }
        let conversation = parrot.conversation.clone();
        inner.conversations.entry(conversation).or_default().push(text.to_owned());
        self.0.1.notify_all();
        Ok(())
    }

    fn stop(
        &self,
        session: &SessionId,
        handle: &str,
        _: Duration,
    ) -> Result<Stopped, RuntimeError> {
        match self.lock().running(session, handle) {
            Some(parrot) => {
                parrot.end = Some(Exit::Signal(15));
                self.0.1.notify_all();
                Ok(Stopped::Ended)
            }
            None => Ok(Stopped::AlreadyGone),
        }
    }

    fn attach(&self, _: &SessionId, _: &str) -> Result<Attach, RuntimeError> {
        Err(RuntimeError::Unsupported { runtime: "memory".to_owned(), what: "attach" })
    }
}
