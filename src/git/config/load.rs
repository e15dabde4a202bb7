//! Loads the configuration of a repository in git's order (git-config(1)): the system's, the
//! user's, the repository's, and the environment's.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use gix::config::file::Metadata;
use gix::config::file::includes::{Options as Includes, conditional};
use gix::config::file::init::Options;
use gix::config::{File, KeyRef, Source};
use gix::refs::FullName;

use super::paths::{context, program_dir};
use super::{ConfigOrigin, append_overrides, boolean};
use crate::git::Environment;
use crate::git::error::Cause;

/// The files outside of any repository, lowest precedence first.
const GLOBAL: [Source; 3] = [Source::System, Source::Git, Source::User];

/// Reads the repository's own level.
pub fn own(origin: &ConfigOrigin) -> Result<File, Cause> {
    let level = |source, path: PathBuf| -> Result<File, Cause> {
        let mut text = match fs::read(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
            text => text?,
        };
        let meta = Metadata::from(source).at(path).with(origin.trust);
        let options = Options { includes: Includes::no_follow(), ..lenient() };
        Ok(File::from_bytes_owned(&mut text, meta, options)?)
    };
    let mut own = level(Source::Local, origin.common_dir.join("config"))?;
    if boolean(&own, "extensions.worktreeConfig") == Some(true) {
        own.append(level(Source::Worktree, origin.git_dir.join("config.worktree"))?)?;
    }
    Ok(own)
}

/// Adds the other levels to a repository's own level. `head` returns its branch.
pub fn load(
    own: File,
    common_dir: &Path,
    head: impl FnOnce() -> Option<FullName>,
    environment: &Environment,
) -> Result<File, Cause> {
    let mut config = global(environment)?;
    let mut variables = of_variables(environment)?;
    let meta = own.meta_owned();
    config.append(own)?;
    let has_includes = |config: &File| {
        let mut names = config.sections().map(|section| section.header().name().to_owned());
        names.any(|name| {
            name.eq_ignore_ascii_case(b"include") || name.eq_ignore_ascii_case(b"includeIf")
        })
    };
    if has_includes(&config) || has_includes(&variables) {
        let head = head();
        let program = program_dir();
        let options = Options {
            includes: Includes::follow(
                context(environment, program.as_deref()),
                conditional::Context {
                    git_dir: Some(common_dir),
                    branch_name: head.as_ref().map(|name| name.as_ref()),
                },
            ),
            ..lenient()
        };
        config.resolve_includes(options)?;
        variables.resolve_includes(options)?;
    }
    config.append(variables)?;
    config.set_meta(meta);
    append_overrides(&mut config, environment)?;
    Ok(config)
}

/// Returns the paths of the configuration files outside of any repository; they need not exist.
pub fn global_files(environment: &Environment) -> impl Iterator<Item = (Source, PathBuf)> {
    let mut variable = |name: &str| {
        let value = environment.os(name)?;
        (name != "XDG_CONFIG_HOME" || !value.is_empty()).then(|| value.to_owned())
    };
    GLOBAL
        .into_iter()
        .filter_map(move |source| Some((source, source.storage_location(&mut variable)?)))
}

fn global(environment: &Environment) -> Result<File, Cause> {
    let mut files = global_files(environment)
        .map(|(source, path)| Metadata::from(source).at(path).with(gix::sec::Trust::Full));
    let options = Options { includes: Includes::no_follow(), ..lenient() };
    let found = File::from_paths_metadata_buf(&mut files, &mut Vec::new(), false, options)?;
    Ok(found.unwrap_or_default())
}

/// Reads GIT_CONFIG_COUNT and related variables (git-config(1)).
fn of_variables(environment: &Environment) -> Result<File, Cause> {
    let mut config = File::new(Metadata::from(Source::Env).with(gix::sec::Trust::Full));
    let count: usize = environment.text("GIT_CONFIG_COUNT").unwrap_or("0").parse()?;
    for n in 0..count {
        let variable = |what: &str| {
            let name = format!("GIT_CONFIG_{what}_{n}");
            let value = environment.os(&name).map(gix::path::os_str_into_bstr);
            value.ok_or_else(|| Cause::from(format!("missing {name}")))?.map_err(Cause::from)
        };
        let (key, value) = (variable("KEY")?, variable("VALUE")?);
        let key = KeyRef::parse_unvalidated(key).ok_or_else(|| format!("bad key '{key}'"))?;
        let mut section =
            config.section_mut_or_create_new(key.section_name, key.subsection_name)?;
        section.push(key.value_name, Some(value))?;
    }
    Ok(config)
}

fn lenient() -> Options<'static> {
    Options { ignore_io_errors: true, ..Default::default() }
}
