use git_ao::agent::{Action, IdSource, Mode};
use git_ao::ops::AgentReport;
use git_ao::view::json::AgentJson;

use super::error::summary;
use super::ui::{Cell, Column, Style, Table};
use super::{CliError, Ctx, ExitCode, json, launch};

/// List the agents and what each of them supports
///
/// Lists the built-in agents and those of git's configuration (ao.agent.<name>.command), with the
/// version of each installed one. 'resume' means that the agent can continue one of its
/// conversations, 'fork' that it can start from a copy of one. 'id' says whether git ao assigns the
/// id of a conversation or learns it from the agent.
///
/// --json prints {"version":1,"agents":[…]}. Each agent has 'name', 'command', 'program' (null if
/// it is not found), 'agent_version' or 'error' (also if its configuration is invalid), 'id'
/// ('given', 'learned' or 'unknown') and 'can': a list of 'launch', 'resume' and 'fork', each
/// followed by a colon and 'interactive' or 'headless'.
#[derive(clap::Args)]
pub struct Args {
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    let reports = launch::engine(&store).agent_reports();
    if args.json {
        let mut list = json::List::begin(&mut ctx.out, "agents")?;
        for report in &reports {
            list.entry(&mut ctx.out, &AgentJson::from(report))?;
        }
        list.end(&mut ctx.out)?;
        return Ok(ExitCode::Done);
    }
    print(&reports, ctx)?;
    if reports.iter().all(|report| report.program.is_none()) {
        ctx.out.hint("install one of them, or use any command as an agent:\n  git config ao.agent.<name>.command '<program> {prompt}'");
    }
    Ok(ExitCode::Done)
}

fn print(reports: &[AgentReport], ctx: &mut Ctx) -> Result<(), CliError> {
    let mut table = Table::new([
        Column::left("AGENT"),
        Column::left("ID"),
        Column::left("RESUME"),
        Column::left("FORK"),
        Column::left("VERSION"),
    ]);
    for report in reports {
        let style = if report.program.is_some() { Style::Plain } else { Style::Dim };
        let (found, text) = match (&report.problem, &report.version) {
            (Some(problem), _) => (Style::Failed, summary(problem)),
            (None, Some(Ok(version))) => (Style::Good, version.clone()),
            (None, Some(Err(error))) => {
                (Style::Failed, format!("installed, but {}", summary(error)))
            }
            (None, None) if report.command.is_empty() => (Style::Dim, "needs a command".to_owned()),
            (None, None) => (Style::Dim, format!("'{}' not found", report.command)),
        };
        table.row([
            Cell::new(style, &report.name),
            Cell::new(style, id(report.id)),
            Cell::new(style, modes(report, Action::Resume)),
            Cell::new(style, modes(report, Action::Fork)),
            Cell::new(found, &text),
        ]);
    }
    Ok(table.print(&mut ctx.out)?)
}

fn modes(report: &AgentReport, action: Action) -> &'static str {
    match (report.can(action, Mode::Interactive), report.can(action, Mode::Headless)) {
        (true, true) => "yes",
        (true, false) => "interactive",
        (false, true) => "headless",
        (false, false) => "-",
    }
}

fn id(source: IdSource) -> &'static str {
    match source {
        IdSource::Given => "given",
        IdSource::Learned => "learned",
        IdSource::Unknown => "unknown",
    }
}
