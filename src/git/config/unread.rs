use std::fs;
use std::io::{self, ErrorKind};
use std::path::PathBuf;

use gix::config::Source;

use super::global_files;
use crate::git::{Environment, RepositoryError};

/// Checks that gix skipped no configuration file because it could not be read. Only files that gave
/// no entries are examined.
///
/// # Errors
/// Fails for the first file that cannot be read, or that was skipped and has become readable since.
pub fn check_read(
    repo: &gix::Repository,
    environment: &Environment,
) -> Result<(), RepositoryError> {
    let config = repo.config_snapshot();
    let sections: Vec<_> = config.plumbing().sections().map(|section| section.meta()).collect();
    let has_own = config.boolean("extensions.worktreeConfig") == Some(true);
    let own = has_own.then(|| (Source::Worktree, repo.git_dir().join("config.worktree")));
    let shared = (Source::Local, repo.common_dir().join("config"));
    for (source, path) in global_files(environment).chain([shared]).chain(own) {
        let is_read = |meta: &&gix::config::file::Metadata| {
            meta.source == source || meta.path.as_ref() == Some(&path)
        };
        if !sections.iter().any(is_read) {
            check_empty(source, path)?;
        }
    }
    Ok(())
}

fn check_empty(source: Source, path: PathBuf) -> Result<(), RepositoryError> {
    let error = match fs::read(&path) {
        Ok(text) if text.split(|byte| *byte == b'\n').any(begins_section) => {
            io::Error::from(ErrorKind::ResourceBusy)
        }
        Ok(_) => return Ok(()),
        Err(error) => error,
    };
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => Ok(()),
        // Git ignores this error, too (access_eacces_ok in its wrapper.c).
        ErrorKind::PermissionDenied if matches!(source, Source::Git | Source::User) => Ok(()),
        _ => Err(RepositoryError::Config { path, source: error }),
    }
}

fn begins_section(line: &[u8]) -> bool {
    line.trim_ascii_start().starts_with(b"[")
}
