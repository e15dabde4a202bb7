use std::collections::BTreeMap;
use std::time::SystemTime;

use super::look::with_idle;
use super::{ActivityFile, AgentFacts, Sent, heard, look};
use crate::ledger::system_time;
use crate::model::{Activity, ActivityReport, Session, TerminalState, Timestamp};
use crate::ops::common::agent_home::environment_of;
use crate::ops::common::capture::Capturer;
use crate::ops::common::liveness::{AgentFile, of_placement};
use crate::ops::common::{AgentState, Engine, placement};

/// Returns what the agents of sessions are doing, in their order; None for one that does not run
/// here and never did.
pub(in crate::ops) fn activities(
    engine: &Engine,
    sessions: &[&Session],
    states: &[AgentState],
) -> Vec<Option<ActivityReport>> {
    let repo = engine.repository();
    let idle_after = repo.settings().idle_after();
    let agents = engine.agents();
    let agent_of = |session: &Session| agents.find(session.agent.as_deref()?).ok();
    let is_alive = |state: &AgentState| matches!(state, AgentState::Alive { .. });
    let alive = sessions.iter().zip(states).filter(|(_, state)| is_alive(state));
    let wanted = alive
        .filter(|(session, _)| agent_of(session).is_none_or(|agent| agent.tells_by_terminal()));
    let terminals = terminals(engine, &wanted.map(|(session, _)| *session).collect::<Vec<_>>());
    let now = now();
    let has_agent = |session: &Session| matches!(AgentFile::read(repo, session.id), Ok(Some(_)));
    let report = |(session, state): (&&Session, &AgentState)| match state {
        // Its supervisor is about to exit.
        AgentState::Alive { .. } if session.status.is_terminal() && !has_agent(session) => {
            Some(exited(session))
        }
        AgentState::Alive { .. } => {
            let file = ActivityFile::read(repo, session.id);
            let process = AgentFile::read(repo, session.id).ok().flatten().and_then(|it| it.agent);
            let process = process.map(|process| process.to_string());
            // A file of an earlier process says nothing about this one.
            let file = file.filter(|file| process.is_none() || file.agent.process == process);
            let known = file.as_ref().and_then(ActivityFile::report);
            let facts = file.map_or_else(|| facts(engine, session, process), |file| file.agent);
            let heard = heard(repo, session.id);
            let sent = Sent::to(repo, session.id, facts.started);
            let environment = match agent_of(session) {
                Some(agent) => environment_of(repo, session.id, agent),
                None => repo.environment().clone(),
            };
            let seen = look(
                agent_of(session),
                &facts,
                terminals.get(&session.id),
                heard.as_ref(),
                (known.as_ref(), sent),
                (&environment, now),
                // Its supervisor has had the time to see.
                &|_| known.is_some(),
            );
            let seen = match sent {
                Some(sent) => sent.applied_to(seen, now),
                None => seen,
            };
            Some(with_idle(seen, idle_after, now))
        }
        AgentState::Unknown(error) => {
            Some(ActivityReport::new(Activity::Unknown, "its runtime").what(error.to_string()))
        }
        AgentState::Gone => Some(exited(session)),
        AgentState::NotStarted | AgentState::Elsewhere => None,
    };
    sessions.iter().zip(states).map(report).collect()
}

fn exited(session: &Session) -> ActivityReport {
    let end = session.agent_end().map(|end| end.to_string());
    ActivityReport::new(Activity::Exited, "its process").what(end)
}

/// Returns the terminals' states, asking each runtime's server once.
fn terminals<'s>(
    engine: &Engine,
    sessions: &[&'s Session],
) -> BTreeMap<crate::model::SessionId, TerminalState> {
    let mut servers: BTreeMap<_, Vec<(&'s Session, &'s str)>> = BTreeMap::new();
    for session in sessions {
        let Some(here) = placement(engine.store(), session) else { continue };
        let (Some(name), Some(handle)) = (&here.runtime, &here.handle) else { continue };
        servers.entry((name, &here.socket)).or_default().push((session, handle));
    }
    let mut found = BTreeMap::new();
    for ((name, _), asked) in servers {
        let Some(here) = placement(engine.store(), asked[0].0) else { continue };
        let Ok(runtime) = of_placement(engine, name, here) else { continue };
        let handles: Vec<_> = asked.iter().map(|(session, handle)| (session.id, *handle)).collect();
        let states = runtime.terminals(&handles);
        let known = handles.iter().zip(states).filter_map(|((id, _), state)| Some((*id, state?)));
        found.extend(known);
    }
    found
}

/// Determines what a supervisor would have reported, for an agent without one or with an older one.
fn facts(engine: &Engine, session: &Session, process: Option<String>) -> AgentFacts {
    let capturer = Capturer::of(engine, session);
    let sources = capturer.map(|capturer| capturer.sources()).unwrap_or_default();
    let here = placement(engine.store(), session);
    AgentFacts {
        process,
        started: here.and_then(|here| here.at),
        workspace: placement::place(engine.store(), session)
            .map(|top| placement::folder_at(&top, session))
            .unwrap_or_default(),
        has_terminal: here.is_some_and(|here| here.runtime.as_deref() == Some("tmux")),
        conversation: session.agent_session_id.clone(),
        transcripts: sources.into_iter().map(|source| source.file).collect(),
        bell: None,
    }
}

/// Returns the system time, which agents also use.
pub(in crate::ops) fn now() -> Timestamp {
    system_time(SystemTime::now())
}
