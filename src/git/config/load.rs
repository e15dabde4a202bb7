//! Loads the configuration of a repository in git's order (git-config(1)): the system's, the
//! user's, the repository's, and the environment's.

use std::path::PathBuf;

use gix::config::file::Metadata;
use gix::config::file::includes::{Options as Includes, conditional};
use gix::config::file::init::Options;
use gix::config::path::interpolate;
use gix::config::{File, KeyRef, Source};

use super::overrides;
use crate::git::Environment;
use crate::git::error::Cause;

/// The files outside of any repository, lowest precedence first.
const GLOBAL: [Source; 3] = [Source::System, Source::Git, Source::User];

/// Adds the other levels to the configuration of a repository that was opened with its own level
/// only.
pub fn load(repo: &mut gix::Repository, environment: &Environment) -> Result<(), Cause> {
    let common_dir = repo.common_dir().to_owned();
    let own = repo.config_snapshot_mut().forget();
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
        let head = repo.head_name().ok().flatten();
        let program = program_dir();
        let options = Options {
            includes: Includes::follow(
                context(environment, program.as_deref()),
                conditional::Context {
                    git_dir: Some(&common_dir),
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
    let mut snapshot = repo.config_snapshot_mut();
    *snapshot = config;
    snapshot.append_config(overrides(environment), Source::Cli)?;
    snapshot.commit()?;
    Ok(())
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

/// Resolves `~/`, `~user/` and `%(prefix)/` in a path.
pub fn interpolated(path: gix::config::Path, environment: &Environment) -> Option<PathBuf> {
    let program = program_dir();
    path.interpolate(context(environment, program.as_deref())).ok()
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

fn context<'a>(
    environment: &'a Environment,
    program: Option<&'a std::path::Path>,
) -> interpolate::Context<'a> {
    interpolate::Context {
        git_install_dir: program,
        home_dir: environment.home(),
        home_for_user: Some(interpolate::home_for_user),
    }
}

/// Returns the directory that `%(prefix)` stands for.
fn program_dir() -> Option<PathBuf> {
    Some(std::env::current_exe().ok()?.parent()?.to_owned())
}
