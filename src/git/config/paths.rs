//! Paths in configuration files.

use std::path::{Path, PathBuf};

use gix::config::path::interpolate;

use crate::git::Environment;

/// Resolves `~/`, `~user/` and `%(prefix)/` in a path.
pub fn interpolated(path: gix::config::Path, environment: &Environment) -> Option<PathBuf> {
    let program = program_dir();
    path.interpolate(context(environment, program.as_deref())).ok()
}

/// Returns what the beginnings of paths stand for.
pub fn context<'a>(
    environment: &'a Environment,
    program: Option<&'a Path>,
) -> interpolate::Context<'a> {
    interpolate::Context {
        git_install_dir: program,
        home_dir: environment.home(),
        home_for_user: Some(interpolate::home_for_user),
    }
}

/// Returns the directory that `%(prefix)` stands for.
pub fn program_dir() -> Option<PathBuf> {
    Some(std::env::current_exe().ok()?.parent()?.to_owned())
}
