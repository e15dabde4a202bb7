use std::io::IsTerminal as _;

use git_ao::model::{Guard, Map, Project, Session, check_change};
use git_ao::store::{Key, RecordProblem, Shelf, StoreError, parse_record, render_record};

use super::editor::Draft;
use super::hints::{record, refusals};
use super::ui::{escape, message};
use super::{CliError, Ctx, ExitCode, force, launch, open};

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
    let guard = force::guard(args.force);
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
            Err(error) if !is_terminal() => return Err(refusals::saved(error, &draft.keep())),
            Err(error) => {
                error.print();
                if !is_to_go_on() {
                    let error = CliError::refused("the record was not changed");
                    return Err(refusals::saved(error, &draft.keep()));
                }
            }
        }
    };
    match launch::engine(&store).edit(&key, (&before, &after), guard) {
        Ok(done) if done.value.fields.is_empty() => {
            ctx.out.hint("the record has the same contents as before; nothing was written");
        }
        Ok(done) => {
            let title = escape::line(&after.display_title()).into_owned();
            let fields = escape::line(&done.value.fields.join(", ")).into_owned();
            writeln!(ctx.out, "changed {} ({title}): {fields}", before.id.short())?;
        }
        Err(error) => {
            let error = record::not_edited(error, before.id);
            return Err(refusals::saved(error, &draft.keep()));
        }
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
    check_change(before, &after, guard).map_err(|error| record::not_allowed(error, before.id))?;
    Ok(after)
}

fn parse(text: &str, project: &Project) -> Result<Session, RecordProblem> {
    let record: Map = parse_record(text.as_bytes())?;
    Ok(Session::from_record(record, project)?)
}

fn is_terminal() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks whether to edit again.
fn is_to_go_on() -> bool {
    message::print("edit again? [Y/n] ");
    let mut answer = String::new();
    let read = std::io::stdin().read_line(&mut answer);
    read.is_ok_and(|bytes| bytes > 0) && matches!(answer.trim(), "" | "y" | "Y" | "yes")
}
