use std::ffi::OsString;
use std::io::{IsTerminal as _, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::child::ChildOnScreen;
use super::running::Running;
use crate::agent::{Action, Agent, Launch, Mode, TakeBack};
use crate::git::{FileError, Repository};
use crate::ledger::system_time;
use crate::model::{Placement, Session, SessionStatus};
use crate::ops::common::activity::{
    ActivityFile, ActivityWatcher, AgentFacts, HEARD_ENV, HookTarget,
};
use crate::ops::common::agent_home::{self, environment_of};
use crate::ops::common::capture::{Capturer, Watcher};
use crate::ops::common::kept::kept;
use crate::ops::common::launch_request::{LaunchInputs, brief, parent, state_dir, taken_up};
use crate::ops::common::liveness::{AgentFile, SupervisorProcess, of_placement};
use crate::ops::common::run_request::key_of;
use crate::ops::common::session_env::agent_env;
use crate::ops::common::{Engine, OpsError, last_screen, placement};
use crate::runtime::{
    Child, ChildStdio, ErrorLines, ExitReport, Process, ProcessSpec, RuntimeError, Terminal, ask_as,
};
use crate::store::{Key, Store};

/// How much coarser than the clock the times of files may be.
const COARSE: Duration = Duration::from_secs(2);

/// How long an agent's program may take to read a conversation.
const TAKE_BACK: Duration = Duration::from_secs(120);

/// Where an agent is started, and for what.
pub(in crate::ops) struct Surroundings {
    pub action: Action,
    /// None for that of the recorded runtime.
    pub terminal: Option<Terminal>,
    /// A prompt that replaces the task.
    pub text: Option<String>,
    pub supervisor: SupervisorProcess,
}

/// Everything needed to start an agent.
pub(in crate::ops) struct Prepared {
    pub(super) engine: Engine,
    pub(super) agent: Arc<dyn Agent>,
    pub(super) plan: ProcessSpec,
    pub(super) terminal: Terminal,
    pub(super) mode: Mode,
    pub(super) session: Key,
    pub(super) workspace: PathBuf,
    pub(super) conversation: Option<String>,
    pub(super) here: Option<Placement>,
    pub(super) supervisor: SupervisorProcess,
    pub(super) watcher: Option<Watcher>,
    pub(super) capturer: Capturer,
    pub(super) title: String,
}

pub(in crate::ops) fn prepare(
    engine: &Engine,
    session: &Session,
    surroundings: Surroundings,
) -> Result<Prepared, OpsError> {
    let store = engine.store();
    let Surroundings { action, terminal, text, supervisor } = surroundings;
    let top = placement::workspace(engine, session)?;
    let (workspace, _) = placement::folder_or_top(&top, session);
    let agent = engine.agents().shared(session.agent.as_deref().unwrap_or_default())?;
    let program = engine.installed(&*agent)?;
    let terminal = terminal.map_or_else(|| terminal_of(engine, session), Ok)?;
    let parent = parent(store, session)?;
    let told = LaunchInputs {
        store,
        agent: &*agent,
        session,
        parent: parent.as_ref(),
        workspace: &workspace,
        action,
        terminal,
        text: text.as_deref(),
        hook_program: engine.supervisor().git_ao(),
    };
    let (mode, launch) = brief(&told)?;
    launch.prepare()?;
    // A conversation continues where it began.
    let environment = match (action, &parent) {
        (Action::Resume, _) => environment_of(store.repository(), session.id, &*agent),
        (Action::Fork, Some(parent)) => environment_of(store.repository(), parent.id, &*agent),
        _ => store.repository().environment().clone(),
    };
    let plan = ProcessSpec {
        environment,
        ..plan(store.repository(), session, (&top, &workspace), program, &launch)
    };
    if let Some(id) = taken_up(&told) {
        give_back(store, &*agent, (session, parent.as_ref()), id, &plan)?;
        agent.bring_conversation(id, &workspace, &plan.environment)?;
    }
    let conversation = launch.agent_session_id;
    let here = placement::placement(store, session).cloned();
    let mut capturer =
        Capturer::new(Arc::clone(&agent), session, &top, store, plan.environment.clone());
    capturer.set_conversation(conversation.as_deref());
    let watcher = Watcher::new(capturer.clone(), key_of(session));
    Ok(Prepared {
        engine: engine.clone(),
        agent,
        plan,
        terminal,
        mode,
        session: key_of(session),
        workspace,
        conversation,
        here,
        supervisor,
        watcher,
        capturer,
        title: session.display_title(),
    })
}

/// Writes a conversation that the agent does not have any more from the transcript store to where
/// it looks for it. If it is not there either, the agent says so itself.
fn give_back(
    store: &Store,
    agent: &dyn Agent,
    (session, parent): (&Session, Option<&Session>),
    id: &str,
    plan: &ProcessSpec,
) -> Result<(), OpsError> {
    let env = &plan.environment;
    if agent.has_conversation(id, &state_dir(store.repository()), env) != Some(false) {
        return Ok(());
    }
    for of in [Some(session), parent].into_iter().flatten() {
        if let Some(kept) = kept(store, of.id, agent.name(), (id, &plan.cwd))? {
            if !agent.put_conversation(&kept, env)?
                && let Some(way) = agent.take_back(&kept)
            {
                take_back(store.repository(), &way, plan)?;
            }
            return Ok(());
        }
    }
    Ok(())
}

/// Lets the agent's own program read a conversation, where the agent is going to work.
fn take_back(repo: &Repository, way: &TakeBack, plan: &ProcessSpec) -> Result<(), OpsError> {
    for document in &way.documents {
        let folder = repo.make_ao_dir("");
        let file = folder.and_then(|folder| {
            let mut file = tempfile::Builder::new().suffix(".json").tempfile_in(folder)?;
            file.write_all(document).map(|()| file)
        });
        let path = repo.ao_dir();
        let file = file.map_err(|source| FileError { act: "write into", path, source })?;
        let program = plan.argv.iter().take(1).cloned();
        let args = way.args.iter().map(OsString::from).chain([file.path().into()]);
        ask_as(&ProcessSpec { argv: program.chain(args).collect(), ..plan.clone() }, TAKE_BACK)?;
    }
    Ok(())
}

/// Returns whether the recorded runtime gives its processes a terminal. This process was started by
/// a runtime that it does not know itself: it can see whether it has a terminal.
fn terminal_of(engine: &Engine, session: &Session) -> Result<Terminal, OpsError> {
    match placement::runtime(engine, session) {
        Ok(runtime) => Ok(runtime.terminal()),
        Err(OpsError::Runtime(RuntimeError::Unknown(_))) => {
            Ok(match std::io::stdin().is_terminal() {
                true => Terminal::Present,
                false => Terminal::Absent,
            })
        }
        Err(error) => Err(error),
    }
}

impl Prepared {
    /// Starts the agent as a child of this process. `output` receives what it prints if it has no
    /// terminal.
    pub fn begin(self, output: Box<dyn Write + Send>) -> Result<(Running, Child), OpsError> {
        let since = self.note_start()?;
        let mut plan = self.plan.clone();
        let stdio = ChildStdio {
            terminal: self.terminal,
            input: plan.input.take(),
            output: (self.mode == Mode::Headless).then_some(output),
            errors: ErrorLines::Dropped,
        };
        let child = match Child::start(&plan, stdio) {
            Ok(child) => child,
            Err(error) => {
                let _ = AgentFile::remove(self.engine.repository(), self.session.id);
                return Err(error.into());
            }
        };
        let process = child.process().cloned();
        self.note_agent(process.clone());
        Ok((self.running(since, process), child))
    }

    /// Writes the agent file before the agent is started: if this process is killed, the agent can
    /// still be found. Returns the time from which the agent may write its transcript.
    pub(super) fn note_start(&self) -> Result<SystemTime, OpsError> {
        let (repo, id) = (self.engine.repository(), self.session.id);
        self.write(None).map_err(|source| FileError {
            act: "write",
            path: AgentFile::path(repo, id),
            source,
        })?;
        last_screen::forget(repo, id);
        agent_home::note(repo, id, &*self.agent, &self.plan.environment).map_err(|source| {
            FileError { act: "write into", path: repo.ao_dir().join("agent"), source }
        })?;
        ActivityFile::remove(repo, id);
        // An agent whose hooks are not heard works as well.
        let _ = HookTarget::of(repo, id).begin(repo);
        Ok(SystemTime::now() - COARSE)
    }

    /// Adds the agent's process to the agent file.
    pub(super) fn note_agent(&self, process: Option<Process>) {
        // If this fails, the first version of the file still says that an agent may be running.
        let _ = self.write(process);
    }

    fn write(&self, agent: Option<Process>) -> std::io::Result<()> {
        let repo = self.engine.repository();
        AgentFile::new(repo, self.supervisor.clone(), agent).write(repo, self.session.id)
    }

    pub(super) fn running(self, since: SystemTime, process: Option<Process>) -> Running {
        let activity = self.activity_watcher(since, process.as_ref());
        let environment = self.plan.environment;
        Running {
            engine: self.engine,
            agent: self.agent,
            session: self.session,
            workspace: self.workspace,
            since,
            environment,
            conversation: self.conversation,
            started: None,
            here: self.here,
            watcher: self.watcher,
            activity,
            status: SessionStatus::Working,
            title: self.title,
        }
    }

    fn activity_watcher(&self, since: SystemTime, process: Option<&Process>) -> ActivityWatcher {
        let here = self.here.as_ref();
        let of_here = here.and_then(|here| {
            let runtime = of_placement(&self.engine, here.runtime.as_deref()?, here).ok()?;
            Some((runtime, here.handle.clone()?))
        });
        let has_terminal = (self.terminal, self.mode) == (Terminal::Present, Mode::Interactive);
        let facts = AgentFacts {
            process: process.map(ToString::to_string),
            started: Some(system_time(since + COARSE)),
            workspace: self.workspace.clone(),
            has_terminal,
            conversation: self.conversation.clone(),
            transcripts: Vec::new(),
            bell: None,
        };
        ActivityWatcher::new(
            Arc::clone(&self.agent),
            self.session.id,
            facts,
            of_here,
            (self.plan.environment.clone(), self.capturer.clone()),
        )
    }
}

impl Running {
    /// Returns a child of this process, whose terminal is that of this process.
    pub(in crate::ops) fn on_screen(&self, child: Child) -> Box<dyn super::child::Supervised> {
        let (engine, here) = (self.engine.clone(), self.here.clone());
        let screen = move || here.as_ref().and_then(|here| last_screen::own(&engine, here));
        Box::new(ChildOnScreen { child, screen })
    }
}

fn plan(
    repo: &Repository,
    session: &Session,
    (top, workspace): (&Path, &Path),
    program: PathBuf,
    launch: &Launch,
) -> ProcessSpec {
    let text = |(name, value): &(String, String)| (name.into(), value.into());
    let mut set: Vec<(OsString, OsString)> = launch.env.iter().map(text).collect();
    set.extend(agent_env(repo, session, top));
    let target = HookTarget::of(repo, session.id);
    set.push((HEARD_ENV.into(), target.path().as_os_str().to_owned()));
    let program = match program.as_os_str().is_empty() {
        true => launch.program.clone().into(),
        false => program.into_os_string(),
    };
    let argv = std::iter::once(program).chain(launch.args.iter().map(OsString::from));
    let not_its = crate::git::LOCAL_ENV.into_iter().chain(repo.environment().set_by_git());
    let remove = launch.remove.iter().map(OsString::from);
    let remove = remove.chain(not_its.map(OsString::from)).collect();
    ProcessSpec {
        argv: argv.collect(),
        cwd: workspace.to_owned(),
        environment: repo.environment().clone(),
        set,
        remove,
        log: None,
        input: launch.stdin.clone().map(String::into_bytes),
        report: ExitReport::Kept,
    }
}
