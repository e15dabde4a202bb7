use git_ao::git::{ObjectError, RefError};
use git_ao::ledger::{Contention, LedgerError};
use git_ao::model::error_chain;

use super::REPAIR;
use crate::cli::CliError;

impl From<&LedgerError> for CliError {
    fn from(error: &LedgerError) -> Self {
        let message = error_chain(error);
        match error {
            LedgerError::Object(
                ObjectError::Missing(_)
                | ObjectError::Unreadable { .. }
                | ObjectError::WrongKind { .. },
            )
            | LedgerError::Ref(RefError::Read { .. }) => CliError::fatal(message).hint(REPAIR),
            LedgerError::Contended(Contention::Writer(error)) => {
                CliError::fatal(message).lock_hint(error)
            }
            LedgerError::Contended(Contention::RefLock(error)) => {
                CliError::fatal(message).ref_hint(error)
            }
            LedgerError::Ref(RefError::Moved(_)) | LedgerError::Contended(_) => {
                CliError::fatal(message).hint("other processes are writing; run the command again")
            }
            LedgerError::Ref(error) => CliError::fatal(message).ref_hint(error),
            LedgerError::Lock(error) => CliError::fatal(message).lock_hint(error),
            // The variant is transparent: a search through its causes would skip the wrapped error.
            LedgerError::Object(error) => CliError::fatal(message).write_hint(error),
            error => CliError::fatal(message).write_hint(error),
        }
    }
}
