//! The logs of agents without a terminal.

use std::path::PathBuf;

use crate::git::{FileError, Repository};
use crate::model::SessionId;
use crate::ops::common::OpsError;

/// Returns the log file of a session's agent and creates its directory.
///
/// # Errors
/// Fails if the directory cannot be created.
pub fn log_file(repo: &Repository, session: SessionId) -> Result<PathBuf, OpsError> {
    match repo.make_ao_dir("log") {
        Ok(folder) => Ok(folder.join(format!("{session}.log"))),
        Err(source) => {
            Err(FileError { act: "create", path: repo.ao_dir().join("log"), source }.into())
        }
    }
}
