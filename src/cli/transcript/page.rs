//! Prints a conversation for a person to read.

use std::sync::Arc;

use git_ao::transcript::{EntryKind, RawPlace, Role, Tool, Transcript, TranscriptEntry};
use git_ao::view::DateFormat;
use serde_json::Value;

use crate::cli::Ctx;
use crate::cli::ui::{Out, OutError, Style, cut, escape, one_line, wrap};

/// The width of a line about a tool where there is no terminal.
const WIDTH: usize = 100;

/// The narrowest such line.
const NARROWEST: usize = 20;

/// How much is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// One line for each call of a tool.
    Lines,
    /// Everything that is understood.
    Full,
}

/// The state of the page.
pub struct Page {
    detail: Detail,
    /// The roles that were asked for by name: all they said is shown.
    named: Vec<Role>,
    transcript: Option<Arc<Transcript>>,
    /// Who spoke last.
    speaker: Option<(Role, Option<String>)>,
    last: Option<RawPlace>,
}

impl Page {
    pub fn new(detail: Detail, named: &[Role]) -> Self {
        Self { detail, named: named.to_vec(), transcript: None, speaker: None, last: None }
    }

    /// Returns true if the entry has the same line as the one before.
    pub fn is_repeated(&mut self, place: &RawPlace) -> bool {
        let is_same = self.last.as_ref() == Some(place);
        self.last = Some(place.clone());
        is_same
    }

    /// Returns true for an entry that is shown.
    pub fn shows(&self, entry: &TranscriptEntry) -> bool {
        let is_full = self.is_full(entry);
        match entry.kind {
            EntryKind::Text => !entry.text.trim().is_empty(),
            EntryKind::ToolUse | EntryKind::Image | EntryKind::Compaction => true,
            EntryKind::ToolResult => is_full,
            _ => is_full && !entry.text.trim().is_empty(),
        }
    }

    fn is_full(&self, entry: &TranscriptEntry) -> bool {
        let is_quiet = matches!(entry.role, Role::Tool | Role::System);
        self.detail == Detail::Full || is_quiet && self.named.contains(&entry.role)
    }

    pub fn print(
        &mut self,
        from: &Arc<Transcript>,
        entry: &TranscriptEntry,
        ctx: &mut Ctx,
    ) -> Result<(), OutError> {
        self.head(from, entry, ctx)?;
        let indent = if entry.sub.is_some() { 8 } else { 4 };
        let out = &mut ctx.out;
        let is_full = self.is_full(entry);
        match entry.kind {
            EntryKind::Text if entry.role != Role::System || is_full => {
                block(&entry.text, Style::Plain, indent, out)
            }
            EntryKind::ToolUse => {
                let tool = entry.tool.clone().unwrap_or_default();
                match is_full {
                    true => call(&tool, indent, out),
                    false => line(&name(&tool), &tool.summary(), indent, out),
                }
            }
            EntryKind::ToolResult => {
                let name = entry.tool.as_ref().map(name).unwrap_or_default();
                let title = out.paint(Style::Title, &format!("result of {name}:"));
                writeln!(out, "{:indent$}{title}", "")?;
                block(&entry.text, Style::Dim, indent + 2, out)
            }
            EntryKind::Thinking => block(&entry.text, Style::Dim, indent, out),
            EntryKind::Image => writeln!(out, "{:indent$}[image]", ""),
            EntryKind::Compaction if is_full => block(&entry.text, Style::Plain, indent, out),
            EntryKind::Compaction => line("summary of the conversation", &entry.text, indent, out),
            _ if is_full => block(&entry.text, Style::Dim, indent, out),
            _ if entry.sub.is_some() => line("task", &entry.text, indent, out),
            _ => line("system", &entry.text, indent, out),
        }
    }

    /// Prints whose conversation it is and who speaks, where that changes.
    fn head(
        &mut self,
        from: &Arc<Transcript>,
        entry: &TranscriptEntry,
        ctx: &mut Ctx,
    ) -> Result<(), OutError> {
        let is_first = self.transcript.is_none();
        let is_same = |known: &Arc<Transcript>| {
            (&known.replica, &known.agent, &known.agent_session_id)
                == (&from.replica, &from.agent, &from.agent_session_id)
        };
        if !self.transcript.as_ref().is_some_and(is_same) {
            if !is_first {
                writeln!(ctx.out)?;
            }
            let text = format!("{} {}, on {}", from.agent, from.agent_session_id, from.replica);
            let text = ctx.out.paint(Style::Title, &text);
            writeln!(ctx.out, "{text}")?;
            self.speaker = None;
        }
        self.transcript = Some(Arc::clone(from));
        // What tools answer, and what the program says, is part of the agent's turn.
        let role = if entry.role == Role::User { Role::User } else { Role::Assistant };
        let speaker = (role, entry.sub.clone());
        // Each message of a person stands alone.
        let is_new =
            role == Role::User && entry.raw.as_ref().is_some_and(|place| !self.is_repeated(place));
        if self.speaker.as_ref() == Some(&speaker) && !is_new {
            return Ok(());
        }
        self.speaker = Some(speaker);
        let (word, style) = match (&entry.sub, role) {
            (None, Role::User) => ("user".to_owned(), Style::Id),
            (None, _) => ("assistant".to_owned(), Style::Busy),
            (Some(sub), _) => (escape::line(&format!("    subagent {sub}")).into(), Style::Branch),
        };
        let model = entry.model.as_ref().map(|model| format!(" ({})", escape::line(model)));
        let words = word + &model.unwrap_or_default();
        let words = ctx.out.paint_escaped(style, &words);
        let time = entry.at.map(|at| {
            let offset = ctx.env.local_offset(at);
            ctx.out
                .paint(Style::Dim, &format!(", {}", DateFormat::Minute.show(at, offset, ctx.now)))
        });
        writeln!(ctx.out, "\n{words}{}", time.unwrap_or_default())
    }
}

fn name(tool: &Tool) -> String {
    if tool.name.is_empty() { "tool".to_owned() } else { tool.name.clone() }
}

/// Prints a name and a text in one line.
fn line(name: &str, text: &str, indent: usize, out: &mut Out) -> Result<(), OutError> {
    let room = out.width().unwrap_or(WIDTH).saturating_sub(indent).max(NARROWEST);
    let both = one_line(&format!("[{name}] {text}"));
    let shown = out.paint_escaped(Style::Dim, &cut(&both, room));
    writeln!(out, "{:indent$}{shown}", "")
}

/// Prints a call with all that the tool was given.
fn call(tool: &Tool, indent: usize, out: &mut Out) -> Result<(), OutError> {
    let title = out.paint(Style::Title, &format!("[{}]", name(tool)));
    writeln!(out, "{:indent$}{title}", "")?;
    let inner = indent + 2;
    match &tool.input {
        Value::Null => Ok(()),
        Value::Object(object) => object.iter().try_for_each(|(key, value)| match value {
            Value::String(text) if !text.trim_end().contains('\n') => {
                writeln!(
                    out,
                    "{:inner$}{}: {}",
                    "",
                    escape::line(key),
                    escape::line(text.trim_end())
                )
            }
            Value::String(text) => {
                writeln!(out, "{:inner$}{}:", "", escape::line(key))?;
                block(text, Style::Plain, inner + 2, out)
            }
            value => {
                writeln!(
                    out,
                    "{:inner$}{}: {}",
                    "",
                    escape::line(key),
                    escape::line(&value.to_string())
                )
            }
        }),
        Value::String(text) => block(text, Style::Plain, inner, out),
        input => block(&input.to_string(), Style::Plain, inner, out),
    }
}

/// Prints text of several lines.
fn block(text: &str, style: Style, indent: usize, out: &mut Out) -> Result<(), OutError> {
    let room = out.width().map(|width| width.saturating_sub(indent).max(NARROWEST));
    for line in escape::block(text.trim_end()).lines() {
        let indent = if line.is_empty() { 0 } else { indent };
        for part in wrap(line, room.unwrap_or(usize::MAX)) {
            let shown = out.paint_escaped(style, &part);
            writeln!(out, "{:indent$}{shown}", "")?;
        }
    }
    Ok(())
}
