use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use super::child::Supervised;
use super::home::Home;
use crate::agent::Agent;
use crate::git::Environment;
use crate::model::{
    Activity, ActivityReport, AgentEnd, Origin, Placement, Session, SessionStatus, Timestamp,
};
use crate::ops::common::activity::{ActivityFile, ActivityWatcher, Notice, Notify};
use crate::ops::common::branch_sessions::catch_up;
use crate::ops::common::capture::{Facts, LastCapture, Watcher};
use crate::ops::common::liveness::AgentFile;
use crate::ops::common::{Engine, OpsError, last_screen, lodging};
use crate::runtime::{Exit, ProcessEvent};
use crate::store::{Key, Store, StoreError};

/// The first interval between looks for the conversation id of an agent that does not print it.
const FIRST_LOOK: Duration = Duration::from_secs(1);

/// The longest interval between looks: an agent may ask for trust before it begins a conversation.
const LONGEST_LOOK: Duration = Duration::from_secs(5);

/// A running agent.
pub(in crate::ops) struct Running {
    pub engine: Engine,
    pub agent: Arc<dyn Agent>,
    pub session: Key,
    pub workspace: PathBuf,
    pub since: SystemTime,
    pub environment: Environment,
    /// The agent's own id of the conversation, if it is known.
    pub conversation: Option<String>,
    /// What to add to the placement, if the agent was started after the placement was written.
    pub started: Option<StartedHere>,
    pub here: Option<Placement>,
    /// What captures its transcripts; None if it has none.
    pub watcher: Option<Watcher>,
    /// What finds out what it is doing.
    pub activity: ActivityWatcher,
    /// The status that it has written last.
    pub status: SessionStatus,
    /// The session's title.
    pub title: String,
}

/// A start that followed the placement of this time.
pub(in crate::ops) struct StartedHere {
    pub replica: String,
    pub at: Timestamp,
    pub handle: String,
    pub socket: Option<String>,
}

impl StartedHere {
    fn add_to(&self, session: &mut Session) {
        let here = session.placements.get_mut(&self.replica);
        if let Some(here) = here.filter(|here| here.at == Some(self.at)) {
            (here.handle, here.socket) = (Some(self.handle.clone()), self.socket.clone());
        }
    }
}

impl Running {
    /// Supervises the agent until it ends, and records its id, its status and its end. If the
    /// repository is gone by then, nothing is recorded.
    pub fn look_after(
        mut self,
        mut home: Home,
        mut agent: Box<dyn Supervised>,
    ) -> Result<Exit, OpsError> {
        let mut trouble = None;
        let mut patience = FIRST_LOOK;
        let (mut capture, mut activity) = (Instant::now() + FIRST_LOOK, Instant::now());
        let mut ids = Instant::now() + patience;
        let ended = loop {
            let until = capture.min(activity).min(ids);
            let next = agent.next(until.saturating_duration_since(Instant::now()));
            let now = Instant::now();
            if now >= activity {
                let (is_over, next) = self.look_at_activity(&mut home);
                activity = now + next;
                if is_over {
                    capture = now;
                }
            }
            if now >= capture {
                capture = now + self.look_at_transcripts(&mut home);
            }
            let found = match next {
                Some(ProcessEvent::Ended(ended)) => break ended,
                Some(ProcessEvent::Line(line)) if self.conversation.is_none() => {
                    self.agent.id_in_output(&line)
                }
                Some(ProcessEvent::Line(_)) => None,
                None if now < ids => None,
                None => {
                    patience = LONGEST_LOOK.min(patience.saturating_mul(2));
                    ids = now + patience;
                    self.look_for_id()
                }
            };
            if let Some(id) = found {
                if let Some(watcher) = &mut self.watcher {
                    watcher.set_conversation(&id);
                }
                self.activity.set_conversation(&id);
                self.conversation = Some(id);
                trouble = self.tell(&mut home, &*agent).err().or(trouble);
            }
        };
        let screen = agent.last_screen();
        // A shutdown that comes later has not ended it.
        let asked_by = agent.asked_by();
        home.with(|store| {
            let repo = store.repository();
            if let Some(screen) = &screen {
                // Record the end even if the screen cannot be saved.
                let _ = last_screen::keep(repo, self.session.id, screen);
            }
            let _ = AgentFile::remove(repo, self.session.id);
            ActivityFile::remove(repo, self.session.id);
        });
        agent.clear();
        if let Some(id) = self.look_for_id() {
            if let Some(watcher) = &mut self.watcher {
                watcher.set_conversation(&id);
            }
            self.conversation = Some(id);
        }
        let mut watcher = self.watcher.take();
        let last = home.with(|store| watcher.take().map(|it| it.finish(store))).flatten();
        let end = match (ended, asked_by) {
            // One that obeys has not finished its work.
            (Exit::Code(0), Some(signal)) => AgentEnd::Signalled(signal),
            (Exit::Code(code), _) => AgentEnd::Exited(code),
            (Exit::Signal(signal), _) => AgentEnd::Signalled(signal),
            (Exit::Unknown, _) => AgentEnd::Gone,
        };
        let facts = last.as_ref().and_then(LastCapture::facts);
        let told = home.with(|store| {
            record_end(store, &self.session, self.conversation.as_deref(), &end, facts)
        });
        home.with(|store| self.notify_end(store, &end));
        let mut last = last;
        home.with(|store| last.take().map(|last| last.wait(store, &self.session)));
        told.transpose()?;
        trouble.map_or(Ok(ended), Err)
    }

    /// Records that the agent works, and its conversation id. Asks the agent to exit if its session
    /// has ended in the meantime.
    pub fn tell(&self, home: &mut Home, agent: &dyn Supervised) -> Result<(), OpsError> {
        match home.with(|store| self.tell_once(store)) {
            None | Some(Ok(true)) => Ok(()),
            Some(Ok(false) | Err(StoreError::Archived(_) | StoreError::NotFound(_))) => {
                Ok(agent.ask_to_end()?)
            }
            Some(Err(error)) => Err(error.into()),
        }
    }

    /// Records the status and the id. Returns false if the session has ended.
    fn tell_once(&self, store: &Store) -> Result<bool, StoreError> {
        let told = store.transaction("status", |tx| {
            tx.set_origin(Origin::Automatic);
            let what = tx.update(self.session.clone(), |session| {
                if self.conversation.is_some() {
                    session.agent_session_id.clone_from(&self.conversation);
                }
                if let Some(started) = &self.started {
                    started.add_to(session);
                }
                if session.status.is_terminal() {
                    return Ok::<_, StoreError>(None);
                }
                let from = session.status.clone();
                if from == SessionStatus::Spawning || from == SessionStatus::Idle {
                    session.status = SessionStatus::Working;
                    session.status_reason = None;
                }
                Ok(Some(match session.status == from {
                    true => "agent's id".to_owned(),
                    false => format!("{from} -> {}", session.status),
                }))
            })?;
            if let Some(what) = &what {
                tx.describe(what);
            }
            Ok::<_, StoreError>(what.is_some())
        });
        Ok(told?.value)
    }

    /// Records only the handle: somebody else runs the agent.
    pub fn record_handle(&self, home: &mut Home) -> Result<(), OpsError> {
        let record = |store: &Store| {
            store.transaction("place", |tx| {
                tx.set_origin(Origin::Automatic);
                tx.update(self.session.clone(), |session| {
                    if let Some(started) = &self.started {
                        started.add_to(session);
                    }
                    Ok::<_, StoreError>(())
                })
            })
        };
        home.with(record).transpose()?;
        Ok(())
    }

    /// Returns whether a turn is over, and when to look again.
    fn look_at_activity(&mut self, home: &mut Home) -> (bool, Duration) {
        let seen = home.with(|store| self.activity.look(store));
        let Some((change, next)) = seen else { return (false, LONGEST_LOOK) };
        home.with(|store| self.record_lasting(store));
        let is_over = change.as_ref().is_some_and(|now| now.activity != Activity::Active);
        // Reports its end once that is recorded.
        let is_told = |now: &ActivityReport| is_over && now.activity != Activity::Exited;
        if let Some(report) = change.filter(is_told) {
            home.with(|store| self.notify(store, &report));
        }
        if is_over && let Some(watcher) = &mut self.watcher {
            // All of it is written.
            watcher.capture_soon();
        }
        (is_over, next)
    }

    /// Records that the agent has waited for a person for long, and that it works again.
    fn record_lasting(&mut self, store: &Store) {
        let settings = store.repository().settings();
        let Some(status) = self.activity.lasting_status(settings.stuck_after()) else { return };
        if status == self.status {
            return;
        }
        let told = store.transaction("status", |tx| {
            tx.set_origin(Origin::Automatic);
            let what = tx.update(self.session.clone(), |session| {
                let from = session.status.clone();
                if from.tells_activity() && from != status {
                    session.status = status.clone();
                    session.status_reason = None;
                }
                Ok::<_, StoreError>(format!("{from} -> {}", session.status))
            })?;
            tx.describe(what);
            Ok::<_, StoreError>(())
        });
        // Otherwise, the next look tries again.
        if told.is_ok() {
            self.status = status;
        }
    }

    /// Tells a person what the agent is doing, unless that person is looking at it.
    fn notify(&mut self, store: &Store, report: &ActivityReport) {
        let setting = store.repository().settings().notify();
        let Some(how) = setting.as_deref().and_then(Notify::of) else { return };
        if report.activity == Activity::Unknown || self.activity.is_watched() {
            return;
        }
        if how == Notify::Bell && report.activity != Activity::Exited {
            self.activity.note_bell(store);
        }
        let notice = Notice {
            session: self.session.id,
            title: &self.title,
            report,
            workspace: &self.workspace,
        };
        notice.tell(&how, store.repository().environment());
    }

    /// Tells a person that the agent has ended, unless a verb has ended it.
    fn notify_end(&mut self, store: &Store, end: &AgentEnd) {
        let killed = |session: Session| session.status == SessionStatus::Killed;
        let snapshot = store.snapshot();
        if snapshot.is_ok_and(|it| it.session(self.session.clone()).is_ok_and(killed)) {
            return;
        }
        let report = ActivityReport::new(Activity::Exited, "its process").what(end.to_string());
        self.notify(store, &report);
    }

    /// Returns when to look again.
    fn look_at_transcripts(&mut self, home: &mut Home) -> Duration {
        let Some(watcher) = &mut self.watcher else { return LONGEST_LOOK };
        home.with(|store| watcher.look(store)).unwrap_or(LONGEST_LOOK)
    }

    fn look_for_id(&self) -> Option<String> {
        if self.conversation.is_some() {
            return None;
        }
        self.agent.id_in_transcripts(&self.workspace, self.since, &self.environment)
    }
}

/// Records the end of the agent, its branch, and its conversation id. A status that does not
/// describe the agent's activity is kept: it is a person's decision, or the state of a pull
/// request.
pub(in crate::ops) fn record_end(
    store: &Store,
    session: &Key,
    conversation: Option<&str>,
    end: &AgentEnd,
    captured: Option<&Facts>,
) -> Result<(), OpsError> {
    let status = match end {
        AgentEnd::Exited(0) => SessionStatus::Done,
        _ => SessionStatus::Errored,
    };
    let mut now_ended = None;
    let ended = store.transaction("status", |tx| {
        tx.set_origin(Origin::Automatic);
        let now = tx.now();
        let what = tx.update(session.clone(), |session| {
            if let Some(facts) = captured {
                facts.put(session, now);
            }
            if let Some(id) = conversation {
                session.agent_session_id = Some(id.to_owned());
            }
            // Record the end even if the branch cannot be read.
            let _ = catch_up(store, session);
            now_ended = Some(session.clone());
            if session.status.is_terminal() || !session.status.tells_activity() {
                return Ok::<_, OpsError>("agent exited".to_owned());
            }
            let what = format!("{} -> {status}", session.status);
            session.status = status.clone();
            session.status_reason = Some(end.to_string());
            Ok(what)
        })?;
        tx.describe(what);
        Ok(())
    });
    if let Some(session) = &now_ended {
        lodging::leave(store, session);
    }
    match ended {
        Ok(_) => Ok(()),
        Err(OpsError::Store(StoreError::Archived(_) | StoreError::NotFound(_))) => Ok(()),
        Err(error) => Err(error),
    }
}
