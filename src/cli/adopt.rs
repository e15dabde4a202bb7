use git_ao::git::Adoption;
use git_ao::import::SkipReason;
use git_ao::ops::{AdoptRequest, Adoptable, ImportOutcome, ImportReport};
use git_ao::store::Visibility;
use git_ao::view::age;
use git_ao::view::json::{AdoptableJson, ImportedJson};

use super::hints::refusals;
use super::ui::{Cell, Column, Style, Table, escape};
use super::{CliError, Ctx, ExitCode, json, launch};

/// Make sessions of conversations that began without git ao
///
/// Adopts conversations with agents that were started by hand in this repository or in one of its
/// worktrees: with --all, every one; otherwise those whose ids, as the agent names them, are given.
/// --list shows them. Each becomes a session with its agent, title, branch, worktree and
/// transcript. Nothing is moved or restarted.
///
/// A session whose agent is still running appears in 'git ao status' and 'git ao wait' like any
/// other, as far as its agent reports what it is doing. It is not supervised: there are no
/// notifications, 'git ao reconcile' notices its end, and 'git ao send' and 'git ao attach' cannot
/// reach it. Only Claude Code tells which of its conversations are running.
///
/// Adopted sessions are private, unless --public is given or ao.adopt is 'public'.
///
/// With 'git ao hooks install claude', Claude Code records its sessions in this repository itself.
///
/// --json prints what 'git ao import' prints; with --list, {"version":1,"conversations":[…]}, each
/// with 'agent', 'id', 'title', 'workspace', 'updated_at', 'running' and 'messages'.
#[derive(clap::Args)]
pub struct Args {
    /// The agent's ids of the conversations, or the beginnings of these ids.
    #[arg(value_name = "id")]
    ids: Vec<String>,

    /// Adopt all conversations in this repository.
    #[arg(long, conflicts_with = "ids")]
    all: bool,

    /// Show the conversations that can be adopted.
    #[arg(long, short, conflicts_with_all = ["all", "public"])]
    list: bool,

    /// Consider only conversations with this agent.
    #[arg(long, value_name = "name")]
    agent: Option<String>,

    /// Make new sessions public: the next push shares them.
    #[arg(long)]
    public: bool,

    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    if args.ids.is_empty() && !args.all && !args.list {
        return Err(refusals::nothing_to_adopt());
    }
    let store = ctx.store()?;
    let engine = launch::engine(&store);
    let is_public = args.public || store.repository().settings().adopt() == Adoption::Public;
    let visibility = if is_public { Visibility::Public } else { Visibility::Private };
    let mut request = AdoptRequest::default().visibility(visibility);
    request.agent.clone_from(&args.agent);
    request.conversations.clone_from(&args.ids);
    if args.list {
        let found = engine.adoptable(&request)?;
        return list(&found, args.json, ctx);
    }
    let report = engine.adopt(&request)?;
    if args.json {
        let mut list = json::List::begin(&mut ctx.out, "sessions")?;
        for found in &report.sessions {
            list.entry(&mut ctx.out, &ImportedJson::from(found))?;
        }
        list.end(&mut ctx.out)?;
    } else {
        print(&report, ctx)?;
    }
    let is_whole = report.skipped.iter().all(|it| it.reason == SkipReason::Ignored);
    Ok(if is_whole { ExitCode::Done } else { ExitCode::Refused })
}

fn print(report: &ImportReport, ctx: &mut Ctx) -> Result<(), CliError> {
    let mut count = 0;
    for found in &report.sessions {
        let (word, why) = match &found.outcome {
            ImportOutcome::New => ("adopted", None),
            ImportOutcome::Updated => ("updated", None),
            ImportOutcome::Unchanged => continue,
            ImportOutcome::Kept(why) => ("kept", Some(why)),
        };
        count += 1;
        let id = ctx.out.paint(Style::Id, &found.session.id.short());
        let title = escape::line(&found.session.display_title()).into_owned();
        let runs = if found.is_running() { ", running" } else { "" };
        let why = why.map(|why| format!(": {}", escape::line(why))).unwrap_or_default();
        writeln!(ctx.out, "{word} {id} ({title}){runs}{why}")?;
    }
    for skipped in report.skipped.iter().filter(|it| it.reason == SkipReason::Unreadable) {
        let file = escape::os(skipped.file.as_os_str());
        ctx.out.error(&format!("cannot read '{file}': {}", escape::line(&skipped.why)));
    }
    if count == 0 {
        ctx.out.text("nothing to adopt\n")?;
    }
    Ok(())
}

fn list(found: &[Adoptable], as_json: bool, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    if as_json {
        let mut list = json::List::begin(&mut ctx.out, "conversations")?;
        for found in found {
            list.entry(&mut ctx.out, &AdoptableJson::from(found))?;
        }
        list.end(&mut ctx.out)?;
        return Ok(ExitCode::Done);
    }
    let mut table = Table::new([
        Column::left("AGENT"),
        Column::left("CONVERSATION"),
        Column::right("AGE"),
        Column::left("STATE"),
        Column::right("MESSAGES"),
        Column::left("TITLE"),
    ]);
    for found in found {
        let it = AdoptableJson::from(found);
        let state = if it.running { ("running", Style::Good) } else { ("-", Style::Dim) };
        table.row([
            Cell::plain(&it.agent),
            Cell::new(Style::Id, &it.id),
            Cell::plain(&age(it.updated_at, ctx.now)),
            Cell::new(state.1, state.0),
            Cell::plain(&it.messages.to_string()),
            Cell::plain(&it.title),
        ]);
    }
    for line in table.lines(&ctx.out) {
        ctx.out.text(&line)?;
    }
    if let Some(first) = found.first().filter(|_| ctx.out.is_terminal()) {
        let id = first.session.agent_session_id.clone().unwrap_or_default();
        ctx.out.hint(&format!("to adopt one: git ao adopt {id}"));
    }
    Ok(ExitCode::Done)
}
