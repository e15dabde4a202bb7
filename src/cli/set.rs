use git_ao::model::{Assignment, Session};
use git_ao::ops::{SetRequest, UpdateTime};
use git_ao::store::{Key, Visibility};

use super::hints::{record, refusals};
use super::ui::escape;
use super::{CliError, Ctx, ExitCode, force, launch, open, unshared};

/// Change fields of a session
///
/// A field is a key of the record: title, task, kind, status, status_reason, agent,
/// agent_session_id, branch, head, folder, issue_id, issue_url, pr_number, pr_url, spawned_by or
/// tags; or, with a dot, agent_config.<key>, context.<key> or cost.<key>. '<field>=' clears a
/// field. 'tags=a,b' replaces all tags, 'tags+=a' adds tags and 'tags-=a' removes them.
///
/// A value under context or agent_config is stored as a number, true, false or null if it is one in
/// JSON, and as text otherwise. Quotes inside the value force text: context.version='"1"'. A number
/// keeps its text: 1.50 stays 1.50, though --json prints its value, 1.5. Whole numbers of more than
/// 64 bits are text, and so are numbers beyond the range of a 64-bit float (1e400), and 007, +5,
/// 0x10 and 1_000. cost.cost_usd is a 64-bit float and does not keep its text: 1.50 is stored as
/// 1.5.
///
/// 'visibility=private' keeps the session in this clone from now on; it does not take back what was
/// already pushed, except for transcripts, which are withdrawn. 'visibility=public' shares the
/// session with the next push, but not the events of its private time, nor references to sessions
/// that are still private. Changes that others made in the meantime are merged.
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

    /// Allow any change of status, and a folder that does not exist.
    #[arg(long, short)]
    force: bool,
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let request = parse(&args.changes)?;
    let guard = force::guard(args.force);
    let store = ctx.store()?;
    let key = Key::from(&open::find(&store.snapshot()?, &store, &args.session)?);
    let engine = launch::engine(&store);
    let done = engine.set(&key, &request, guard).map_err(|error| record::not_set(error, key.id))?;
    let label = label(&done.value.session);
    match done.event {
        Some(_) => {
            let fields = done.value.fields.join(", ");
            writeln!(ctx.out, "changed {label}: {}", escape::line(&fields))?;
        }
        None => ctx.out.hint(&format!("{label} already has these values; nothing was written")),
    }
    if request.visibility == Some(Visibility::Private) {
        unshared::withdraw(ctx, &engine, (key.id, Some(&done.value.session)))?;
    }
    Ok(ExitCode::Done)
}

fn parse(typed: &[String]) -> Result<SetRequest, CliError> {
    let (now, typed): (Vec<_>, Vec<_>) =
        typed.iter().map(String::as_str).partition(|change| *change == "updated_at=now");
    let updated_at = if now.is_empty() { UpdateTime::Follows } else { UpdateTime::Now };
    let (visibility, fields) = split(&typed)?;
    let fields = fields.into_iter().map(str::parse).collect::<Result<Vec<Assignment>, _>>()?;
    let mut request = SetRequest::new(fields).updated_at(updated_at);
    request.visibility = visibility;
    Ok(request)
}

/// Splits off the last `visibility=`, which is not a field of the record.
fn split<'a>(typed: &[&'a str]) -> Result<(Option<Visibility>, Vec<&'a str>), CliError> {
    let (mut visibility, mut fields) = (None, Vec::new());
    for text in typed {
        match text.strip_prefix("visibility=") {
            None => fields.push(*text),
            Some("private") => visibility = Some(Visibility::Private),
            Some("public") => visibility = Some(Visibility::Public),
            Some(other) => return Err(refusals::unknown_visibility(other)),
        }
    }
    Ok((visibility, fields))
}

/// Formats `7b6d11f9 (Fix the flaky test)`, escaped.
fn label(session: &Session) -> String {
    format!("{} ({})", session.id.short(), escape::line(&session.display_title()))
}
