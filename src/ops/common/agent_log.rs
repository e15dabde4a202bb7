//! Where the output of agents without a terminal is kept.

use std::path::PathBuf;

use crate::git::Repository;
use crate::model::SessionId;
use crate::ops::common::FlowError;

/// How much of an agent's output is kept unless `ao.logLimit` says, in bytes.
const LIMIT: u64 = 64 << 20;

/// Where the output of a session's agent goes when it has no terminal; its folder is made.
///
/// # Errors
/// When the folder cannot be made.
pub fn log_file(repo: &Repository, session: SessionId) -> Result<PathBuf, FlowError> {
    match repo.make_ao_dir("log") {
        Ok(folder) => Ok(folder.join(format!("{session}.log"))),
        Err(source) => Err(FlowError::Folder { path: repo.ao_dir().join("log"), source }),
    }
}

/// How much of it is kept, in bytes; 0 for all of it. A value that cannot be used is not a reason to
/// start no agent: it counts as none.
pub fn log_limit(repo: &Repository) -> u64 {
    configured(repo).unwrap_or(LIMIT)
}

/// What `ao.logLimit` says, if it can be used.
pub(in crate::ops) fn configured(repo: &Repository) -> Option<u64> {
    repo.config_int("ao.logLimit").and_then(|bytes| bytes.try_into().ok())
}
