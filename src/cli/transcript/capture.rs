use git_ao::model::{Filter, SessionId, error_chain};
use git_ao::ops::{CaptureOutcome, OpsError};
use git_ao::store::{Key, Store};
use git_ao::view::json::CaptureJson;

use crate::cli::hints::refusals;
use crate::cli::sharing::counted;
use crate::cli::ui::Style;
use crate::cli::{CliError, Ctx, ExitCode, json, launch, targets};

#[derive(clap::Args)]
pub struct Args {
    /// The sessions. Default: all active sessions that live in this clone.
    #[arg(value_name = "session")]
    sessions: Vec<String>,

    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub fn run(args: &Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    if !store.repository().settings().transcripts() {
        return Err(refusals::capture_is_off());
    }
    let keys = match args.sessions.as_slice() {
        [] => here(&store)?,
        named => targets::find(named, &store)?,
    };
    let engine = launch::engine(&store);
    let mut list = match args.json {
        true => Some(json::List::begin(&mut ctx.out, "sessions")?),
        false => None,
    };
    let mut code = ExitCode::Done;
    for key in keys {
        let done = engine.capture(key.clone());
        if done.is_err() {
            code = ExitCode::Refused;
        }
        match &mut list {
            Some(list) => list.entry(&mut ctx.out, &CaptureJson::new(key.id, &done))?,
            None => print(key.id, done, args, ctx)?,
        }
    }
    if let Some(list) = list {
        list.end(&mut ctx.out)?;
    }
    Ok(code)
}

/// Returns the active sessions that live in this clone.
fn here(store: &Store) -> Result<Vec<Key>, CliError> {
    let replica = store.known_replica();
    let listed = store.snapshot()?.query(Filter::All).sessions.into_iter();
    let here = listed
        .filter(|it| it.session.as_ref().is_ok_and(|session| session.lives_in(replica.as_deref())));
    Ok(here.map(|it| Key::from(&it.location)).collect())
}

fn print(
    id: SessionId,
    done: Result<CaptureOutcome, OpsError>,
    args: &Args,
    ctx: &mut Ctx,
) -> Result<(), CliError> {
    let short = ctx.out.paint(Style::Id, &id.short());
    let is_named = !args.sessions.is_empty();
    match done {
        Ok(CaptureOutcome::Captured(new)) if new.bytes > 0 => {
            let (bytes, lines) = (counted(new.bytes, "byte"), counted(new.lines, "line"));
            writeln!(ctx.out, "{short}  {bytes}, {lines}")?;
        }
        Ok(CaptureOutcome::Captured(_)) if is_named => writeln!(ctx.out, "{short}  nothing new")?,
        Ok(CaptureOutcome::NotFound) if is_named => {
            writeln!(ctx.out, "{short}  no transcript was found on this machine")?;
        }
        Ok(CaptureOutcome::NoTranscript) if is_named => {
            writeln!(ctx.out, "{short}  its agent keeps no transcript")?;
        }
        Ok(_) => {}
        Err(error) => {
            ctx.out.error(&format!("cannot capture {}: {}", id.short(), error_chain(&error)))
        }
    }
    Ok(())
}
