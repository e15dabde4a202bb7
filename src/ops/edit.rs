use crate::model::{
    Guard, RecordError, Recovery, RuleError, Session, check_change, field_changes, merge,
};
use crate::ops::set::ChangedRecord;
use crate::store::{Committed, Key, Store, StoreError};

/// Why [`edit`] changed nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// Somebody else has changed the same fields since.
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
    /// Returns what the caller can do about the error.
    pub fn recovery(&self) -> Recovery {
        match self {
            Self::Conflict(_) | Self::Rule(_) | Self::Record(_) => Recovery::FixInput,
            Self::Store(error) => error.recovery(),
        }
    }
}

/// Makes the changes that lead from one version of a session to another, in a single event. What
/// others have changed since the first version is kept. If nothing changes, nothing is written.
///
/// # Errors
/// When others have changed the same fields; when a rule forbids the change, or no longer allows
/// it; when the session does not exist, is archived or corrupt. Nothing is changed then.
pub fn edit(
    store: &Store,
    key: &Key,
    (before, after): (&Session, &Session),
    guard: Guard,
) -> Result<Committed<ChangedRecord>, EditError> {
    check_change(before, after, guard)?;
    let (base, edited) = (before.to_record(), after.to_record());
    store.transaction("edit", |tx| {
        let changed = tx.update(key.clone(), |session| {
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

/// The session may have ended while it was edited.
fn check_status(now: &Session, merged: &Session, guard: Guard) -> Result<(), RuleError> {
    let with_status = Session { status: merged.status.clone(), ..now.clone() };
    check_change(now, &with_status, guard)
}
