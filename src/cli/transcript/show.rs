use git_ao::agent::Entries;
use git_ao::model::error_chain;
use git_ao::store::Store;
use git_ao::transcript::Role;

use super::choice::{Choice, Part};
use super::find::{find, transcripts};
use super::follow;
use super::page::{Detail, Page};
use super::printer::{Form, Printer};
use crate::cli::{CliError, Ctx, ExitCode};

#[derive(clap::Args)]
#[group(skip)]
pub struct Args {
    /// The session. Default: the session of this worktree, or else the most recently changed one.
    session: Option<String>,

    /// Show only what this role said or did: user, assistant, tool or system.
    #[arg(long, value_name = "role", value_delimiter = ',')]
    role: Vec<Role>,

    #[command(flatten)]
    part: Part,

    /// Show only this many of the last entries.
    #[arg(long, short = 'n', visible_alias = "max-count", value_name = "number")]
    limit: Option<usize>,

    /// Show tool calls in full, with their results, and the model's thinking.
    #[arg(long, conflicts_with_all = ["raw", "json"])]
    tools: bool,

    /// Keep showing new entries, until the agent ends or you press ^C.
    #[arg(long, short, conflicts_with = "raw")]
    follow: bool,

    /// Print the lines as the agent wrote them.
    #[arg(long, conflicts_with = "json")]
    raw: bool,

    /// Print one JSON object per line: 'n' (the position in the conversation), 'at', 'role' (user,
    /// assistant, tool, system), 'kind' (text, thinking, tool_use, tool_result, image, compaction,
    /// meta), 'text', 'tool' ('name', 'id', 'input'), 'model', 'usage', 'parent', 'sub' (the
    /// subagent) and 'raw' ('segment', 'offset', 'len'). Empty values are left out.
    #[arg(long)]
    json: bool,
}

impl Args {
    fn form(&self) -> Form {
        match (self.json, self.raw) {
            (true, _) => Form::Json,
            (_, true) => Form::Raw,
            _ => Form::Page,
        }
    }

    fn detail(&self) -> Detail {
        if self.tools { Detail::Full } else { Detail::Lines }
    }

    fn choice(&self, store: &Store, ctx: &Ctx) -> Result<Choice, CliError> {
        let roles = self.role.clone();
        Ok(Choice { roles, ..self.part.choice(self.limit, store, ctx)? })
    }
}

pub fn run(args: &Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    let choice = args.choice(&store, ctx)?;
    let entry = find(args.session.as_deref(), &store)?;
    let printer = Printer::new(args.form(), Page::new(args.detail(), &args.role));
    if args.follow {
        return follow::run(&entry, &store, &choice, printer, ctx);
    }
    let transcripts = transcripts(&store, &entry)?;
    if args.form() != Form::Json {
        ctx.page_for(store.repository())?;
    }
    print(Entries::of(transcripts), &choice, printer, ctx)
}

fn print(
    mut entries: Entries,
    choice: &Choice,
    mut printer: Printer,
    ctx: &mut Ctx,
) -> Result<ExitCode, CliError> {
    let (mut chosen, mut code) = (choice.begin(), ExitCode::Done);
    while let Some(read) = entries.next() {
        match (read, entries.transcript()) {
            (Ok(entry), Some(from)) if printer.shows(&entry) => {
                if let Some((from, entry)) = chosen.put(from, entry) {
                    printer.print(&from, &entry, ctx)?;
                }
            }
            (Ok(_), _) => {}
            // The rest can still be read.
            (Err(error), _) => {
                ctx.out.error(&error_chain(&error));
                code = ExitCode::Refused;
            }
        }
    }
    for (from, entry) in chosen.end() {
        printer.print(&from, &entry, ctx)?;
    }
    Ok(code)
}
