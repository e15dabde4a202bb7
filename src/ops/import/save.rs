//! Decides what becomes of a session of another program, and writes its record.

use crate::model::{Session, Shelf, error_chain};
use crate::store::{Key, Snapshot, StoreError, Transaction, Visibility};

/// What became of a session of another program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportOutcome {
    /// It was not here.
    New,
    /// It was here, and is newer there.
    Updated,
    /// It was here, and nothing differs.
    Unchanged,
    /// The record here stays, for this reason.
    Kept(String),
}

/// A session to import.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub session: Session,
    pub shelf: Shelf,
    pub visibility: Visibility,
}

/// What to do with a session.
#[derive(Debug)]
pub(super) enum Decision {
    Create,
    Update(Box<Session>),
    Nothing(ImportOutcome),
}

impl Decision {
    pub fn outcome(self) -> ImportOutcome {
        match self {
            Self::Create => ImportOutcome::New,
            Self::Update(_) => ImportOutcome::Updated,
            Self::Nothing(outcome) => outcome,
        }
    }
}

impl Candidate {
    pub fn decide(&self, snapshot: &Snapshot<'_>) -> Result<Decision, StoreError> {
        let kept = |why: &str| Ok(Decision::Nothing(ImportOutcome::Kept(why.to_owned())));
        let entry = match snapshot.find(self.session.id) {
            Ok(None) => return Ok(Decision::Create),
            Ok(Some(entry)) => entry,
            Err(StoreError::InTwoProjects(_)) => return kept("two projects here have its id"),
            Err(error) => return Err(error),
        };
        let here = match snapshot.load(&entry) {
            Ok(here) => here,
            Err(problem) => return kept(&format!("cannot read it: {}", error_chain(&problem))),
        };
        let merged = self.merged(&here);
        let is_archived = entry.location.shelf == Shelf::Archived;
        let is_same = Session { updated_at: here.updated_at, ..merged.clone() } == here;
        let is_put_away = self.shelf == Shelf::Archived && !is_archived;
        if is_same && !is_put_away {
            return Ok(Decision::Nothing(ImportOutcome::Unchanged));
        }
        if is_archived {
            return kept("it is archived here");
        }
        let there = self.session.updated_at;
        if here.updated_at > there || !is_same && here.updated_at == there {
            return kept("it was changed here since");
        }
        Ok(Decision::Update(Box::new(merged)))
    }

    /// Returns the record here with the fields of the session. What only this store knows stays.
    fn merged(&self, here: &Session) -> Session {
        let mut merged = self.session.clone();
        merged.project_id.clone_from(&here.project_id);
        // What runs now is known better than it was.
        let running = std::mem::take(&mut merged.placements).into_iter();
        let running = running.filter(|(_, place)| place.is_started());
        let running: Vec<_> = running.collect();
        merged.placements.clone_from(&here.placements);
        merged.placements.extend(running);
        merged.base.clone_from(&here.base);
        merged.transcripts.clone_from(&here.transcripts);
        merged.usage.clone_from(&here.usage);
        merged.head = here.head.clone().or(merged.head);
        merged.extra.clone_from(&here.extra);
        merged.context.clone_from(&here.context);
        merged.context.extend(self.session.context.clone());
        merged.tags.clone_from(&here.tags);
        self.session.tags.iter().for_each(|tag| merged.add_tag(tag));
        merged
    }
}

/// Writes the record of a session.
pub(super) fn save(
    tx: &mut Transaction<'_>,
    candidate: &Candidate,
) -> Result<ImportOutcome, StoreError> {
    let decision = candidate.decide(tx.snapshot())?;
    let key = Key::from(candidate.session.id);
    match &decision {
        Decision::Create => {
            tx.create_unchecked(candidate.session.clone(), candidate.visibility)?;
        }
        Decision::Update(session) => {
            tx.update_unchecked(key.clone(), |it| {
                it.clone_from(session);
                Ok::<_, StoreError>(())
            })?;
        }
        Decision::Nothing(_) => return Ok(decision.outcome()),
    }
    if candidate.shelf == Shelf::Archived {
        tx.archive(key)?;
    }
    Ok(decision.outcome())
}
