use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::ValueEnum;
use git_ao::agent::{Entries, redact_entry};
use git_ao::model::error_chain;
use git_ao::redact::{Hits, Images, Redactor};
use git_ao::store::{Entry, Store};
use git_ao::transcript::{Transcript, TranscriptEntry};
use git_ao::view::{HtmlPage, MarkdownPage};

use super::choice::{Choice, Part};
use super::find::{find, transcripts};
use crate::cli::ui::{OutError, escape};
use crate::cli::{CliError, Ctx, ExitCode, launch};

#[derive(clap::Args)]
pub struct Args {
    /// The session. Default: the session of this worktree, or else the most recently changed one.
    session: Option<String>,

    /// The format. Default: according to the name of the file, or else md.
    #[arg(long, value_name = "form")]
    format: Option<Format>,

    /// Write to this file instead of standard output.
    #[arg(long, short, id = "file", value_name = "path")]
    output: Option<PathBuf>,

    #[command(flatten)]
    part: Part,

    /// Write the transcripts as they are stored, including all secrets.
    #[arg(long, conflicts_with_all = ["format", "turns", "since"])]
    raw: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// One JSON object per entry
    Jsonl,
    /// Markdown
    Md,
    /// A page that needs nothing else
    Html,
}

impl Format {
    fn of_file(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()? {
            "jsonl" | "json" => Some(Self::Jsonl),
            "md" | "markdown" => Some(Self::Md),
            "html" | "htm" => Some(Self::Html),
            _ => None,
        }
    }
}

pub fn run(args: &Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    let entry = find(args.session.as_deref(), &store)?;
    let transcripts = transcripts(&store, &entry)?;
    if args.raw {
        let bytes = raw(&transcripts)?;
        put(args, &bytes, ctx)?;
        ctx.out.warn("the transcript was not redacted, and contains any secrets that were in the conversation");
        return Ok(ExitCode::Done);
    }
    let named = args.output.as_deref().and_then(Format::of_file);
    let format = args.format.or(named).unwrap_or(Format::Md);
    let choice = args.part.choice(None, &store, ctx)?;
    let (text, hits, code) = page(format, &entry, (&store, &choice), transcripts, ctx)?;
    put(args, text.as_bytes(), ctx)?;
    if !hits.is_empty() {
        let rules: Vec<_> = hits.iter().map(|(rule, count)| format!("{rule} ({count})")).collect();
        let rules = escape::line(&rules.join(", ")).into_owned();
        ctx.out.hint(&format!("replaced what looks like a secret: {rules}"));
    }
    Ok(code)
}

fn raw(transcripts: &[Transcript]) -> Result<Vec<u8>, CliError> {
    let mut bytes = Vec::new();
    for transcript in transcripts {
        for nth in 0..transcript.segment_count() {
            bytes.extend(transcript.segment(nth)?);
        }
    }
    Ok(bytes)
}

/// Makes the whole export: half a page would be none.
fn page(
    format: Format,
    entry: &Entry,
    (store, choice): (&Store, &Choice),
    transcripts: Vec<Transcript>,
    ctx: &mut Ctx,
) -> Result<(String, Hits, ExitCode), CliError> {
    let redactor = launch::engine(store).redactor(Images::Keep)?;
    let session = store.snapshot()?.session(&entry.location)?;
    let redacted = redactor.text(session.display_title().as_bytes()).bytes.into_owned();
    let title = String::from_utf8_lossy(&redacted).into_owned();
    let mut export = Export {
        page: Page::new(format, &title, &format!("session {}", session.id)),
        redactor,
        hits: Hits::default(),
        last: None,
    };
    let (mut chosen, mut code) = (choice.begin(), ExitCode::Done);
    let mut entries = Entries::of(transcripts);
    while let Some(read) = entries.next() {
        match (read, entries.transcript()) {
            (Ok(entry), Some(from)) => {
                if let Some((from, entry)) = chosen.put(from, entry) {
                    export.add(&from, &entry, ctx)?;
                }
            }
            (Ok(_), None) => {}
            (Err(error), _) => {
                ctx.out.error(&error_chain(&error));
                code = ExitCode::Refused;
            }
        }
    }
    for (from, entry) in chosen.end() {
        export.add(&from, &entry, ctx)?;
    }
    Ok((export.page.end(), export.hits, code))
}

/// An export that is being made.
struct Export {
    page: Page,
    redactor: Redactor,
    hits: Hits,
    last: Option<Arc<Transcript>>,
}

impl Export {
    fn add(
        &mut self,
        from: &Arc<Transcript>,
        entry: &TranscriptEntry,
        ctx: &Ctx,
    ) -> Result<(), CliError> {
        let (entry, found) = redact_entry(&self.redactor, entry);
        self.hits.add(&found);
        if !self.last.as_ref().is_some_and(|last| last.is_same_conversation(from)) {
            self.page.heading(&format!("{} {}", from.agent, from.agent_session_id));
            self.last = Some(Arc::clone(from));
        }
        let offset = entry.at.map(|at| ctx.env.local_offset(at)).unwrap_or_default();
        match &mut self.page {
            Page::Lines(text) => {
                *text += &git_ao::view::json::text(&entry).map_err(OutError::Failed)?;
                text.push('\n');
            }
            Page::Markdown(page) => page.entry(&entry, offset),
            Page::Html(page) => page.entry(&entry, offset),
        }
        Ok(())
    }
}

enum Page {
    Lines(String),
    Markdown(MarkdownPage),
    Html(HtmlPage),
}

impl Page {
    fn new(format: Format, title: &str, about: &str) -> Self {
        match format {
            Format::Jsonl => Self::Lines(String::new()),
            Format::Md => Self::Markdown(MarkdownPage::new(title, about)),
            Format::Html => Self::Html(HtmlPage::new(title, about)),
        }
    }

    fn end(self) -> String {
        match self {
            Self::Lines(text) => text,
            Self::Markdown(page) => page.end(),
            Self::Html(page) => page.end(),
        }
    }

    fn heading(&mut self, text: &str) {
        match self {
            Self::Lines(_) => {}
            Self::Markdown(page) => page.heading(text),
            Self::Html(page) => page.heading(text),
        }
    }
}

fn put(args: &Args, bytes: &[u8], ctx: &mut Ctx) -> Result<(), CliError> {
    if let Some(path) = &args.output {
        let name = escape::os(path.as_os_str());
        return std::fs::write(path, bytes)
            .map_err(|error| CliError::fatal(format!("cannot write '{name}'")).because(&error));
    }
    if ctx.out.is_terminal() {
        return Ok(ctx.out.text(&escape::block(&String::from_utf8_lossy(bytes)))?);
    }
    Ok(ctx.out.bytes(bytes)?)
}
