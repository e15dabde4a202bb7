use git_ao::agent::{Action, IdSource, Mode};
use git_ao::model::error_chain;
use git_ao::ops::AgentReport;
use serde_json::{Value, json};

use super::error::summary;
use super::ui::{Cell, Column, Style, Table};
use super::{CliError, Ctx, ExitCode, json, launch};

/// List the agents and what each of them supports
///
/// Lists the built-in agents and those of git's configuration (ao.agent.<name>.command), with the
/// version of each installed one. 'resume' means that the agent can continue one of its
/// conversations, 'fork' that it can start from a copy of one. 'id' says whether git ao gives a
/// conversation its id, or learns the id from the agent.
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
            list.entry(&mut ctx.out, &as_json(report))?;
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

fn as_json(report: &AgentReport) -> Value {
    let word = |(action, mode): &(Action, Mode)| {
        let action = match action {
            Action::Launch => "launch",
            Action::Resume => "resume",
            Action::Fork => "fork",
        };
        let mode = match mode {
            Mode::Interactive => "interactive",
            Mode::Headless => "headless",
        };
        format!("{action}:{mode}")
    };
    let mut value = json!({
        "name": report.name,
        "command": report.command,
        "program": report.program.as_ref().map(|path| path.to_string_lossy()),
        "id": id(report.id),
        "can": report.abilities.iter().map(word).collect::<Vec<_>>(),
    });
    match &report.version {
        Some(Ok(version)) => value["agent_version"] = version.as_str().into(),
        Some(Err(error)) => value["error"] = error_chain(error).into(),
        None => {}
    }
    if let Some(problem) = &report.problem {
        value["error"] = error_chain(problem).into();
    }
    value
}
