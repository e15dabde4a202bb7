use git_ao::ops::{Finding, FixOutcome, FixResult, Weight};
use git_ao::store::RepairMode;
use git_ao::view::json::FindingJson;

use super::ui::Style;
use super::ui::message::indented;
use super::{CliError, Ctx, ExitCode, json, launch};

/// Find problems with the setup, and suggest a fix for each
///
/// Checks git, tmux, the agents, the configuration, the hooks, the manual pages and the store, and
/// looks for worktrees, branches, files and agents that belong to no session. In each place that
/// git ao writes to, a temporary file is written and removed. Remotes are checked for settings
/// under which git fetch overwrites sessions or git push publishes private ones, and the times of
/// the newest events are compared with the clock. The exit status is 1 if a problem was found; a
/// note is not a problem.
///
/// --json prints {"version":1,"findings":[…]}, each with 'weight' (note, wrong, fixable), 'what'
/// and 'fix'; with --fix, also with 'outcome' (fixed, planned, failed, left) and 'detail'.
#[derive(clap::Args)]
pub struct Args {
    /// Fix what can be fixed in a way that can be undone, and print what was done.
    ///
    /// This runs 'git ao reconcile', and 'git worktree repair' if the repository was moved. It also
    /// makes git ignore worktrees of sessions that are inside the repository. Files that belong to
    /// no session, and git's entries for worktrees that no longer exist, are moved to ao/set-aside
    /// in the git directory. Each finding is printed as 'fixed', as 'not fixed' with the reason, or
    /// as 'left' with a command that cannot be undone or needs your decision.
    #[arg(long)]
    fix: bool,

    /// With --fix: show what would be done, without doing it.
    #[arg(long, short = 'n', requires = "fix")]
    dry_run: bool,

    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    let engine = launch::engine(&store);
    let mode = if args.dry_run { RepairMode::Plan } else { RepairMode::Repair };
    let (mut treated, untreated) = match args.fix {
        true => (engine.doctor_fix(mode)?, Vec::new()),
        false => (Vec::new(), engine.doctor()?),
    };
    treated.extend(
        untreated.into_iter().map(|finding| FixResult { finding, outcome: FixOutcome::Left }),
    );
    if args.json {
        print_json(&treated, &args, ctx)?;
    } else {
        print(&treated, &args, ctx)?;
    }
    let is_well = |treated: &FixResult| {
        treated.finding.weight == Weight::Note || matches!(treated.outcome, FixOutcome::Fixed(_))
    };
    Ok(if treated.iter().all(is_well) { ExitCode::Done } else { ExitCode::Refused })
}

fn print(all: &[FixResult], args: &Args, ctx: &mut Ctx) -> Result<(), CliError> {
    for FixResult { finding, outcome } in all {
        let Finding { weight, what, fix, .. } = finding;
        let (label, detail) = match outcome {
            FixOutcome::Fixed(how) => ("fixed", Some(how.as_str())),
            FixOutcome::Planned(how) => ("would fix", Some(how.as_str())),
            FixOutcome::Failed(why) => ("not fixed", Some(why.as_str())),
            FixOutcome::Left if args.fix && *weight != Weight::Note => ("left", finding.why_left()),
            FixOutcome::Left => (word(*weight), None),
        };
        let style = match outcome {
            FixOutcome::Fixed(_) | FixOutcome::Planned(_) => Style::Good,
            _ if *weight == Weight::Note => Style::Dim,
            _ => Style::Failed,
        };
        let label = ctx.out.paint(style, label);
        let detail = detail.map(|detail| format!(": {detail}")).unwrap_or_default();
        writeln!(ctx.out, "{label}: {}", indented(&format!("{what}{detail}")))?;
        if !matches!(outcome, FixOutcome::Fixed(_) | FixOutcome::Planned(_)) {
            writeln!(ctx.out, "  {}", indented(fix))?;
        }
    }
    if all.is_empty() {
        writeln!(ctx.out, "no problems found")?;
    }
    Ok(())
}

fn print_json(all: &[FixResult], args: &Args, ctx: &mut Ctx) -> Result<(), CliError> {
    let mut list = json::List::begin(&mut ctx.out, "findings")?;
    for result in all {
        let entry = match args.fix {
            true => FindingJson::from(result),
            false => FindingJson::from(&result.finding),
        };
        list.entry(&mut ctx.out, &entry)?;
    }
    Ok(list.end(&mut ctx.out)?)
}

fn word(weight: Weight) -> &'static str {
    match weight {
        Weight::Note => "note",
        Weight::Wrong => "wrong",
        Weight::Fixable => "fixable",
    }
}
