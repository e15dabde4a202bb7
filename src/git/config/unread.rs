use std::fs;
use std::io::{self, ErrorKind};
use std::path::PathBuf;

use gix::config::{File, Source};

use super::{ConfigOrigin, boolean, global_files};
use crate::git::RepositoryError;

/// Checks that gix skipped no configuration file because it could not be read. Only files that gave
/// no entries are examined.
///
/// # Errors
/// Fails for the first file that cannot be read, or that was skipped and has become readable since.
pub fn check_read(config: &File, origin: &ConfigOrigin) -> Result<(), RepositoryError> {
    let sections: Vec<_> = config.sections().map(|section| section.meta()).collect();
    let has_own = boolean(config, "extensions.worktreeConfig") == Some(true);
    let own = has_own.then(|| (Source::Worktree, origin.git_dir.join("config.worktree")));
    let shared = (Source::Local, origin.common_dir.join("config"));
    for (source, path) in global_files(&origin.environment).chain([shared]).chain(own) {
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
