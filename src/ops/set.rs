use crate::model::{
    Assignment, AssignmentError, ErrorKind, Guard, RecordError, Recovery, RuleError, Session,
    check_change, check_fixed, field_changes,
};
use crate::ops::common::{Engine, placement};
use crate::store::{Committed, Key, Store, StoreError, Visibility};
use crate::workspace::{FolderProblem, folder_in};

/// The changes that [`set`](crate::ops::Engine::set) makes.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct SetRequest {
    /// New values of fields.
    pub fields: Vec<Assignment>,
    /// Who may see the session.
    pub visibility: Option<Visibility>,
    /// How `updated_at` changes.
    pub updated_at: UpdateTime,
}

impl SetRequest {
    /// Sets fields to new values.
    pub fn new(fields: impl IntoIterator<Item = Assignment>) -> Self {
        Self { fields: fields.into_iter().collect(), ..Self::default() }
    }

    /// Sets who may see the session.
    #[must_use]
    pub fn visibility(self, visibility: Visibility) -> Self {
        Self { visibility: Some(visibility), ..self }
    }

    /// Sets how `updated_at` changes.
    #[must_use]
    pub fn updated_at(self, updated_at: UpdateTime) -> Self {
        Self { updated_at, ..self }
    }
}

/// How a change affects `updated_at`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UpdateTime {
    /// It becomes the time of the change if a field changes, but never moves back.
    #[default]
    Follows,
    /// It becomes the time of the change in any case. This corrects a time that a wrong clock left.
    Now,
}

/// A session whose record was changed.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ChangedRecord {
    /// The session with its new values.
    pub session: Session,
    /// The changed fields, as the event lists them. Empty if nothing changed.
    pub fields: Vec<String>,
}

/// Why [`set`](crate::ops::Engine::set) changed nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SetError {
    /// A field cannot have this value.
    #[error(transparent)]
    Assignment(#[from] AssignmentError),
    /// A rule forbids the change, for example that of a fixed field.
    #[error(transparent)]
    Rule(#[from] RuleError),
    /// The changed record would not be valid.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The agent could not work in the folder.
    #[error("'{folder}' in the session's worktree cannot be used: {problem}")]
    Folder {
        /// The folder.
        folder: String,
        /// Why it cannot be used.
        problem: FolderProblem,
    },
    /// The session does not exist, or the store cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl SetError {
    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Assignment(error) => error.kind(),
            Self::Rule(error) => error.kind(),
            Self::Record(error) => error.kind(),
            Self::Folder { problem, .. } => problem.kind(),
            Self::Store(error) => error.kind(),
        }
    }

    /// Returns what the caller can do about the error, which follows from its [kind](Self::kind).
    pub fn recovery(&self) -> Recovery {
        self.kind().recovery()
    }
}

impl Engine {
    /// Changes fields of a session and who may see it, all in a single event. If nothing changes,
    /// nothing is written.
    ///
    /// A new status clears `status_reason` unless that is set too.
    ///
    /// # Errors
    /// Fails if a value or the change is not allowed, or if the session does not exist, is archived or
    /// corrupt. Nothing is then changed.
    pub fn set(
        &self,
        key: impl Into<Key>,
        request: &SetRequest,
        guard: Guard,
    ) -> Result<Committed<ChangedRecord>, SetError> {
        let (store, key) = (self.store(), key.into());
        store.transaction("set", |tx| {
            let (session, mut fields) = match request.fields.as_slice() {
                [] => (tx.snapshot().session(key.clone())?, Vec::new()),
                assignments => tx.update_with(key.clone(), guard, |session| {
                    let after = apply(assignments, session, guard)?;
                    if guard == Guard::Table && after.folder != session.folder {
                        check_folder(store, &after)?;
                    }
                    let fields = changed(assignments, session, &after);
                    *session = after.clone();
                    Ok::<_, SetError>((after, fields))
                })?,
            };
            if request.updated_at == UpdateTime::Now {
                tx.touch(key.clone())?;
                fields.push("updated_at".to_owned());
            }
            if let Some(visibility) = request.visibility
                && tx.set_visibility(key.clone(), visibility)?
            {
                fields.push(format!("visibility: {}", visibility.name()));
            }
            tx.describe(fields.join(", "));
            Ok(ChangedRecord { session, fields })
        })
    }
}

/// Refuses a folder in which the agent could not work. Whether it could is known only if the
/// session's worktree is in this clone.
fn check_folder(store: &Store, session: &Session) -> Result<(), SetError> {
    let top = placement::place(store, session).filter(|top| top.exists());
    let (Some(folder), Some(top)) = (&session.folder, top) else { return Ok(()) };
    match folder_in(&top, folder) {
        Ok(_) => Ok(()),
        Err(problem) => Err(SetError::Folder { folder: folder.clone(), problem }),
    }
}

fn apply(assignments: &[Assignment], before: &Session, guard: Guard) -> Result<Session, SetError> {
    let mut record = before.to_record();
    for assignment in assignments {
        assignment.apply(&mut record)?;
    }
    check_fixed(&before.to_record(), &record)?;
    let mut after = Session::from_record(record, &before.project_id)?;
    let says_why = assignments.iter().any(|assignment| assignment.field() == "status_reason");
    if after.status != before.status && !says_why {
        after.status_reason = None;
    }
    check_change(before, &after, guard)?;
    Ok(after)
}

/// Returns the named fields that have changed, in the order in which they were named.
fn changed(assignments: &[Assignment], before: &Session, after: &Session) -> Vec<String> {
    let differ = field_changes(&before.to_record(), &after.to_record());
    let mut fields: Vec<String> = Vec::new();
    for field in assignments.iter().map(Assignment::field) {
        let below = format!("{field}.");
        let differs = differ.iter().any(|d| d.field == field || d.field.starts_with(&below));
        if differs && !fields.contains(&field) {
            fields.push(field);
        }
    }
    fields
}
