//! Included configuration files that gix skips: it treats every file that it cannot inspect as
//! missing, whereas git fails unless the file does not exist.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use gix::bstr::{BString, ByteSlice};
use gix::config::File;

use super::interpolated;
use crate::git::{Environment, GitCommand, GitError, RepositoryError};

/// Fails, as git does, if an included file cannot be read. Git is run only if there may be such a
/// file, because git knows which conditions hold.
///
/// # Errors
/// Fails if an include cannot be read. The error names the file, or is git's message.
pub fn check_includes(
    config: &File,
    environment: &Environment,
    git: impl FnOnce() -> GitCommand,
) -> Result<(), RepositoryError> {
    let Some(odd) = odd_include(config, environment) else { return Ok(()) };
    match git().arg("--list").run() {
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

fn odd_include(config: &File, environment: &Environment) -> Option<Odd> {
    includes(config).find_map(|(file, path)| judge(file.as_deref(), &path, environment))
}

/// Returns the files that a configuration includes, or may include under a condition.
pub fn include_paths(config: &File, environment: &Environment) -> Vec<PathBuf> {
    let paths = includes(config).filter_map(|(file, path)| {
        let path = interpolated(path.into(), environment)?;
        Some(file.as_deref().and_then(Path::parent).unwrap_or(Path::new("")).join(path))
    });
    paths.collect()
}

/// Returns true if some files are included only on certain branches.
pub fn depends_on_branch(config: &File) -> bool {
    let conditions = config.sections_by_name("includeIf").into_iter().flatten();
    let names = conditions.filter_map(|section| section.header().subsection_name());
    names.map(|name| name.as_bytes()).any(|name| name.starts_with(b"onbranch:"))
}

/// Returns the paths to include, each with the file that names it.
fn includes(config: &File) -> impl Iterator<Item = (Option<PathBuf>, BString)> {
    let includes = config.sections().filter(|section| {
        let name = section.header().name();
        name.eq_ignore_ascii_case(b"include") || name.eq_ignore_ascii_case(b"includeIf")
    });
    includes.flat_map(|section| {
        let file = section.meta().path.clone();
        section.values("path").into_iter().map(move |path| (file.clone(), path))
    })
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
