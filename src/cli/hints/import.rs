use git_ao::model::error_chain;
use git_ao::ops::ImportError;

use crate::cli::CliError;

impl From<ImportError> for CliError {
    fn from(error: ImportError) -> Self {
        let (kind, message) = (error.kind(), error_chain(&error));
        match error {
            ImportError::Store(error) => error.into(),
            ImportError::Agent(error) => error.into(),
            ImportError::Workspace(error) => error.into(),
            ImportError::Read { .. } => {
                CliError::of(kind, message).hint("name the folder: git ao import <source> <path>")
            }
            _ => CliError::of(kind, message),
        }
    }
}
