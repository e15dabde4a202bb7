//! Formats the output of `status --porcelain`: counts and one line per session, for prompts.

use git_ao::ops::{Attention, Engine, SessionStanding};
use git_ao::store::{ListedSession, Store};

use crate::cli::porcelain::{Ending, quote};
use crate::cli::selection::Selection;
use crate::cli::{CliError, Ctx, launch};

/// Prints how sessions stand. Only agents are looked at: no worktree, and no branch.
pub fn print(
    (selection, all): (&Selection, bool),
    ending: Ending,
    store: &Store,
    ctx: &mut Ctx,
) -> Result<(), CliError> {
    let engine: Engine = launch::engine(store);
    let snapshot = store.snapshot()?;
    let chosen = selection.choose(ctx, store, &snapshot)?;
    let listing = match chosen.is_everything() && !all {
        true => engine.present_sessions(&snapshot).0,
        false => chosen.list(&snapshot, |query| query),
    };
    let readable: Vec<_> =
        listing.sessions.iter().filter_map(|listed| listed.session.as_ref().ok()).collect();
    let attention = engine.attention(&readable);
    let mut rows: Vec<_> = readable.into_iter().zip(&attention).collect();
    rows.retain(|(session, it)| all || it.standing.is_open(session, &it.agent));
    rows.sort_by_key(|(session, it)| {
        it.standing.urgency(session, it.activity.as_ref().and_then(|report| report.since))
    });
    let end = match ending {
        Ending::Newline => '\n',
        Ending::Nul => '\0',
    };
    let count = |of: &dyn Fn(SessionStanding) -> bool| {
        rows.iter().filter(|(_, it): &&(_, &Attention)| of(it.standing)).count()
    };
    let mut text = format!("# sessions {}{end}", rows.len());
    text += &format!("# needs_you {}{end}", count(&SessionStanding::needs_person));
    for standing in SessionStanding::ALL {
        text += &format!("# {standing} {}{end}", count(&|it| it == standing));
    }
    let is_corrupt = |listed: &&ListedSession| listed.session.is_err();
    text += &format!("# corrupt {}{end}", listing.sessions.iter().filter(is_corrupt).count());
    for (session, it) in &rows {
        let report = it.activity.as_ref();
        let fields = [
            session.id.to_string(),
            it.standing.to_string(),
            report.and_then(|report| report.since).map(|at| at.to_string()).unwrap_or_default(),
            session.status.to_string(),
            session.agent.clone().unwrap_or_default(),
            session.branch.clone().unwrap_or_default(),
            session.display_title(),
            report.and_then(|report| report.what.clone()).unwrap_or_default(),
        ];
        text += &fields.each_ref().map(|field| quote(field, ending)).join("\t");
        text.push(end);
    }
    Ok(ctx.out.text(&text)?)
}
