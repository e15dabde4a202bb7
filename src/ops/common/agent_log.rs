//! The logs of agents without a terminal.

use std::path::PathBuf;

use crate::git::{FileError, Repository};
use crate::model::SessionId;
use crate::ops::common::OpsError;

/// How much of an agent's output is kept unless `ao.logLimit` says, in bytes.
const LIMIT: u64 = 64 << 20;

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

/// Returns the maximum size of a log in bytes; 0 means no limit. An invalid setting does not
/// prevent a start: it means no limit.
pub fn log_limit(repo: &Repository) -> u64 {
    configured(repo).unwrap_or(LIMIT)
}

/// What `ao.logLimit` says, if it can be used.
pub(in crate::ops) fn configured(repo: &Repository) -> Option<u64> {
    repo.config_int("ao.logLimit").and_then(|bytes| bytes.try_into().ok())
}
