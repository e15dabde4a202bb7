use std::io::Read as _;

use git_ao::flow::{self, FlowError};
use git_ao::runtime::RuntimeError;

use super::ui::escape;
use super::{CliError, Ctx, ExitCode, open};

/// Type a text into a session
///
/// The text is typed into the agent's terminal exactly as it is, also where it has several lines, and
/// submitted once it shows there. Where it does not show, the agent may be asking something that Enter
/// would answer: then it is not submitted, and that is an error. Only an agent in tmux has a terminal to
/// type into.
#[derive(clap::Args)]
pub struct Args {
    /// The session.
    session: String,

    /// The text, in words; '-' reads it from standard input.
    #[arg(value_name = "text", allow_hyphen_values = true)]
    words: Vec<String>,

    /// Read the text from a file, or from standard input for '-'.
    #[arg(long, short = 'F', value_name = "path", conflicts_with = "words")]
    file: Option<String>,
}

/// More than this is no message.
const LONGEST: u64 = 1024 * 1024;

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    let snapshot = store.snapshot()?;
    let entry = open::find(&snapshot, &store, &args.session)?;
    let session = snapshot.session(&entry.location)?;
    let text = args.text()?;
    match flow::send(&store, &session, &text) {
        Ok(()) => Ok(ExitCode::Done),
        Err(FlowError::Runtime(error @ RuntimeError::Unsupported { .. })) => {
            let id = session.id.short();
            Err(CliError::refused(format!("session {id} takes no input: {error}"))
                .hint("only an agent in tmux has a terminal to type into"))
        }
        Err(error) => Err(error.into()),
    }
}

impl Args {
    fn text(&self) -> Result<String, CliError> {
        let text = match (&self.file, self.words.as_slice()) {
            (Some(path), _) => read(path)?,
            (None, [dash]) if dash == "-" => read("-")?,
            (None, []) => {
                return Err(CliError::usage("no text was given")
                    .synopsis("git ao send <session> <text>...")
                    .hint("'-' reads it from standard input"));
            }
            (None, words) => words.join(" "),
        };
        let line = text.strip_suffix('\n').unwrap_or(&text);
        match line.is_empty() {
            true => Err(CliError::refused("the text is empty; nothing was sent")),
            false => Ok(line.to_owned()),
        }
    }
}

fn read(path: &str) -> Result<String, CliError> {
    let mut bytes = Vec::new();
    let read = if path == "-" {
        std::io::stdin().lock().take(LONGEST + 1).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(LONGEST + 1).read_to_end(&mut bytes))
    };
    let name = match path {
        "-" => "standard input".to_owned(),
        path => format!("'{}'", escape::line(path)),
    };
    read.map_err(|error| {
        CliError::fatal(format!("cannot read the text from {name}")).because(&error)
    })?;
    if bytes.len() as u64 > LONGEST {
        return Err(CliError::refused(format!("the text in {name} is longer than 1 MiB"))
            .hint("put it into a file in the worktree, and name the file"));
    }
    String::from_utf8(bytes)
        .map_err(|_| CliError::fatal(format!("the text in {name} is not UTF-8")))
}
