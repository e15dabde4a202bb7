use git_ao::flow::{Finding, Weight, examine, reconcile};
use serde_json::json;

use super::ui::{Style, escape};
use super::{CliError, Ctx, ExitCode, json};

/// Check the whole setup, with a fix for each finding
///
/// Looks at git, tmux, the agents, the configuration, the store, and at worktrees and branches that
/// no session knows. Ends with 1 when something is wrong; a note is nothing wrong.
///
/// --json prints {"version":1,"findings":[…]}, each with 'weight' (note, wrong, fixable), 'what' and
/// 'fix'.
#[derive(clap::Args)]
pub struct Args {
    /// Put right what is fixable: what 'git ao reconcile' does.
    #[arg(long)]
    fix: bool,

    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    if args.fix {
        reconcile(&store)?;
    }
    let findings = examine(&store, ctx.env.os("PATH").unwrap_or_default())?;
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
            let (what, fix) = (escape::line(what), escape::line(fix));
            writeln!(ctx.out, "{word}: {what}\n  {fix}")?;
        }
        if findings.is_empty() {
            writeln!(ctx.out, "all is well")?;
        }
    }
    let is_well = findings.iter().all(|finding| finding.weight == Weight::Note);
    Ok(if is_well { ExitCode::Done } else { ExitCode::Refused })
}

fn word(weight: Weight) -> &'static str {
    match weight {
        Weight::Note => "note",
        Weight::Wrong => "wrong",
        Weight::Fixable => "fixable",
    }
}
