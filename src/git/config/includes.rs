//! Included configuration files that gix skips: it treats every file that it cannot inspect as
//! missing, whereas git fails unless the file does not exist.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use gix::bstr::{BString, ByteSlice};

use crate::git::{Environment, GitCommand, GitError, RepositoryError};

/// Fails, as git does, if an included file cannot be read. Git is run only if there may be such a
/// file, because git knows which conditions hold.
///
/// # Errors
/// Fails if an include cannot be read. The error names the file, or is git's message.
pub fn check_includes(
    repo: &gix::Repository,
    environment: &Environment,
    folder: &Path,
) -> Result<(), RepositoryError> {
    let Some(odd) = odd_include(repo, environment) else { return Ok(()) };
    match GitCommand::in_same_place(environment, folder, "config").arg("--list").run() {
        Err(GitError::Failed { message, .. }) => Err(match odd {
            Odd::Unreadable(path, source) => RepositoryError::Config { path, source },
            Odd::Name => RepositoryError::Refused(message),
        }),
        _ => Ok(()),
    }
}

/// An include that only git can judge.
enum Odd {
    Unreadable(PathBuf, io::Error),
    /// The path begins with `~user` or `%(prefix)`.
    Name,
}

fn odd_include(repo: &gix::Repository, environment: &Environment) -> Option<Odd> {
    let config = repo.config_snapshot();
    let sections = config.plumbing().sections();
    let includes = sections.filter(|section| {
        let name = section.header().name();
        name.eq_ignore_ascii_case(b"include") || name.eq_ignore_ascii_case(b"includeIf")
    });
    let mut paths = includes.flat_map(|section| {
        let file = section.meta().path.clone();
        section.values("path").into_iter().map(move |path| (file.clone(), path))
    });
    paths.find_map(|(file, path)| judge(file.as_deref(), &path, environment))
}

fn judge(file: Option<&Path>, path: &BString, environment: &Environment) -> Option<Odd> {
    let above = file.and_then(Path::parent);
    let path = match path.strip_prefix(b"~/") {
        Some(rest) => environment.home()?.join(rest.to_path_lossy()),
        None if path.starts_with(b"~") || path.starts_with(b"%(") => return Some(Odd::Name),
        None => above.unwrap_or(Path::new("")).join(path.to_path_lossy()),
    };
    match fs::metadata(&path) {
        Ok(meta) if meta.is_dir() => Some(Odd::Unreadable(path, ErrorKind::IsADirectory.into())),
        Ok(_) => None,
        Err(error) => match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => None,
            _ => Some(Odd::Unreadable(path, error)),
        },
    }
}
