use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::look_after::Running;
use super::request::{Caller, Run, key_of};
use crate::agent::{Agent, Launch, Mode};
use crate::git::{FileError, Repository};
use crate::model::{Placement, Session};
use crate::ops::common::launch_request::{LaunchInputs, brief, parent, taken_up};
use crate::ops::common::liveness::AgentFile;
use crate::ops::common::liveness::identity;
use crate::ops::common::{Launcher, OpsError, SESSION_ENV, last_screen, message, placement};
use crate::runtime::{Child, ChildStdio, ProcessSpec};
use crate::store::{Key, Store};

/// Everything needed to start an agent.
pub(super) struct Prepared<'a> {
    agent: &'a dyn Agent,
    plan: ProcessSpec,
    stdio: ChildStdio,
    session: Key,
    workspace: PathBuf,
    conversation: Option<String>,
    here: Option<Placement>,
}

pub(super) fn prepare<'a>(
    store: &Store,
    launcher: &'a Launcher,
    run: &Run,
    session: &Session,
    output: Box<dyn Write + Send>,
) -> Result<Prepared<'a>, OpsError> {
    let workspace = placement::workspace(store, session)?;
    let agent = launcher.agents().find(session.agent.as_deref().unwrap_or_default())?;
    let program = launcher.installed(agent)?;
    let terminal = placement::runtime(store, launcher, session)?.terminal();
    let parent = parent(store, session)?;
    let text = match run.turn {
        Caller::Runtime(_) => message::left(store.repository(), session.id)?,
        Caller::Terminal => None,
    };
    let told = LaunchInputs {
        store,
        agent,
        session,
        parent: parent.as_ref(),
        workspace: &workspace,
        action: run.action,
        terminal,
        text: text.as_deref(),
    };
    let (mode, launch) = brief(&told)?;
    launch.prepare()?;
    if let Some(id) = taken_up(&told) {
        agent.bring_conversation(id, &workspace, store.repository().environment())?;
    }
    let stdio = ChildStdio {
        terminal,
        input: launch.stdin.clone().map(String::into_bytes),
        output: (mode == Mode::Headless).then_some(output),
    };
    let plan = plan(store.repository(), session, &workspace, program, &launch);
    let conversation = launch.agent_session_id;
    let here = placement::placement(store, session).cloned();
    Ok(Prepared { agent, plan, stdio, session: key_of(session), workspace, conversation, here })
}

impl<'a> Prepared<'a> {
    pub fn begin(self, repo: &Repository) -> Result<Running<'a>, OpsError> {
        let note = |agent| match AgentFile::new(repo, agent)?.write(repo, self.session.id) {
            Ok(()) => Ok(()),
            Err(source) => {
                let path = AgentFile::path(repo, self.session.id);
                Err(OpsError::from(FileError { act: "write", path, source }))
            }
        };
        // Write the agent file first: if this process is killed, the agent can still be found.
        note(None)?;
        last_screen::forget(repo, self.session.id);
        // File times may be coarser than the clock.
        let since = SystemTime::now() - Duration::from_secs(2);
        let child = match Child::start(&self.plan, self.stdio) {
            Ok(child) => child,
            Err(error) => {
                let _ = AgentFile::remove(repo, self.session.id);
                return Err(error.into());
            }
        };
        // If this fails, the first version of the file still says that an agent may be running.
        let _ = note(child.process().cloned());
        let Self { agent, session, workspace, conversation, here, .. } = self;
        let environment = repo.environment().clone();
        Ok(Running { agent, child, session, workspace, since, environment, conversation, here })
    }
}

fn plan(
    repo: &Repository,
    session: &Session,
    workspace: &Path,
    program: PathBuf,
    launch: &Launch,
) -> ProcessSpec {
    let text = |(name, value): &(String, String)| (name.into(), value.into());
    let mut set: Vec<(OsString, OsString)> = launch.env.iter().map(text).collect();
    let branch = session.branch.clone().unwrap_or_default();
    let values = [session.id.to_string(), branch, identity(repo)];
    set.extend(SESSION_ENV.map(OsString::from).into_iter().zip(values.map(OsString::from)));
    let argv = std::iter::once(program.into()).chain(launch.args.iter().map(OsString::from));
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
    }
}
