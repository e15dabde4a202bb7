use std::path::{Path, PathBuf};

use gix::bstr::ByteSlice as _;
use gix::config::File;
use gix::config::source::Kind;

use super::Environment;
use super::config::interpolated;

/// Returns true if `safe.directory` names the repository (git-config(1)). Only the user's and the
/// system's configuration count, and an empty value clears those before it.
pub fn is_safe(repo: &gix::Repository, config: &File, environment: &Environment) -> bool {
    let is_ours = |meta: &gix::config::file::Metadata| {
        matches!(meta.source.kind(), Kind::System | Kind::Global)
    };
    let values = config.strings_filter("safe.directory", is_ours).unwrap_or_default();
    let here = real(repo.workdir().unwrap_or_else(|| repo.git_dir()));
    let names = |value: &gix::bstr::BString| {
        let literal = || value.to_path().map(Path::to_owned).unwrap_or_default();
        let path = interpolated(value.clone().into(), environment).unwrap_or_else(literal);
        match path.parent().filter(|_| path.ends_with("*")) {
            _ if !path.is_absolute() => value == "*",
            Some(above) => here.starts_with(real(above)),
            None => real(&path) == here,
        }
    };
    values.iter().fold(false, |is_safe, value| !value.is_empty() && (is_safe || names(value)))
}

fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}
