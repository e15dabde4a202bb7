use git_ao::flow::{self, FlowError, Rule, Undo, Undoing};
use git_ao::model::{FieldChange, Map, Oid, Value, field_changes};
use git_ao::store::{Shelf, Store, Undone, Version};

use super::ui::{OutError, Style, escape};
use super::{CliError, Ctx, ExitCode};

/// Take back what an event did
///
/// Makes a new event that gives the sessions back what they were before an event: the last one that
/// a person caused in this clone, or the one that is named. 'git ao log' shows them. To undo an undo
/// is to do it again.
///
/// What was changed later stays. Where a field was changed by the event and again since, nothing is
/// undone and the fields are named; --force undoes them all the same. A merge is not undone: name an
/// event in it. An event that changed who sees a session is not undone either; 'git ao set' does that.
/// What the program had noted by itself is undone but for what it says of the world: status, head,
/// placements, and the agent's own id.
///
/// Only records are changed. Where a worktree, a branch or an agent is not what the record says then,
/// the command that would bring it back, or remove it, is printed.
///
/// A session that would be deleted by this, as an undone spawn does it, must have ended, and no agent
/// may lose its session.
#[derive(clap::Args)]
pub struct Args {
    /// The event: the id of a commit, as 'git ao log' prints it.
    event: Option<String>,

    /// Undo it although something was changed again since, or a session has not ended.
    #[arg(long, short)]
    force: bool,

    /// Only show what would change.
    #[arg(long)]
    dry_run: bool,
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    let event = args.event.as_deref().map(|text| event(&store, text)).transpose()?;
    let rule = if args.force { Rule::Anything } else { Rule::Table };
    let wish = Undo { event, rule };
    let done = match args.dry_run {
        true => flow::undo_plan(&store, &wish)?,
        false => flow::undo(&store, &wish)?.value,
    };
    let subject = escape::line(&done.event.message.subject);
    let id = done.event.id.short();
    if done.records.is_empty() {
        ctx.out.hint(&format!("nothing is left of {id} ({subject}); nothing was written"));
        return Ok(ExitCode::Done);
    }
    let verb = if args.dry_run { "would undo" } else { "undid" };
    writeln!(ctx.out, "{verb} {id} {subject}")?;
    for record in &done.records {
        print(record, ctx)?;
    }
    if !args.dry_run {
        tell_left(&done, &store, ctx)?;
    }
    Ok(ExitCode::Done)
}

fn event(store: &Store, text: &str) -> Result<Oid, CliError> {
    let wanted = format!("{text}^{{commit}}");
    let git = store.repository().git("rev-parse");
    let found = git
        .args(["--verify", "--quiet", "--end-of-options", &wanted])
        .find()
        .map_err(FlowError::from)?;
    let id = found.and_then(|output| output.text().trim().parse().ok());
    id.ok_or_else(|| {
        CliError::refused(format!("'{}' is not an event", escape::line(text)))
            .hint("git ao log shows the events")
    })
}

/// A heading, and below it `-field: before` and `+field: after`.
fn print(record: &Undone, ctx: &mut Ctx) -> Result<(), OutError> {
    let what = match (&record.before, &record.after) {
        (None, Some(_)) => "comes back",
        (Some(_), None) => "is deleted",
        (Some(before), Some(after)) if before.location.shelf != after.location.shelf => {
            match after.location.shelf {
                Shelf::Active => "is unarchived",
                Shelf::Archived => "is archived",
            }
        }
        _ => "changes",
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

/// What the event did outside the store.
fn tell_left(done: &Undoing, store: &Store, ctx: &mut Ctx) -> Result<(), CliError> {
    let mut lines = Vec::new();
    for record in &done.records {
        for (what, command) in flow::undo_leaves(store, record)? {
            lines.push(format!("  {what}: {}", escape::line(&command)));
        }
    }
    if !lines.is_empty() {
        let more = if lines.len() > 20 { "\n  …" } else { "" };
        lines.truncate(20);
        let lines = lines.join("\n");
        ctx.out.hint(&format!("what is outside the records stays as it is:\n{lines}{more}"));
    }
    Ok(())
}

/// The hint for what only an undo runs into.
pub fn hint(error: &FlowError) -> Option<String> {
    use git_ao::store::UndoError;
    match error {
        FlowError::NothingToUndo => Some("git ao log shows all events".to_owned()),
        FlowError::Undo(UndoError::Conflicts { fields, .. }) => {
            let line = |(id, field): &(git_ao::model::SessionId, String)| {
                format!("  {} {}", id.short(), escape::line(field))
            };
            let lines: Vec<_> = fields.iter().take(20).map(line).collect();
            Some(format!("{}\n--force undoes it all the same", lines.join("\n")))
        }
        FlowError::Undo(UndoError::Merge(_)) => {
            Some("undo an event that it brought: git ao log --graph shows them".to_owned())
        }
        FlowError::Undo(UndoError::Visibility { id, .. }) => {
            Some(format!("git ao set {} visibility=private (or public)", id.short()))
        }
        FlowError::Undo(UndoError::Unknown(_)) => Some("git ao log shows the events".to_owned()),
        _ => None,
    }
}
