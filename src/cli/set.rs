use git_ao::model::{Assignment, Guard, Session, check_change, check_fixed, field_changes};
use git_ao::store::{Key, Snapshot, StoreError, Visibility};

use super::ui::escape;
use super::{CliError, Ctx, ExitCode, by_hand, open};

/// Change fields of a session
///
/// A field is a key of the record: title, task, kind, status, status_reason, agent,
/// agent_session_id, branch, head, issue_id, issue_url, pr_number, pr_url, spawned_by or tags; or,
/// with a dot, agent_config.<key>, context.<key> or cost.<key>. '<field>=' clears a field.
/// 'tags=a,b' replaces all tags, 'tags+=a' adds tags and 'tags-=a' removes them.
///
/// A value under context or agent_config is stored as a number, true, false or null if it is one in
/// JSON, and as text otherwise. Quotes inside the value force text: context.version='"1"'. A number
/// keeps its text: 1.50 stays 1.50, though --json prints its value, 1.5. Whole numbers of more than
/// 64 bits are text, and so are numbers beyond the range of a 64-bit float (1e400), and 007, +5,
/// 0x10 and 1_000. cost.cost_usd is a 64-bit float and does not keep its text: 1.50 is stored as 1.5.
///
/// 'visibility=private' keeps the session in this clone from now on; it does not take back what was
/// already pushed. 'visibility=public' shares the session with the next push, but not the events of
/// its private time, nor references to sessions that are still private. Changes that others made in
/// the meantime are merged.
///
/// 'updated_at=now' corrects a time in the future that a wrong clock left behind.
///
/// All changes are a single event. If nothing changes, nothing is written. A status change follows
/// the status table: an ended session stays ended. It clears status_reason unless that is set too.
#[derive(clap::Args)]
pub struct Args {
    /// The session.
    session: String,

    /// A change: <field>=<value>.
    #[arg(required = true, value_name = "field=value")]
    changes: Vec<String>,

    /// Allow any change of status.
    #[arg(long, short)]
    force: bool,
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let (corrects_time, changes): (Vec<_>, Vec<_>) =
        args.changes.iter().map(String::as_str).partition(|change| *change == "updated_at=now");
    let (visibility, fields) = split(&changes)?;
    let parsed = fields.into_iter().map(str::parse);
    let changes: Vec<Assignment> = parsed.collect::<Result<_, _>>()?;
    let guard = by_hand::guard(args.force);
    let store = ctx.store()?;
    let key = Key::from(&open::find(&store.snapshot()?, &store, &args.session)?);
    let done = store.transaction("set", |tx| {
        let (label, mut fields) = match changes.as_slice() {
            [] => (label(&read(tx.snapshot(), &key)?), Vec::new()),
            changes => tx.update(key.clone(), |session| {
                let after = apply(changes, session, guard)?;
                let fields = changed(changes, session, &after);
                *session = after;
                Ok::<_, CliError>((label(session), fields))
            })?,
        };
        if !corrects_time.is_empty() {
            tx.touch(key.clone())?;
            fields.push("updated_at".to_owned());
        }
        if let Some(visibility) = visibility
            && tx.set_visibility(key.clone(), visibility)?
        {
            fields.push(format!("visibility: {}", visibility.name()));
        }
        let fields = fields.join(", ");
        tx.describe(fields.clone());
        Ok::<_, CliError>((label, fields))
    })?;
    let (label, fields) = done.value;
    match done.event {
        Some(_) => writeln!(ctx.out, "changed {label}: {}", escape::line(&fields))?,
        None => ctx.out.hint(&format!("{label} already has these values; nothing was written")),
    }
    Ok(ExitCode::Done)
}

/// Where the record lies is no field of it: the last `visibility=` that was typed, and the others.
fn split<'a>(typed: &[&'a str]) -> Result<(Option<Visibility>, Vec<&'a str>), CliError> {
    let (mut visibility, mut fields) = (None, Vec::new());
    for text in typed {
        match text.strip_prefix("visibility=") {
            None => fields.push(*text),
            Some("private") => visibility = Some(Visibility::Private),
            Some("public") => visibility = Some(Visibility::Public),
            Some(other) => {
                let other = escape::line(other);
                return Err(CliError::refused(format!("unknown visibility '{other}'"))
                    .hint("the visibilities are public and private"));
            }
        }
    }
    Ok((visibility, fields))
}

fn read(snapshot: &Snapshot<'_>, key: &Key) -> Result<Session, StoreError> {
    let loaded = snapshot.load(&snapshot.get(key.clone())?);
    loaded.map_err(|problem| StoreError::Corrupt { key: key.clone(), problem })
}

fn apply(changes: &[Assignment], before: &Session, guard: Guard) -> Result<Session, CliError> {
    let mut record = before.to_record();
    for change in changes {
        change.apply(&mut record)?;
    }
    check_fixed(&before.to_record(), &record)?;
    let mut after = Session::from_record(record, &before.project_id)?;
    let says_why = changes.iter().any(|change| change.field() == "status_reason");
    if after.status != before.status && !says_why {
        after.status_reason = None;
    }
    check_change(before, &after, guard)?;
    Ok(after)
}

/// The fields that were named and differ now, in the order in which they were named.
fn changed(changes: &[Assignment], before: &Session, after: &Session) -> Vec<String> {
    let differ = field_changes(&before.to_record(), &after.to_record());
    let mut fields: Vec<String> = Vec::new();
    for field in changes.iter().map(Assignment::field) {
        let below = format!("{field}.");
        let differs = differ.iter().any(|d| d.field == field || d.field.starts_with(&below));
        if differs && !fields.contains(&field) {
            fields.push(field);
        }
    }
    fields
}

/// `7b6d11f9 (Fix the flaky test)`, escaped.
fn label(session: &Session) -> String {
    format!("{} ({})", session.id.short(), escape::line(&session.display_title()))
}
