//! Finds and opens a repository as git does, with a given environment. gix alone reads the
//! environment of the process.

use std::path::{Path, PathBuf};

use gix::ThreadSafeRepository;
use gix::config::File;
use gix::discover::upwards;
use gix::sec::Trust as Owner;
use gix::sec::trust::Mapping;

use super::config::{ConfigOrigin, boolean, load};
use super::error::Cause;
use super::safe_directory::is_safe;
use super::{Environment, GitCommand, RepositoryError};

/// Whether to check that the repository belongs to the user, or is named in `safe.directory`.
#[derive(Clone, Copy, PartialEq)]
enum Trust {
    Check,
    /// Git has already checked this.
    Given,
}

/// A repository as gix opens it, and the configuration that git would read.
pub struct Opened {
    pub repo: gix::Repository,
    pub config: File,
    pub origin: ConfigOrigin,
}

/// Opens the repository that git would use in `folder`.
pub fn discover(folder: &Path, environment: &Environment) -> Result<Opened, RepositoryError> {
    open(folder, environment, Trust::Check).or_else(|source| ask_git(folder, environment, source))
}

/// Asks git about a repository that gix refuses. If git refuses it too, its message gives the
/// reason, and a remedy, in words that users know. If git accepts it, it may have been told to
/// trust the repository in a way that is not read here: `git -c safe.directory=…`.
pub fn ask_git(
    folder: &Path,
    environment: &Environment,
    source: Cause,
) -> Result<Opened, RepositoryError> {
    let git = GitCommand::in_same_place(environment, folder, "rev-parse").arg("--git-dir");
    match git.run() {
        Err(super::GitError::Failed { message, .. }) => Err(refusal(message)),
        Err(_) => Err(cannot_open(folder, source)),
        Ok(_) => open(folder, environment, Trust::Given).map_err(|_| cannot_open(folder, source)),
    }
}

/// Gives the cause, which may have nothing to do with the repository: gix needs the working
/// directory of the process even for absolute paths.
fn cannot_open(folder: &Path, source: Cause) -> RepositoryError {
    let source = match std::env::current_dir() {
        Err(error) => format!("cannot determine the current directory: {error}").into(),
        Ok(_) => source,
    };
    RepositoryError::Open { path: folder.to_owned(), source }
}

/// Interprets git's message, which is not translated.
fn refusal(message: String) -> RepositoryError {
    let says = |words: &str| message.contains(words);
    if says("not a git repository") {
        RepositoryError::NotFound(message)
    } else if says("dubious ownership") || says("safe.bareRepository") {
        RepositoryError::Unsafe(message)
    } else {
        RepositoryError::Refused(message)
    }
}

/// Opens the git directory at `path`, which is known to be trusted.
pub fn open_trusted(path: &Path, environment: &Environment) -> Result<Opened, Cause> {
    let repo = options(environment).open_path_as_is(true).with(Owner::Full).open(path)?;
    configure(repo, environment)
}

fn open(folder: &Path, environment: &Environment, trust: Trust) -> Result<Opened, Cause> {
    let repo = match environment.os("GIT_DIR") {
        Some(git_dir) if git_dir.is_empty() => return Err("GIT_DIR is empty".into()),
        Some(git_dir) => options(environment).open_path_as_is(true).open(folder.join(git_dir))?,
        None => search(folder, environment)?,
    };
    let mut opened = configure(repo, environment)?;
    if opened.origin.trust != Owner::Full {
        match trust {
            Trust::Check if is_safe(&opened.repo, &opened.config, environment) => {
                opened.trust_config();
            }
            Trust::Check => return Err("the repository belongs to somebody else".into()),
            // Git does not check a repository that GIT_DIR names.
            Trust::Given if environment.has("GIT_DIR") => {}
            Trust::Given => opened.trust_config(),
        }
    }
    if let Some(top) = environment.os("GIT_WORK_TREE") {
        // If the worktree does not exist, git reports that when it is needed.
        let _ = opened.repo.set_workdir(folder.join(top));
    }
    Ok(opened)
}

/// Searches for a repository in `folder` and its parents.
fn search(folder: &Path, environment: &Environment) -> Result<ThreadSafeRepository, Cause> {
    let crosses = environment.os("GIT_DISCOVERY_ACROSS_FILESYSTEM");
    let crosses = crosses.and_then(|value| gix::config::Boolean::try_from(value.to_owned()).ok());
    let limits = upwards::Options {
        ceiling_dirs: ceilings(environment),
        match_ceiling_dir_or_error: false,
        cross_fs: crosses.is_some_and(|value| value.0),
        ..Default::default()
    };
    let options = options(environment);
    let options = Mapping { full: options.clone(), reduced: options };
    Ok(ThreadSafeRepository::discover_opts(folder, limits, options)?)
}

/// Reads GIT_CEILING_DIRECTORIES (git(1)). Symbolic links are resolved in the entries before an
/// empty one.
fn ceilings(environment: &Environment) -> Vec<PathBuf> {
    let list = environment.os("GIT_CEILING_DIRECTORIES").unwrap_or_default();
    let (mut found, mut is_literal) = (Vec::new(), false);
    for path in std::env::split_paths(list) {
        if path.as_os_str().is_empty() {
            is_literal = true;
        } else if path.is_absolute() {
            let real = if is_literal { None } else { gix::path::realpath(&path).ok() };
            found.push(real.unwrap_or(path));
        }
    }
    found
}

/// Returns options with which gix reads nothing from the environment of this process.
fn options(environment: &Environment) -> gix::open::Options {
    let base = environment.text("GIT_REPLACE_REF_BASE");
    let base = base.map(|base| format!("gitoxide.objects.replaceRefBase={base}"));
    let none = environment.has("GIT_NO_REPLACE_OBJECTS");
    let none = none.then(|| "gitoxide.objects.noReplace=true".to_owned());
    gix::open::Options::isolated().config_overrides(base.into_iter().chain(none))
}

/// Reads the configuration that git would read.
fn configure(repo: ThreadSafeRepository, environment: &Environment) -> Result<Opened, Cause> {
    let mut repo = repo.to_thread_local();
    let origin = ConfigOrigin {
        git_dir: repo.git_dir().to_owned(),
        common_dir: repo.common_dir().to_owned(),
        trust: repo.git_dir_trust(),
        environment: environment.clone(),
    };
    let own = repo.config_snapshot_mut().forget();
    let head = || repo.head_name().ok().flatten();
    let config = load(own, &origin.common_dir, head, environment)?;
    if boolean(&config, "core.useReplaceRefs") == Some(false) {
        repo.objects.ignore_replacements = true;
    }
    Ok(Opened { repo, config, origin })
}

impl Opened {
    /// Trusts the repository's own configuration as if the user had written it.
    fn trust_config(&mut self) {
        self.origin.trust = Owner::Full;
        let ids: Vec<_> = self.config.section_ids().collect();
        for id in ids {
            if let Some(mut section) = self.config.section_mut_by_id(id) {
                section.set_trust(Owner::Full);
            }
        }
    }
}
