//! aider's chat history, as 0.86 writes it: Markdown, in which `#### ` is before what a person said,
//! and `> ` before what the program said. The rest is the model's.

use crate::transcript::{EntryKind, Line, RawPlace, Role, TranscriptEntry};

/// What is begun and may go on in the next line.
#[derive(Debug, Default)]
pub struct Markdown {
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    kind: Kind,
    text: String,
    place: RawPlace,
    /// Whether an empty line followed.
    is_over: bool,
}

/// Who speaks in a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Start,
    Person,
    Program,
    Model,
}

impl Markdown {
    /// Reads a line. Returns what ended before it.
    pub fn read(&mut self, line: &Line) -> Option<TranscriptEntry> {
        let text = String::from_utf8_lossy(&line.bytes);
        let text = text.trim_end();
        let (kind, said) = match text {
            _ if text.starts_with("# aider chat started at ") => (Kind::Start, text),
            _ if text.starts_with("#### ") => (Kind::Person, &text[5..]),
            "####" => (Kind::Person, ""),
            _ if text.starts_with("> ") => (Kind::Program, &text[2..]),
            ">" => (Kind::Program, ""),
            _ => (Kind::Model, text),
        };
        if let Some(open) = &mut self.open {
            let goes_on = match kind {
                Kind::Model => {
                    // Of a command line with newlines, only the first line is marked.
                    let is_marked_before = open.kind == Kind::Program && !open.is_over;
                    text.is_empty() || open.kind == Kind::Model || is_marked_before
                }
                kind => open.kind == kind && !open.is_over,
            };
            if goes_on {
                open.is_over |= text.is_empty();
                open.text.push('\n');
                open.text.push_str(said);
                // The newline between the lines counts, too.
                open.place.len += line.place.len + 1;
                return None;
            }
        }
        let (text, place) = (said.to_owned(), line.place.clone());
        let before = self.finish();
        self.open = Some(Open { kind, text, place, is_over: false });
        before
    }

    /// Returns what has not ended yet.
    pub fn finish(&mut self) -> Option<TranscriptEntry> {
        let Open { kind, text, place, .. } = self.open.take()?;
        let text = text.trim_matches('\n');
        let (role, entry) = match kind {
            Kind::Person => (Role::User, EntryKind::Text),
            Kind::Model => (Role::Assistant, EntryKind::Text),
            Kind::Program => (Role::System, EntryKind::Text),
            Kind::Start => (Role::System, EntryKind::Meta),
        };
        let entry = if text.is_empty() { EntryKind::Meta } else { entry };
        let role = if text.is_empty() { Role::System } else { role };
        Some(TranscriptEntry { raw: Some(place), ..TranscriptEntry::new(role, entry, text) })
    }
}
