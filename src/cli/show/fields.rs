//! Prints the fields of a session, aligned.

use git_ao::model::{Cost, Map, Placement, Session, Timestamp};
use git_ao::store::Snapshot;
use git_ao::workspace::{awaits_setup, to_record};

use crate::cli::ui::{OutError, Style, escape};
use crate::cli::{CliError, Ctx};
use git_ao::view::DateFormat;
use git_ao::view::LocalPlacements;

pub fn print(
    session: &Session,
    snapshot: &Snapshot<'_>,
    here: &LocalPlacements<'_>,
    ctx: &mut Ctx,
) -> Result<(), CliError> {
    line(ctx, "Title", Style::Title, &session.display_title())?;
    let reason = session.status_reason.as_ref().map(|reason| format!(" ({reason})"));
    let status = format!("{}{}", session.status, reason.unwrap_or_default());
    line(ctx, "Status", Style::of_status(&session.status), &status)?;
    let agent = session.agent.clone().unwrap_or_default() + &in_brackets(&session.agent_config);
    line(ctx, "Agent", Style::Plain, agent.trim_start())?;
    option(ctx, "Agent id", session.agent_session_id.as_ref())?;
    option(ctx, "Branch", session.branch.as_ref())?;
    line(ctx, "Base", Style::Plain, &base(session))?;
    option(ctx, "Head", session.head.as_ref())?;
    option(ctx, "Folder", session.folder.as_ref())?;
    if let Some(landed) = &session.landed {
        let text = format!("{} in {} ({})", landed.commit.short(), landed.into, landed.how);
        line(ctx, "Landed", Style::Plain, &text)?;
    }
    line(ctx, "Project", Style::Plain, session.project_id.as_str())?;
    line(ctx, "Kind", Style::Plain, session.kind.as_str())?;
    let issue = [session.issue_id.clone(), session.issue_url.clone()];
    line(ctx, "Issue", Style::Plain, &words(issue))?;
    let pr = [session.pr_number.map(|number| format!("#{number}")), session.pr_url.clone()];
    line(ctx, "PR", Style::Plain, &words(pr))?;
    line(ctx, "Tags", Style::Plain, &session.tags.join(", "))?;
    line(ctx, "Created", Style::Plain, &when(session.created_at, ctx))?;
    line(ctx, "Updated", Style::Plain, &when(session.updated_at, ctx))?;
    line(ctx, "Cost", Style::Plain, &session.cost.as_ref().map(cost).unwrap_or_default())?;
    for (fork, parent) in snapshot.lineage(session)?.ancestors {
        let title = match &parent {
            Some(parent) => parent.display_title(),
            None => "gone".to_owned(),
        };
        let at = fork.event.map(|event| format!(", at {}", event.short())).unwrap_or_default();
        line(ctx, "Fork of", Style::Plain, &format!("{} ({title}){at}", fork.session.short()))?;
    }
    option(ctx, "Started by", session.spawned_by.map(|id| id.short()).as_ref())?;
    for (key, value) in session.context.iter().chain(session.extra.iter()) {
        line(ctx, &key.label(), Style::Plain, &value.label())?;
    }
    for (name, placement) in &session.placements {
        let is_here = here.is(name);
        let mark = if is_here { " (here)" } else { "" };
        let path = if is_here { here.path(session) } else { None };
        let is_set_up = path.as_deref().is_none_or(|path| !awaits_setup(path));
        let path = path.and_then(|path| to_record(&path, &ctx.env).ok());
        let path = path.or_else(|| placement.workspace.clone());
        let end = if is_set_up { "" } else { ", not set up" };
        let text = format!("{name}{mark}: {}{end}", placed(placement, path, ctx.now));
        line(ctx, "Placed on", Style::Plain, &text)?;
    }
    Ok(())
}

/// Prints `Title:     Fix the flaky test`, or nothing for an empty value.
pub(super) fn line(ctx: &mut Ctx, name: &str, style: Style, text: &str) -> Result<(), OutError> {
    if text.is_empty() {
        return Ok(());
    }
    let name = format!("{}:", escape::line(name));
    let text = ctx.out.paint(style, text);
    writeln!(ctx.out, "{name:<11} {text}")
}

fn option<T: ToString>(ctx: &mut Ctx, name: &str, value: Option<&T>) -> Result<(), OutError> {
    line(ctx, name, Style::Plain, &value.map(ToString::to_string).unwrap_or_default())
}

/// Formats ` (model: opus, permissions: default)`.
fn in_brackets(map: &Map) -> String {
    let pairs = map.iter().map(|(key, value)| format!("{}: {}", key.label(), value.label()));
    let pairs: Vec<_> = pairs.collect();
    if pairs.is_empty() { String::new() } else { format!(" ({})", pairs.join(", ")) }
}

fn base(session: &Session) -> String {
    let Some(base) = &session.base else { return String::new() };
    let at = base.commit.as_ref().map(|commit| format!("at {}", commit.short()));
    words([base.branch.clone(), at])
}

fn words<const N: usize>(words: [Option<String>; N]) -> String {
    words.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn when(time: Timestamp, ctx: &Ctx) -> String {
    let date = DateFormat::Default.show(time, ctx.env.local_offset(time), ctx.now);
    format!("{date} ({})", DateFormat::Relative.show(time, 0, ctx.now))
}

fn cost(cost: &Cost) -> String {
    let cached = cost.cache_read_tokens.saturating_add(cost.cache_creation_tokens);
    // Some programs know the price alone.
    if let (0, 0, 0, Some(usd)) = (cost.input_tokens, cost.output_tokens, cached, cost.cost_usd) {
        return format!("${usd:.2}");
    }
    let tokens = format!("{} tokens in, {} out", cost.input_tokens, cost.output_tokens);
    let cached = if cached > 0 { format!(", {cached} cached") } else { String::new() };
    let price = cost.cost_usd.map(|usd| format!(", ${usd:.2}")).unwrap_or_default();
    tokens + &cached + &price
}

fn placed(placement: &Placement, path: Option<String>, now: Timestamp) -> String {
    let runtime = match (&placement.runtime, &placement.handle) {
        (Some(runtime), Some(handle)) => Some(format!("{runtime} {handle}")),
        (runtime, handle) => runtime.clone().or_else(|| handle.clone()),
    };
    let at = placement.at.map(|at| DateFormat::Relative.show(at, 0, now));
    let parts = [path, runtime, at].into_iter().flatten();
    parts.collect::<Vec<_>>().join(", ")
}
