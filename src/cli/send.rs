use git_ao::ops::OpsError;
use git_ao::runtime::RuntimeError;

use super::hints::refusals;
use super::{CliError, Ctx, ExitCode, launch, open, text};

/// Send text to a session's agent
///
/// Types the text into the agent's terminal verbatim, and presses Enter once the text appears on
/// the screen. If the text does not appear, the agent may be asking a question that Enter would
/// answer; Enter is then not pressed, and the command fails. This needs an agent that runs in tmux.
///
/// With Claude Code and Codex, nothing is typed if the input line already holds text, and Enter is
/// pressed again if the text stays there.
#[derive(clap::Args)]
pub struct Args {
    /// The session. Default, if only a text is given: '@', the session of this worktree.
    session: Option<String>,

    /// The text; '-' reads it from standard input.
    #[arg(value_name = "text", allow_hyphen_values = true)]
    words: Vec<String>,

    /// Read the text from a file; '-' means standard input.
    #[arg(long, short = 'F', value_name = "path", conflicts_with = "words")]
    file: Option<String>,
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    let snapshot = store.snapshot()?;
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
    let session = snapshot.session(&entry.location)?;
    let text = text::given(args.file.as_deref(), &words)?.ok_or_else(refusals::no_text)?;
    match launch::engine(&store).send(&entry.location, &text) {
        Ok(()) => Ok(ExitCode::Done),
        Err(OpsError::Runtime(error @ RuntimeError::Unsupported { .. })) => {
            Err(refusals::takes_no_input(session.id, &error))
        }
        Err(error) => Err(error.into()),
    }
}
