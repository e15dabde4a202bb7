//! Hooks in the settings of agents, beside those of git.

use git_ao::git::{Adoption, Repository};
use git_ao::hook::{AgentHooks, Installed, SettingsScope};

use crate::cli::hints::refusals;
use crate::cli::ui::escape;
use crate::cli::{CliError, Ctx};

/// The only agent whose settings can have hooks without a person's approval of each.
const CLAUDE: &str = "claude";

/// Other agents that a user may name.
const OTHERS: [&str; 4] = ["codex", "gemini", "opencode", "aider"];

/// Takes the agent from the names of hooks.
pub fn take(names: &mut Vec<String>) -> Result<bool, CliError> {
    if let Some(other) = names.iter().find(|name| OTHERS.contains(&name.as_str())) {
        return Err(refusals::no_agent_hooks(other));
    }
    let before = names.len();
    names.retain(|name| name != CLAUDE);
    Ok(names.len() < before)
}

pub fn install(repo: &Repository, scope: SettingsScope, ctx: &mut Ctx) -> Result<(), CliError> {
    let program = std::env::current_exe()
        .map_err(|error| CliError::fatal("cannot find the git-ao program").because(&error))?;
    let hooks = AgentHooks::new(repo, scope);
    let what = match hooks.install(&program)? {
        Installed::Updated => "updated",
        Installed::Already => "already installed",
        Installed::New | Installed::IntoScript | Installed::AroundHook => "installed",
    };
    let path = hooks.path()?;
    writeln!(ctx.out, "{CLAUDE}: {what} in '{}'", escape::os(path.as_os_str()))?;
    let hint = match repo.settings().adopt() {
        Adoption::Public => {
            "sessions of Claude Code in this repository are recorded from now on, and are shared by \
             the next push: ao.adopt is 'public'"
        }
        Adoption::Private | Adoption::Off => {
            "Claude Code's sessions in this repository are now recorded, as private sessions"
        }
    };
    ctx.out.hint(hint);
    Ok(())
}

/// Removes the hooks. Returns false if there were none.
pub fn uninstall(repo: &Repository, scope: SettingsScope, ctx: &mut Ctx) -> Result<bool, CliError> {
    let hooks = AgentHooks::new(repo, scope);
    // Without a worktree or a home directory, there are none.
    let is_gone = hooks.path().is_ok() && hooks.uninstall()?;
    if is_gone {
        writeln!(ctx.out, "{CLAUDE}: removed")?;
    }
    Ok(is_gone)
}

/// Says where the hooks are installed. Returns true if they are.
pub fn status(repo: &Repository, ctx: &mut Ctx) -> Result<bool, CliError> {
    let mut places = Vec::new();
    for scope in [SettingsScope::Worktree, SettingsScope::User] {
        let hooks = AgentHooks::new(repo, scope);
        // Without a worktree or a home directory, there are none.
        if hooks.path().is_ok() && hooks.is_installed()? {
            places.push(format!("'{}'", escape::os(hooks.path()?.as_os_str())));
        }
    }
    let text = match places.is_empty() {
        true => "not installed".to_owned(),
        false => format!("installed in {}", places.join(" and ")),
    };
    writeln!(ctx.out, "{CLAUDE:<20}{text}")?;
    Ok(!places.is_empty())
}
