use crate::model::{
    ErrorKind, Guard, RecordError, Recovery, RuleError, Session, check_change, field_changes, merge,
};
use crate::ops::common::Engine;
use crate::ops::set::ChangedRecord;
use crate::store::{Committed, Key, StoreError};

/// Why [`edit`](crate::ops::Engine::edit) changed nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// Another process changed the same fields in the meantime.
    #[error("'{}' was changed by another process in the meantime", .0.join("', '"))]
    Conflict(Vec<String>),
    /// A rule forbids the change, for example that of a fixed field.
    #[error(transparent)]
    Rule(#[from] RuleError),
    /// The merged record would not be valid.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The session does not exist, or the store cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl EditError {
    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Conflict(_) => ErrorKind::Conflict,
            Self::Rule(error) => error.kind(),
            Self::Record(error) => error.kind(),
            Self::Store(error) => error.kind(),
        }
    }

    /// Returns what the caller can do about the error, which follows from its [kind](Self::kind).
    pub fn recovery(&self) -> Recovery {
        self.kind().recovery()
    }
}

impl Engine {
    /// Applies the changes between two versions of a session, in a single event. Changes that others
    /// made since the first version are kept. If nothing changes, nothing is written.
    ///
    /// # Errors
    /// Fails if others changed the same fields, if a rule forbids the change, or if the session does
    /// not exist, is archived or corrupt. Nothing is then changed.
    pub fn edit(
        &self,
        key: impl Into<Key>,
        (before, after): (&Session, &Session),
        guard: Guard,
    ) -> Result<Committed<ChangedRecord>, EditError> {
        let (store, key) = (self.store(), key.into());
        check_change(before, after, guard)?;
        let (base, edited) = (before.to_record(), after.to_record());
        store.transaction("edit", |tx| {
            let changed = tx.update_with(key.clone(), guard, |session| {
                let now = session.to_record();
                let merged = merge(Some(&base), &edited, &now);
                if !merged.conflicts.is_empty() {
                    return Err(EditError::Conflict(merged.conflicts));
                }
                let merged = Session::from_record(merged.record, &session.project_id)?;
                check_status(session, &merged, guard)?;
                let fields = field_changes(&now, &merged.to_record());
                *session = merged.clone();
                let fields = fields.into_iter().map(|change| change.field).collect();
                Ok(ChangedRecord { session: merged, fields })
            })?;
            tx.describe(changed.fields.join(", "));
            Ok(changed)
        })
    }
}

/// Checks the status change against the current record: the session may have ended during the edit.
fn check_status(now: &Session, merged: &Session, guard: Guard) -> Result<(), RuleError> {
    let with_status = Session { status: merged.status.clone(), ..now.clone() };
    check_change(now, &with_status, guard)
}
