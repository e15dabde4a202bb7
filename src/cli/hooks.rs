mod agent;

use git_ao::hook::{
    Edits, HookError, HookName, HookState, HooksDir, HooksScope, InstallMethod, Installed,
    Installer, SettingsScope, Uninstalled,
};

use git_ao::git::Repository;

use super::hints::refusals;
use super::ui::escape;
use super::{CliError, Ctx, ExitCode};

/// Manage the hooks that keep records up to date
///
/// The hooks are optional. 'git ao hooks install' installs post-checkout unless you name others:
///
/// post-checkout records the branch that a session's worktree is on. If 'git worktree add' checks
/// out a session's branch, the new worktree becomes the session's. On a terminal, it says so when
/// the branch you check out belongs to sessions.
///
/// post-commit, post-rewrite and post-merge record the last commit of the session's branch.
///
/// prepare-commit-msg adds an Ao-Session trailer to commits made in a session's worktree.
///
/// pre-push also pushes the sessions when you push to ao.remote (or the only remote), if
/// ao.autoPush is true.
///
/// claude stands for the hooks of Claude Code rather than a git hook. They are installed in the
/// settings of this worktree (.claude/settings.local.json) or, with --user, in your own settings.
/// Claude Code then records each session that begins in this repository, as 'git ao adopt' does,
/// and tells git ao what it asks. Installing them sets ao.adopt in this repository; they record
/// nothing in repositories without it. Uninstalling them restores the settings byte for byte,
/// unless they were edited since.
///
/// Existing hooks keep running. AO_DISABLE=1 in the environment disables all of them for one
/// command, and 'git config ao.hooks false' for one repository.
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Install hooks: post-checkout, or the named ones
    Install {
        /// The hooks.
        #[arg(value_name = "hook")]
        hooks: Vec<String>,

        /// Overwrite git ao's part of a hook even if it was edited.
        #[arg(long)]
        force: bool,

        /// Use your own settings instead of those of this worktree, for the hooks of Claude Code.
        #[arg(long)]
        user: bool,

        /// Write hook files even if git supports hooks in its configuration (git 2.54 or later).
        #[arg(long)]
        file: bool,
    },
    /// Remove hooks: all of them, or the named ones
    Uninstall {
        /// The hooks.
        #[arg(value_name = "hook")]
        hooks: Vec<String>,

        /// Remove git ao's part of a hook even if it was edited.
        #[arg(long)]
        force: bool,

        /// Use your own settings instead of those of this worktree, for the hooks of Claude Code.
        #[arg(long)]
        user: bool,
    },
    /// Show which hooks are installed; exit with 1 if none is
    Status,
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let repo = ctx.repository()?;
    let method = InstallMethod::of_git(&repo)?;
    let edits = |force| if force { Edits::Discard } else { Edits::Keep };
    match args.action {
        Action::Install { mut hooks, force, file, user } => {
            if agent::take(&mut hooks)? {
                agent::install(&repo, scope(user), ctx)?;
                if hooks.is_empty() {
                    return Ok(ExitCode::Done);
                }
            } else if user {
                return Err(CliError::usage("'--user' is for the hooks of claude"));
            }
            let method = if file { InstallMethod::File } else { method };
            let names = named(&hooks, &[HookName::PostCheckout])?;
            let installer = Installer::new(&repo, method, edits(force));
            install(&installer, &names, ctx)?;
            let is_owned = names.iter().any(|name| installer.owner_script(*name).is_some());
            if method == InstallMethod::File && !is_owned {
                tell_about(&repo, &HooksDir::find(&repo)?, ctx)?;
            }
            warn_of_lacking(&installer, &names, ctx)?;
            Ok(ExitCode::Done)
        }
        Action::Uninstall { mut hooks, force, user } => {
            let is_all = hooks.is_empty();
            let is_gone = (agent::take(&mut hooks)? || is_all || user)
                && agent::uninstall(&repo, scope(user), ctx)?;
            if !is_all && hooks.is_empty() || user {
                if !is_gone {
                    writeln!(ctx.out, "nothing to remove")?;
                }
                return Ok(ExitCode::Done);
            }
            let names = named(&hooks, &HookName::ALL)?;
            uninstall(&Installer::new(&repo, method, edits(force)), &names, is_gone, ctx)
        }
        Action::Status => status(&Installer::new(&repo, method, Edits::Keep), &repo, ctx),
    }
}

fn scope(user: bool) -> SettingsScope {
    if user { SettingsScope::User } else { SettingsScope::Worktree }
}

fn named(texts: &[String], default: &[HookName]) -> Result<Vec<HookName>, CliError> {
    if texts.is_empty() {
        return Ok(default.to_vec());
    }
    texts.iter().map(|text| text.parse().map_err(|error| refusals::unknown_hook(&error))).collect()
}

fn install(installer: &Installer<'_>, names: &[HookName], ctx: &mut Ctx) -> Result<(), CliError> {
    let program = std::env::current_exe()
        .map_err(|error| CliError::fatal("cannot find the git-ao program").because(&error))?;
    for name in names {
        let what = match installer.install(*name, &program)? {
            Installed::New => "installed",
            Installed::IntoScript => "installed in the existing hook",
            Installed::AroundHook => "installed in front of the existing hook",
            Installed::Updated => "updated",
            Installed::Already => "already installed",
        };
        writeln!(ctx.out, "{name}: {what}")?;
        if let Some(script) = installer.owner_script(*name) {
            ctx.out.hint(&format!(
                "husky rewrites its hooks with each install; to keep the hook, add to '{}':\n  \
                 git-ao hook {name} \"$@\" || :",
                escape::os(script.as_os_str())
            ));
        }
    }
    Ok(())
}

/// Warns of worktrees in which git does not find the hooks: records are not updated there.
fn warn_of_lacking(
    installer: &Installer<'_>,
    names: &[HookName],
    ctx: &mut Ctx,
) -> Result<(), CliError> {
    for name in names {
        let lacking = installer.lacking(*name)?;
        let Some(first) = lacking.first() else { continue };
        let path = escape::os(first.worktree.as_os_str());
        let others = match lacking.len() {
            1 => String::new(),
            n => format!(" and {} more", n - 1),
        };
        ctx.out.warn(&format!(
            "{name} is not installed in '{path}'{others}: core.hooksPath leads to another folder there"
        ));
        ctx.out.hint(&first.way_out(name.as_str()));
    }
    Ok(())
}

fn tell_about(repo: &Repository, place: &HooksDir, ctx: &mut Ctx) -> Result<(), CliError> {
    let folder = escape::os(place.folder.as_os_str());
    match place.scope {
        HooksScope::Repository => {}
        HooksScope::Worktree if is_ignored(repo, place)? => {
            ctx.out
                .hint(&format!("'{folder}' is ignored by git, so only this worktree has the hook"));
        }
        HooksScope::Worktree => ctx.out.hint(&format!(
            "'{folder}' is part of the worktree, so git status shows the change\n\
             commit it to have the hook in new worktrees"
        )),
        HooksScope::Shared => ctx.out.hint(&format!(
            "other repositories may use '{folder}' too; the hooks are inactive there\n\
             to activate it in one of them: git config ao.hooks true"
        )),
    }
    Ok(())
}

fn is_ignored(repo: &Repository, place: &HooksDir) -> Result<bool, CliError> {
    let at = repo.work_dir().unwrap_or_else(|| repo.main_folder().to_owned());
    let git = repo.git_in(&at, "check-ignore").arg(place.folder.join("post-checkout"));
    Ok(git.find().map_err(HookError::from)?.is_some())
}

fn uninstall(
    installer: &Installer<'_>,
    names: &[HookName],
    mut is_any_gone: bool,
    ctx: &mut Ctx,
) -> Result<ExitCode, CliError> {
    for name in names {
        if installer.uninstall(*name)? == Uninstalled::Gone {
            is_any_gone = true;
            writeln!(ctx.out, "{name}: removed")?;
        }
    }
    if !is_any_gone {
        writeln!(ctx.out, "nothing to remove")?;
    }
    let left = HookName::ALL
        .iter()
        .any(|name| installer.status(*name).is_ok_and(|state| state.is_installed()));
    if !left {
        installer.opt_out()?;
    }
    Ok(ExitCode::Done)
}

fn status(
    installer: &Installer<'_>,
    repo: &Repository,
    ctx: &mut Ctx,
) -> Result<ExitCode, CliError> {
    let mut is_any = false;
    for name in HookName::ALL {
        let state = installer.status(name)?;
        is_any |= state.is_installed();
        let shown = |path: &std::path::Path| escape::os(path.as_os_str());
        let text = match &state {
            HookState::Missing(None) => "not installed".to_owned(),
            HookState::Missing(Some(path)) => {
                format!("not installed; another hook is in '{}'", shown(path))
            }
            HookState::File(path) => format!("installed in '{}'", shown(path)),
            HookState::Edited(path) => format!("installed in '{}', and edited", shown(path)),
            HookState::NotRun(path) => {
                format!("installed in '{}', but not executable: git ignores it", shown(path))
            }
            HookState::Damaged(path) => {
                format!("damaged in '{}': a git-ao marker is missing", shown(path))
            }
            HookState::Configured => "installed in git's configuration".to_owned(),
        };
        writeln!(ctx.out, "{name:<20}{text}")?;
    }
    is_any |= agent::status(repo, ctx)?;
    let installed = |name: &HookName| installer.status(*name).is_ok_and(|it| it.is_installed());
    let names: Vec<_> = HookName::ALL.into_iter().filter(installed).collect();
    warn_of_lacking(installer, &names, ctx)?;
    Ok(if is_any { ExitCode::Done } else { ExitCode::Refused })
}
