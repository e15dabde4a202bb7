use std::io::IsTerminal as _;
use std::path::Path;

use git_ao::model::{Guard, Map, Project, Session, check_change, field_changes, merge};
use git_ao::store::{Key, RecordProblem, Shelf, Store, StoreError, parse_record, render_record};

use super::editor::Draft;
use super::ui::{escape, message};
use super::{CliError, Ctx, ExitCode, edit_errors, open};

/// Edit a session's record in your editor
///
/// Opens the record as YAML in git's editor (GIT_EDITOR, core.editor, VISUAL, EDITOR), and saves it
/// if it is valid and has changed. Changes that others made in the meantime are merged. If both
/// sides changed the same field, nothing is written, and your text is kept in a file.
#[derive(clap::Args)]
pub struct Args {
    /// The session.
    session: String,

    /// Allow any change of status.
    #[arg(long, short)]
    force: bool,
}

const NAME: &str = "AO_EDIT.yaml";

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    let guard = edit_errors::guard(args.force);
    let snapshot = store.snapshot()?;
    let entry = open::find(&snapshot, &store, &args.session)?;
    let key = Key::from(&entry.location);
    if entry.location.shelf == Shelf::Archived {
        return Err(StoreError::Archived(key).into());
    }
    let before = snapshot
        .load(&entry)
        .map_err(|problem| StoreError::Corrupt { key: key.clone(), problem })?;
    let text = render(&before)?;
    let draft = Draft::new(store.repository(), NAME, &text)?;

    let after = loop {
        let edited = draft.edit(store.repository())?;
        if edited.trim().is_empty() || edited == text {
            let why = if edited == text { "the text was not changed" } else { "the text is empty" };
            return Err(CliError::refused(format!("{why}; the record was not changed")));
        }
        match read(&edited, &before, guard) {
            Ok(after) => break after,
            Err(error) if !is_terminal() => return Err(kept(error, &draft.keep())),
            Err(error) => {
                error.print();
                if !is_to_go_on() {
                    let error = CliError::refused("the record was not changed");
                    return Err(kept(error, &draft.keep()));
                }
            }
        }
    };
    match write(&store, &key, &before, &after, guard) {
        Ok(fields) if fields.is_empty() => {
            ctx.out.hint("the record has the same contents as before; nothing was written");
        }
        Ok(fields) => {
            let title = escape::line(&after.display_title()).into_owned();
            let fields = escape::line(&fields).into_owned();
            writeln!(ctx.out, "changed {} ({title}): {fields}", before.id.short())?;
        }
        Err(error) => return Err(kept(error, &draft.keep())),
    }
    Ok(ExitCode::Done)
}

fn render(session: &Session) -> Result<String, StoreError> {
    let (key, id) = (Key::from(session.id), session.id);
    let text = render_record(&session.to_record());
    let text = text.map_err(|problem| StoreError::Corrupt { key, problem })?;
    let note = format!(
        "# Session {}. To change nothing, leave the file unchanged or empty it.\n",
        id.short()
    );
    Ok(note + &text)
}

fn read(text: &str, before: &Session, guard: Guard) -> Result<Session, CliError> {
    let after = parse(text, &before.project_id)
        .map_err(|problem| CliError::refused(format!("invalid record: {problem}")))?;
    check_change(before, &after, guard)?;
    Ok(after)
}

fn parse(text: &str, project: &Project) -> Result<Session, RecordProblem> {
    let record: Map = parse_record(text.as_bytes())?;
    Ok(Session::from_record(record, project)?)
}

/// Writes what was changed onto the record as it is now; returns the fields.
fn write(
    store: &Store,
    key: &Key,
    before: &Session,
    after: &Session,
    guard: Guard,
) -> Result<String, CliError> {
    let (base, edited) = (before.to_record(), after.to_record());
    let done = store.transaction("edit", |tx| {
        let fields = tx.update(key.clone(), |session| {
            let now = session.to_record();
            let merged = merge(Some(&base), &edited, &now);
            if !merged.conflicts.is_empty() {
                let fields = merged.conflicts.join("', '");
                return Err(CliError::refused(format!(
                    "'{fields}' was changed by another process in the meantime"
                )));
            }
            let merged = Session::from_record(merged.record, &session.project_id)?;
            let fields = field_changes(&now, &merged.to_record());
            check_status(session, &merged, guard)?;
            *session = merged;
            Ok(fields.into_iter().map(|change| change.field).collect::<Vec<_>>().join(", "))
        })?;
        tx.describe(fields.clone());
        Ok::<_, CliError>(fields)
    })?;
    Ok(done.value)
}

/// The record may have come to its end while it was edited.
fn check_status(now: &Session, merged: &Session, guard: Guard) -> Result<(), CliError> {
    let with_status = Session { status: merged.status.clone(), ..now.clone() };
    Ok(check_change(now, &with_status, guard)?)
}

fn is_terminal() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks whether to go on editing.
fn is_to_go_on() -> bool {
    message::print("edit again? [Y/n] ");
    let mut answer = String::new();
    let read = std::io::stdin().read_line(&mut answer);
    read.is_ok_and(|bytes| bytes > 0) && matches!(answer.trim(), "" | "y" | "Y" | "yes")
}

fn kept(error: CliError, path: &Path) -> CliError {
    error.hint(format!("your text was saved in '{}'", escape::os(path.as_os_str())))
}
