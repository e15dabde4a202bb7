//! Starts several sessions for one task.

use git_ao::model::{Field, Filter, SessionId};
use git_ao::ops::{Duplicates, SpawnRequest};
use git_ao::store::Store;

use super::hints::refusals;
use super::new::{NewArgs, start};
use super::{CliError, Ctx, ExitCode, json, launch};

/// Starts `count` sessions with a common tag, after checking all of them. If one fails to start,
/// the earlier ones are kept, and the error says so.
pub fn attempt(
    ctx: &mut Ctx,
    store: &Store,
    (request, count): (&SpawnRequest, usize),
    args: &NewArgs,
) -> Result<ExitCode, CliError> {
    let tag = format!("attempts-{}", SessionId::random().short());
    let requests: Vec<_> = (0..count).map(|number| nth(request, number, &tag)).collect();
    let engine = launch::engine(store);
    for request in &requests {
        engine.spawn_plan(request.clone())?;
    }
    let mut list = args.json.then(|| json::List::begin(&mut ctx.out, "sessions")).transpose()?;
    let mut code = ExitCode::Done;
    let mut failed = None;
    for request in requests {
        match start(ctx, store, |engine| engine.spawn_plan(request), args, list.as_mut()) {
            Ok(ExitCode::Done) => {}
            Ok(ended) => code = ended,
            Err(error) => {
                failed = Some(error);
                break;
            }
        }
    }
    if let Some(list) = list {
        list.end_with(&mut ctx.out, "tag", &tag)?;
    }
    let how = format!("to list all attempts: git ao list --tag {tag}");
    match failed {
        None => {
            if !args.is_dry_run() {
                ctx.out.hint(&how);
            }
            Ok(code)
        }
        Some(error) => Err(match made(store, &tag) {
            0 => error,
            made => refusals::some_attempts(error, (made, count), &how),
        }),
    }
}

/// Returns the request for one of the sessions. The agents are used in turn, and a given branch
/// name gets a number.
fn nth(request: &SpawnRequest, number: usize, tag: &str) -> SpawnRequest {
    let named = request.agent.clone().unwrap_or_default();
    let agents: Vec<_> = named.split(',').map(str::trim).filter(|it| !it.is_empty()).collect();
    let mut one = request.clone().tag(tag);
    one.agent = agents.get(number % agents.len().max(1)).map(ToString::to_string);
    one.branch = request.branch.as_ref().map(|branch| format!("{branch}-{}", number + 1));
    if number > 0 {
        // The attempts are meant to work on the same issue.
        one.duplicates = Duplicates::Allow;
    }
    one
}

/// Returns how many sessions with the tag exist.
fn made(store: &Store, tag: &str) -> usize {
    let tagged = Filter::Is(Field::Tag, tag.to_owned());
    store.snapshot().map_or(0, |snapshot| snapshot.query(tagged).sessions.len())
}
