use std::time::Duration;

use git_ao::model::parse_age;
use git_ao::ops::{Awaited, AwaitedSession, HowMany, SessionStanding};
use git_ao::store::Key;

use super::hints::refusals;
use super::ui::escape;
use super::{CliError, Ctx, ExitCode, interrupt, launch, targets};

/// Wait until sessions need you, are ready, or have ended
///
/// Without arguments, waits for all sessions whose agent is at work in this clone. By default, the
/// wait ends as soon as one of them needs you, is ready for the next prompt, or has ended.
///
/// Prints one line for each session that has reached an awaited state: its id, its state and its
/// title, separated by tabs. The state is one of waiting_input, blocked, ready, idle, vanished,
/// active, unknown, exited, not_started and elsewhere; see git-ao-attention(7). A vanished session
/// counts as one that needs you.
///
/// The exit status is 0 if an awaited state was reached, 2 if none can be reached any more because
/// the agents have ended, and 124 after a timeout. As with other commands, 1 and all values above
/// 124 mean an error. '--timeout 0' checks once, without waiting.
#[derive(clap::Args)]
pub struct Args {
    /// The sessions. Default: all whose agent is at work in this clone.
    #[arg(value_name = "session")]
    sessions: Vec<String>,

    /// What to wait for: needs-you, ready, ended or change (any change of state), separated by
    /// commas.
    #[arg(
        long = "for",
        value_name = "what",
        value_delimiter = ',',
        default_values_t = [What::NeedsYou, What::Ready, What::Ended],
    )]
    what: Vec<What>,

    /// Wait for the first of the sessions (the default).
    #[arg(long, conflicts_with = "all")]
    first: bool,

    /// Wait for all of the sessions.
    #[arg(long)]
    all: bool,

    /// Wait no longer than this time, such as 30s, 10m or 2h.
    #[arg(long, value_name = "time", value_parser = time)]
    timeout: Option<Duration>,

    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum What {
    NeedsYou,
    Ready,
    Ended,
    Change,
}

impl std::fmt::Display for What {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NeedsYou => "needs-you",
            Self::Ready => "ready",
            Self::Ended => "ended",
            Self::Change => "change",
        })
    }
}

impl From<What> for Awaited {
    fn from(what: What) -> Self {
        match what {
            What::NeedsYou => Self::NeedsPerson,
            What::Ready => Self::Ready,
            What::Ended => Self::Ended,
            What::Change => Self::Change,
        }
    }
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.lasting_store()?;
    let interrupted = interrupt::watch()?;
    let engine = launch::engine(&store).with_interrupt(interrupted.interrupt());
    let keys: Vec<Key> = match args.sessions.is_empty() {
        false => targets::find(&args.sessions, &store)?,
        true => {
            let (listing, _) = engine.present_sessions(&store.snapshot()?);
            let sessions: Vec<_> =
                listing.sessions.into_iter().filter_map(|it| it.session.ok()).collect();
            let attention = engine.attention(&sessions.iter().collect::<Vec<_>>());
            let at_work = sessions.iter().zip(&attention).filter(|(_, it)| {
                !matches!(
                    it.standing,
                    SessionStanding::Exited
                        | SessionStanding::NotStarted
                        | SessionStanding::Elsewhere
                )
            });
            at_work.map(|(session, _)| session.id.into()).collect()
        }
    };
    if keys.is_empty() {
        return Err(refusals::no_agent_at_work());
    }
    let awaited: Vec<Awaited> = args.what.iter().copied().map(Awaited::from).collect();
    let how_many = if args.all { HowMany::All } else { HowMany::First };
    let now = engine
        .await_standing(&keys, &awaited, (how_many, args.timeout))
        .map_err(|error| interrupted.explain(error, "interrupted"))?;
    for it in now.iter().filter(|it| it.is_reached) {
        print(it, args.json, ctx)?;
    }
    let reached = now.iter().filter(|it| it.is_reached).count();
    let is_done = match how_many {
        HowMany::First => reached > 0,
        HowMany::All => reached == keys.len(),
    };
    Ok(match is_done {
        true => ExitCode::Done,
        false if now.iter().all(|it| it.is_reached || it.is_over()) => ExitCode::Over,
        false => ExitCode::TimedOut,
    })
}

fn print(it: &AwaitedSession, as_json: bool, ctx: &mut Ctx) -> Result<(), CliError> {
    let (session, report) = (&it.session, it.attention.activity.as_ref());
    let (id, standing) = (session.id, it.attention.standing.as_str());
    if as_json {
        let line = serde_json::json!({
            "id": id.to_string(),
            "standing": standing,
            "status": session.status.as_str(),
            "since": report.and_then(|report| report.since).map(|since| since.to_string()),
            "what": report.and_then(|report| report.what.clone()),
        });
        writeln!(ctx.out, "{line}")?;
    } else {
        let title = session.display_title();
        writeln!(ctx.out, "{id}\t{standing}\t{}", escape::quoted(&title))?;
    }
    Ok(())
}

fn time(text: &str) -> Result<Duration, String> {
    match text {
        "0" => Ok(Duration::ZERO),
        text => parse_age(text).map_err(|error| error.to_string()),
    }
}
