use git_ao::agent::Action;
use git_ao::flow::{self, Interrupt, Restore, Rule};

use git_ao::runtime::Started;

use super::ui::message::{Level, print};
use super::ui::{Style, escape};
use super::{CliError, Ctx, ExitCode, interrupt, launch, open};

/// Bring a session that has ended back to life: worktree, runtime and agent
///
/// The agent goes on with its own conversation where it can; else it gets the recorded task again.
/// A worktree that is gone is made again from the branch, or from the last commit that was seen on
/// it. An archived session leaves the archive. When anything of it fails, all is as it was.
#[derive(clap::Args)]
pub struct Args {
    /// The session: an id, a branch, an issue, '@' or 'latest'.
    session: String,

    /// Another agent than it had.
    #[arg(long, value_name = "name")]
    agent: Option<String>,

    /// What keeps the agent alive: tmux, detached, foreground or none; by default what did before.
    #[arg(long, value_name = "name", value_parser = git_ao::runtime::NAMES)]
    runtime: Option<String>,

    /// Also when it is merged, may be running elsewhere or unseen, or is not on its branch.
    #[arg(long, short)]
    force: bool,

    /// Print the session as JSON.
    #[arg(long)]
    json: bool,
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    let entry = open::find(&store.snapshot()?, &store, &args.session)?;
    let launcher = launch::launcher(&store)?;
    let interrupted = interrupt::watch()?;
    let is_set = || interrupted.is_set();
    let rule = if args.force { Rule::Anything } else { Rule::Table };
    let wish = Restore { agent: args.agent, runtime: args.runtime, rule };
    let made = flow::restore(&store, &launcher, &entry, &wish, &Interrupt::new(&is_set))
        .map_err(|error| interrupted.explain(error, "interrupted; the session is as it was"))?;
    let session = &made.session;
    if args.json {
        let value = serde_json::json!({
            "version": 1,
            "session": session.to_record(),
            "short_id": session.id.short(),
            "workspace": made.workspace.to_string_lossy(),
            "backups": made.backups,
            "resumed": made.action == Action::Resume,
            "event": made.event.as_ref().map(|event| event.as_str()),
        });
        writeln!(ctx.out, "{value:#}")?;
    } else {
        let id = ctx.out.paint(Style::Id, &session.id.short());
        let title = escape::line(&session.display_title()).into_owned();
        writeln!(ctx.out, "session {id}: {title}")?;
        writeln!(ctx.out, "  worktree  {}", escape::os(made.workspace.as_os_str()))?;
        launch::say_agent(ctx, session, &made.started)?;
        if made.action == Action::Resume {
            writeln!(ctx.out, "  it goes on with its conversation")?;
        }
        if made.left.is_some() && made.started != Started::Nothing {
            writeln!(
                ctx.out,
                "  it cannot go on with its conversation: it begins again with the task"
            )?;
        }
    }
    if let Some(last) = made.backups.last() {
        print(&Level::Hint.format(&format!(
            "what its worktree held when it was removed is kept: {}\n\
             to take it back, there: git restore --source={last} .",
            made.backups.join(", ")
        )));
    }
    let started = (&made.started, made.action);
    let code = launch::go_on(ctx, &store, &launcher, session, started, &interrupted)?;
    Ok(code.unwrap_or(ExitCode::Done))
}
