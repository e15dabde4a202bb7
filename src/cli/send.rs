use git_ao::ops::OpsError;
use git_ao::runtime::{RuntimeError, TerminalKey};
use git_ao::store::Location;

use super::hints::refusals;
use super::{CliError, Ctx, ExitCode, launch, open, text};

/// Send text or keys to the agents of sessions
///
/// Types the text into the agent's terminal verbatim, and presses Enter once the text appears on
/// the screen. If it does not appear, the agent may be asking a question that Enter would answer;
/// Enter is then not pressed, and the command fails. The agent must run in tmux.
///
/// With Claude Code and Codex, nothing is typed if the input line already holds text, and Enter is
/// pressed again if the text stays there.
///
/// From then on, a session counts as active until its agent has answered, so 'git ao wait' right after
/// it waits for the answer. If there is no sign of one, as after a command that is no prompt, this
/// ends after 30 seconds, or after 10 for keys.
///
/// --to sends the text to several sessions. All of them are tried; the exit status is 1 if it could
/// not be sent to one of them.
///
/// --key presses keys instead, such as to answer an agent's question: Enter, Escape, Tab, BTab,
/// Space, BSpace, Up, Down, Left, Right, C-c, C-d, or a single character. All arguments are then
/// sessions.
#[derive(clap::Args)]
pub struct Args {
    /// The session. Default if only a text is given: '@', the session of this worktree.
    session: Option<String>,

    /// The text; '-' reads it from standard input.
    #[arg(value_name = "text", allow_hyphen_values = true)]
    words: Vec<String>,

    /// Send the text to this session. May be repeated. All arguments are then the text.
    #[arg(long = "to", value_name = "session", conflicts_with = "keys")]
    sessions: Vec<String>,

    /// Press this key. May be repeated.
    #[arg(long = "key", short, value_name = "key", conflicts_with = "file")]
    keys: Vec<TerminalKey>,

    /// Read the text from a file; '-' means standard input.
    #[arg(long, short = 'F', value_name = "path", conflicts_with = "words")]
    file: Option<String>,
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    let snapshot = store.snapshot()?;
    let find = |name: &String| Ok(open::find(&snapshot, &store, name)?.location);
    let engine = launch::engine(&store);
    let given: Vec<_> = args.session.iter().chain(&args.words).cloned().collect();
    if !args.keys.is_empty() {
        let here = vec!["@".to_owned()];
        let names = if given.is_empty() { &here } else { &given };
        let places = names.iter().map(find).collect::<Result<Vec<_>, CliError>>()?;
        return to_each(&places, ctx, |place| engine.press(place, &args.keys));
    }
    if !args.sessions.is_empty() {
        let places = args.sessions.iter().map(find).collect::<Result<Vec<_>, CliError>>()?;
        let text = text::given(args.file.as_deref(), &given)?.ok_or_else(refusals::no_text)?;
        return to_each(&places, ctx, |place| engine.send(place, &text));
    }
    let find = |name: &str| open::find(&snapshot, &store, name);
    let (entry, words) = match (&args.session, args.words.as_slice(), &args.file) {
        (None, ..) => (find("@")?, Vec::new()),
        // A single word is the text, unless it names a session.
        (Some(word), [], None) => match (find(word), find("@")) {
            (Err(_), Ok(here)) => (here, vec![word.clone()]),
            _ => return Err(refusals::no_text()),
        },
        (Some(name), words, _) => (find(name)?, words.to_vec()),
    };
    let text = text::given(args.file.as_deref(), &words)?.ok_or_else(refusals::no_text)?;
    send(&entry.location, |place| engine.send(place, &text))?;
    Ok(ExitCode::Done)
}

/// Reaches all of the sessions, also after one that cannot be reached.
fn to_each(
    places: &[Location],
    ctx: &mut Ctx,
    act: impl Fn(&Location) -> Result<(), OpsError>,
) -> Result<ExitCode, CliError> {
    if let [only] = places {
        send(only, act)?;
        return Ok(ExitCode::Done);
    }
    let mut code = ExitCode::Done;
    for place in places {
        if let Err(error) = send(place, &act) {
            ctx.out.error(&format!("{}: {}", place.id.short(), error.message()));
            code = ExitCode::Refused;
        }
    }
    Ok(code)
}

fn send(place: &Location, act: impl Fn(&Location) -> Result<(), OpsError>) -> Result<(), CliError> {
    match act(place) {
        Err(OpsError::Runtime(error @ RuntimeError::Unsupported { .. })) => {
            Err(refusals::takes_no_input(place.id, &error))
        }
        done => Ok(done?),
    }
}
