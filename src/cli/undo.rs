use git_ao::model::{FieldChange, Map, Oid, Value, field_changes};
use git_ao::ops::{Checks, Engine, OpsError, Undo, Undoing};
use git_ao::store::{Store, Undone, Version};

use super::hints::refusals;
use super::ui::{OutError, Style, escape};
use super::{CliError, Ctx, ExitCode, json, launch};
use git_ao::view::LocalPlacements;
use git_ao::view::json::{LeftJson, UndoneJson};

/// Undo the last change to sessions, or a given one
///
/// Creates a new event that restores the sessions to their state before the given event. Default:
/// the last event that a person caused in this clone. 'git ao log' lists the events. Undoing an
/// undo redoes the change.
///
/// A command that changes public and private sessions together makes two events; both are undone,
/// whichever is given. If the last public and the last private change come from two commands in the
/// same second, both are named and nothing is undone.
///
/// Later changes are kept. If a field was changed by the event and again since, nothing is undone
/// and the fields are named; --force overrides this. A merge cannot be undone: name one of the
/// events in it. Nor can a change of visibility: use 'git ao set'. Of events that git ao recorded
/// by itself, the observed state is kept: status, head, placements, and the agent's own id.
///
/// Only records are changed. If a worktree, a branch or an agent no longer matches its record, the
/// command that brings it back or removes it is printed.
///
/// Undoing a spawn deletes the session. This requires that the session has ended and that no agent
/// is running in it.
///
/// --json prints {"version":1,"undo":{…}} with 'event', 'other_event' (null unless the change has
/// two), 'dry_run', 'sessions' and 'left'. Each session has 'id', 'project_id', 'change' (restored,
/// deleted, archived, unarchived, changed), 'before' and 'after'. Each entry of 'left', which
/// remains to be done, has 'what' and 'command'.
#[derive(clap::Args)]
pub struct Args {
    /// The event: a commit id, as 'git ao log' prints it.
    event: Option<String>,

    /// Undo even if a field was changed again since, or a session has not ended.
    #[arg(long, short)]
    force: bool,

    /// Show what would change, without changing it.
    #[arg(long, short = 'n')]
    dry_run: bool,

    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    if store.snapshot()?.tips().next().is_none() {
        let refused = CliError::refused("nothing to undo: there are no events yet");
        return Err(refusals::no_events(refused));
    }
    let event = args.event.as_deref().map(|text| event(&store, text)).transpose()?;
    let checks = if args.force { Checks::Skip } else { Checks::All };
    let mut wish = Undo::default().checks(checks);
    wish.event = event;
    let engine = launch::engine(&store);
    let done = match args.dry_run {
        true => engine.undo_plan(&wish)?,
        false => engine.undo(&wish)?.value,
    };
    let subject = escape::line(&done.event.message.subject);
    let id = done.event.id.short();
    if args.json {
        print_json(&done, &args, &engine, ctx)?;
    }
    if done.records.is_empty() {
        ctx.out.hint(&format!(
            "the changes of {id} ({subject}) are already undone; nothing was written"
        ));
        return Ok(ExitCode::Done);
    }
    if args.json {
        return Ok(ExitCode::Done);
    }
    let verb = if args.dry_run { "would undo" } else { "undid" };
    writeln!(ctx.out, "{verb} {id} {subject}")?;
    if let Some(other) = &done.other {
        let subject = escape::line(&other.message.subject);
        writeln!(ctx.out, "{verb} {} {subject}", other.id.short())?;
    }
    for record in &done.records {
        print(record, ctx)?;
    }
    if !args.dry_run {
        tell_left(&done, &engine, ctx)?;
    }
    Ok(ExitCode::Done)
}

fn event(store: &Store, text: &str) -> Result<Oid, CliError> {
    let id = store.repository().find_commit(text).map_err(OpsError::from)?;
    id.ok_or_else(|| refusals::not_an_event(text))
}

fn print_json(done: &Undoing, args: &Args, engine: &Engine, ctx: &mut Ctx) -> Result<(), CliError> {
    let here = LocalPlacements::of(engine.store());
    let undone = if args.dry_run {
        UndoneJson::planned(done, &here)
    } else {
        let mut left = Vec::new();
        for record in &done.records {
            let more = engine.undo_leaves(record)?.into_iter();
            left.extend(more.map(|(what, command)| LeftJson::new(what, command)));
        }
        UndoneJson::new(done, left, &here)
    };
    Ok(json::print_one(&mut ctx.out, "undo", &undone)?)
}

/// Prints a heading, and below it `-field: before` and `+field: after`.
fn print(record: &Undone, ctx: &mut Ctx) -> Result<(), OutError> {
    let what = match record.change() {
        "changed" => "changes".to_owned(),
        change => format!("is {change}"),
    };
    let version = record.after.as_ref().or(record.before.as_ref());
    let title = version.and_then(|it| it.session.as_ref()).map(|session| session.display_title());
    let title = title.map(|title| format!(" ({})", escape::line(&title))).unwrap_or_default();
    let heading = ctx.out.paint(Style::Title, &record.key.id.short());
    writeln!(ctx.out, "{heading}{title} {what}")?;
    let (Some(before), Some(after)) = (&record.before, &record.after) else { return Ok(()) };
    for FieldChange { field, before, after } in field_changes(&map(before), &map(after)) {
        let field = escape::line(&field);
        let shown = |value: &Value| escape::line(&value.label()).into_owned();
        if let Some(value) = &before {
            writeln!(ctx.out, "  -{field}: {}", shown(value))?;
        }
        if let Some(value) = &after {
            writeln!(ctx.out, "  +{field}: {}", shown(value))?;
        }
    }
    Ok(())
}

fn map(version: &Version) -> Map {
    version.session.as_ref().map(|session| session.to_record()).unwrap_or_default()
}

/// Prints the effects of the event outside the store.
fn tell_left(done: &Undoing, engine: &Engine, ctx: &mut Ctx) -> Result<(), CliError> {
    let mut lines = Vec::new();
    for record in &done.records {
        for (what, command) in engine.undo_leaves(record)? {
            lines.push(format!("  {what}: {}", escape::line(&command)));
        }
    }
    if !lines.is_empty() {
        let more = if lines.len() > 20 { "\n  …" } else { "" };
        lines.truncate(20);
        let lines = lines.join("\n");
        ctx.out.hint(&format!("only records were changed; to change the rest:\n{lines}{more}"));
    }
    Ok(())
}
