use std::collections::{BTreeMap, BTreeSet};

use gix::ObjectId;

use super::super::{Location, StoreError, Visibility};
use super::candidates::ancestors;
use super::inspector::{Inspector, Top};
use super::report::{LostEvent, LostRecord, Rescued};
use super::search::RecoveryPoint;
use super::state::{Answer, FullKey, State, place};
use crate::git::{Reflog, oid};
use crate::model::{Message, SessionId};

/// The number of broken states from which records are rescued. A record that the newest of them no
/// longer have was deleted.
const STATES: usize = 8;

/// The changes on top of the intact state.
#[derive(Default)]
pub struct RepairPlan {
    /// The records to write, and those to remove (None).
    pub edits: Vec<(Location, Option<ObjectId>)>,
    pub rescued: Vec<Rescued>,
    pub lost: Vec<LostRecord>,
    pub events: Vec<LostEvent>,
}

/// Decides about each session: its newest readable record counts.
///
/// # Errors
/// Fails if one of the states has a newer format.
pub fn plan(
    inspector: &mut Inspector<'_>,
    found: &RecoveryPoint,
    log: &Reflog,
    visibility: Visibility,
    is_private: &dyn Fn(&FullKey) -> bool,
) -> Result<RepairPlan, StoreError> {
    let mut states = Vec::new();
    for event in &found.broken {
        if states.len() < STATES && inspector.commit(*event).is_ok() {
            states.push(State::of(inspector, *event, "")?);
        }
    }
    let base = match found.base {
        Some(base) => Some(State::of(inspector, base, "")?),
        None => None,
    };
    let events = lost_events(inspector, found, log);
    let named: BTreeSet<_> = events.iter().flat_map(|event| event.sessions.clone()).collect();
    let keys: BTreeSet<FullKey> =
        states.iter().chain(&base).flat_map(State::keys).cloned().collect();
    // If the newest event itself is unreadable, later changes may be missing for any session.
    let is_blind = states.first().map(|state| state.event) != found.broken.first().copied();
    let may_have_lost = may_have_lost(&events);
    let mut plan = RepairPlan { events, ..RepairPlan::default() };
    for key in &keys {
        let mut choice = choose(&states, base.as_ref(), key);
        choice.is_doubtful |= is_blind;
        let (id, is_doubtful) = (key.1, choice.is_doubtful);
        let has_lost = is_doubtful && may_have_lost(id);
        plan.settle(key, &choice, base.as_ref(), (visibility, has_lost), is_private);
    }
    let known: BTreeSet<_> = keys.iter().map(|key| key.1).collect();
    let is_whole = states.first().is_some_and(|newest| newest.damage.is_empty());
    if !is_whole {
        let gone = named.into_iter().filter(|id| !known.contains(id));
        plan.lost.extend(gone.map(LostRecord::Session));
    }
    Ok(plan)
}

struct Choice {
    answer: Answer,
    event: Option<ObjectId>,
    /// True if a newer state could not be read.
    is_doubtful: bool,
}

fn choose(states: &[State], base: Option<&State>, key: &FullKey) -> Choice {
    let mut is_doubtful = false;
    for state in states.iter().chain(base) {
        match state.answer(key) {
            Answer::Unknown => is_doubtful = true,
            answer => return Choice { answer, event: Some(state.event), is_doubtful },
        }
    }
    Choice { answer: Answer::Unknown, event: None, is_doubtful }
}

impl RepairPlan {
    fn settle(
        &mut self,
        key: &FullKey,
        choice: &Choice,
        base: Option<&State>,
        (visibility, has_lost): (Visibility, bool),
        is_private: &dyn Fn(&FullKey) -> bool,
    ) {
        let before = base.map_or(Answer::Absent, |base| base.answer(key));
        let mut now = choice.answer;
        // An unreadable event made the session private: it must not become public again.
        if choice.is_doubtful && visibility == Visibility::Public && is_private(key) {
            now = Answer::Absent;
        }
        let at = |shelf| place(key, shelf, visibility);
        if now != before {
            if let Answer::At(shelf, _) = before {
                self.edits.push((at(shelf), None));
            }
            match (now, before) {
                (Answer::At(shelf, blob), _) => {
                    self.edits.push((at(shelf), Some(blob)));
                    self.rescued.push(Rescued::Record(at(shelf)));
                }
                (_, Answer::At(shelf, _)) => self.rescued.push(Rescued::Removal(at(shelf))),
                _ => {}
            }
        }
        match (now, choice.event) {
            (Answer::At(shelf, _), Some(event)) if has_lost => {
                self.lost.push(LostRecord::Changes { location: at(shelf), event: oid(event) });
            }
            (Answer::Absent | Answer::Unknown, _) if choice.is_doubtful && !is_private(key) => {
                self.lost.push(LostRecord::Session(key.1));
            }
            _ => {}
        }
    }
}

/// Returns a test for the sessions that lost events may have changed: those that the events name.
/// For an unreadable event, its reflog message names the session, unless there were several.
fn may_have_lost(events: &[LostEvent]) -> impl Fn(SessionId) -> bool + use<> {
    let mut named = BTreeSet::new();
    let mut is_any = false;
    for event in events {
        named.extend(event.sessions.iter().map(|id| id.short()));
        if event.sessions.is_empty() {
            let word = event.subject.split([' ', ':']).nth(1).unwrap_or_default();
            let is_id = word.len() == 8 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
            is_any |= !is_id;
            named.insert(word.to_owned());
        }
    }
    move |id| is_any || named.contains(&id.short())
}

/// Returns the events that are ancestors of the broken states, but not of the intact one.
fn lost_events(
    inspector: &mut Inspector<'_>,
    found: &RecoveryPoint,
    log: &Reflog,
) -> Vec<LostEvent> {
    let kept = found.base.map(|base| ancestors(inspector, base)).unwrap_or_default();
    let mut queue: Vec<ObjectId> = found.broken.iter().rev().copied().collect();
    let mut seen = kept;
    let mut events: Vec<(i64, LostEvent)> = Vec::new();
    let said: BTreeMap<_, _> =
        log.entries.iter().map(|entry| (entry.new, entry.message.as_str())).collect();
    while let Some(id) = queue.pop() {
        if !seen.insert(id) {
            continue;
        }
        let (time, event) = match inspector.commit(id) {
            Ok(commit) => {
                let message = Message::from_text(&commit.message.to_string());
                if message.op.is_empty() && !matches!(inspector.top(commit.tree), Ok(Top::Store(_)))
                {
                    // The commit does not belong to the store.
                    continue;
                }
                queue.extend(&commit.parents);
                let (subject, sessions) = (message.subject, message.sessions);
                (commit.committer.time.seconds, LostEvent { id: oid(id), subject, sessions })
            }
            // The reflog is written before the ref, so a commit that an intact reflog does not name
            // was never the tip.
            Err(_) if log.is_whole() && !said.contains_key(&id) => continue,
            Err(_) => {
                let subject = said.get(&id).copied().unwrap_or_default();
                let subject = subject.strip_prefix("ao: ").unwrap_or(subject).to_owned();
                (i64::MAX, LostEvent { id: oid(id), subject, sessions: Vec::new() })
            }
        };
        events.push((time, event));
    }
    events.sort_by_key(|(time, _)| std::cmp::Reverse(*time));
    events.into_iter().map(|(_, event)| event).collect()
}
