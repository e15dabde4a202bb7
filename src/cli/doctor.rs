use git_ao::flow::{Finding, Weight, examine, mend};
use git_ao::hook::{Edits, HookName, Installer, State, Way};
use git_ao::model::error_chain;
use git_ao::store::Store;
use serde_json::json;

use super::ui::Style;
use super::ui::message::indented;
use super::{CliError, Ctx, ExitCode, json, man};

/// Find problems with the setup, and suggest a fix for each
///
/// Checks git, tmux, the agents, the configuration, the hooks, the manual pages and the store, and
/// looks for worktrees, branches, files and agents that belong to no session. A temporary file is
/// written in each place that git ao writes to, and removed. Remotes are checked for settings under
/// which git fetch overwrites sessions or git push publishes private ones, and the times of the newest
/// events are compared with the clock. The exit status is 1 if a problem was
/// found; a note is not a problem.
///
/// --json prints {"version":1,"findings":[…]}, each with 'weight' (note, wrong, fixable), 'what'
/// and 'fix'.
#[derive(clap::Args)]
pub struct Args {
    /// Fix what can be fixed safely.
    ///
    /// This runs 'git ao reconcile', and 'git worktree repair' if the repository was moved. It also
    /// removes files that belong to no session, and git's records of worktrees that no longer
    /// exist, and makes git ignore worktrees of sessions that are inside the repository.
    #[arg(long)]
    fix: bool,

    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    if args.fix {
        mend(&store)?;
    }
    let mut findings = examine(&store, ctx.env.os("PATH").unwrap_or_default())?;
    findings.extend(hooks(&store));
    findings.extend(man::finding(&ctx.env));
    if args.json {
        let mut list = json::List::begin(&mut ctx.out, "findings")?;
        for Finding { weight, what, fix } in &findings {
            let entry = json!({ "weight": word(*weight), "what": what, "fix": fix });
            list.entry(&mut ctx.out, &entry)?;
        }
        list.end(&mut ctx.out)?;
    } else {
        for Finding { weight, what, fix } in &findings {
            let style = if *weight == Weight::Note { Style::Dim } else { Style::Failed };
            let word = ctx.out.paint(style, word(*weight));
            let (what, fix) = (indented(what), indented(fix));
            writeln!(ctx.out, "{word}: {what}\n  {fix}")?;
        }
        if findings.is_empty() {
            writeln!(ctx.out, "no problems found")?;
        }
    }
    let is_well = findings.iter().all(|finding| finding.weight == Weight::Note);
    Ok(if is_well { ExitCode::Done } else { ExitCode::Refused })
}

/// Hooks that are not installed, or not as they were written.
fn hooks(store: &Store) -> Vec<Finding> {
    let installer = Installer::new(store.repository(), Way::File, Edits::Keep);
    let look = |name: HookName| {
        let install = format!("git ao hooks install {name}");
        match installer.status(name) {
            Ok(State::File(_)) => {
                let path = installer.lacking(name).ok()?.into_iter().next()?;
                Some(Finding::note(
                    format!("the hook {name} is not installed in '{}'", path.display()),
                    format!("git -C '{}' ao hooks install {name}", path.display()),
                ))
            }
            Ok(State::Configured) => None,
            // The others are for those who ask for them.
            Ok(State::Missing(_)) if name != HookName::PostCheckout => None,
            Ok(State::Missing(_)) => Some(Finding::note(
                "the hook post-checkout is not installed: 'git switch' is not recorded immediately",
                install,
            )),
            Ok(State::Edited(path)) => Some(Finding::note(
                format!("git-ao's part of '{}' was edited", path.display()),
                format!("{install} --force writes it anew"),
            )),
            Ok(State::NotRun(path)) => Some(Finding::wrong(
                format!("git ignores '{}': it is not executable", path.display()),
                install,
            )),
            Ok(State::Damaged(path)) => Some(Finding::wrong(
                format!("a git-ao marker is missing in '{}'", path.display()),
                "remove the rest of git-ao's part by hand, then run: git ao hooks install",
            )),
            Err(error) => Some(Finding::wrong(
                format!("hook {name}: {}", error_chain(&error)),
                "git ao hooks status",
            )),
        }
    };
    HookName::ALL.into_iter().filter_map(look).collect()
}

fn word(weight: Weight) -> &'static str {
    match weight {
        Weight::Note => "note",
        Weight::Wrong => "wrong",
        Weight::Fixable => "fixable",
    }
}
