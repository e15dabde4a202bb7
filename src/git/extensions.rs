//! Checks a repository's extensions by the rules of git's
//! Documentation/technical/repository-version.adoc. gix opens repositories with extensions that it
//! does not know.

use super::RepositoryError;

/// The format in which refs are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefStorage {
    /// Loose files and `packed-refs`.
    Files,
    /// Any other format, which only git reads and writes.
    Foreign,
}

/// The extensions that git rejects in format version 0, where it ignores others.
const NEED_VERSION_1: [&str; 6] = [
    "noop-v1",
    "objectformat",
    "compatobjectformat",
    "refstorage",
    "relativeworktrees",
    "submodulepathconfig",
];

/// Checks the repository's own configuration, as git does before it uses a repository.
///
/// # Errors
/// Fails if the repository needs a format version or an extension that is not supported.
pub fn check(config: &gix::config::File) -> Result<RefStorage, RepositoryError> {
    let version = config.integer("core.repositoryformatversion").ok().flatten().unwrap_or(0);
    if version > 1 {
        return Err(RepositoryError::UnknownFormat(version));
    }
    let mut storage = RefStorage::Files;
    let local = gix::config::Source::Local;
    let sections = config.sections_by_name("extensions").into_iter().flatten();
    for section in sections.filter(|section| section.meta().source == local) {
        for name in section.value_names() {
            let name = name.to_string().to_ascii_lowercase();
            let value = section.value(name.as_str()).map(|value| value.to_string());
            if version == 0 {
                if NEED_VERSION_1.contains(&name.as_str()) {
                    return Err(RepositoryError::OldFormat(name));
                }
                continue;
            }
            match name.as_str() {
                "noop"
                | "noop-v1"
                | "preciousobjects"
                | "partialclone"
                | "worktreeconfig"
                | "relativeworktrees"
                | "objectformat"
                | "submodulepathconfig" => {}
                "refstorage" => match value.as_deref() {
                    Some("files") => {}
                    Some(value) if value.starts_with("reftable") => storage = RefStorage::Foreign,
                    _ => {
                        return Err(RepositoryError::UnknownExtension(format!(
                            "refStorage = {}",
                            value.unwrap_or_default()
                        )));
                    }
                },
                _ => return Err(RepositoryError::UnknownExtension(name)),
            }
        }
    }
    Ok(storage)
}
