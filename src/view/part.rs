use crate::transcript::{EntryKind, Role, TranscriptEntry};

/// What a page shows of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// What a person or the model said.
    Said(String),
    Image,
    /// A text that the reader opens, below a line about it.
    Folded {
        about: String,
        text: String,
    },
}

/// The longest line about a text, in characters.
const ABOUT: usize = 300;

impl Part {
    /// Returns what is shown of an entry; None if it was not understood.
    pub fn of(entry: &TranscriptEntry) -> Option<Self> {
        if entry.kind == EntryKind::Meta && entry.text.trim().is_empty() {
            return None;
        }
        let text = entry.text.trim_end().to_owned();
        let (about, text) = match (entry.kind, entry.role) {
            (EntryKind::Text, Role::User | Role::Assistant) => return Some(Self::Said(text)),
            (EntryKind::Image, _) => return Some(Self::Image),
            (EntryKind::Thinking, _) if text.is_empty() => return None,
            (EntryKind::ToolUse, _) => {
                let tool = entry.tool.clone().unwrap_or_default();
                (format!("{} {}", tool.name, tool.summary()), tool.shown_input())
            }
            (EntryKind::ToolResult, _) => {
                let name = entry.tool.as_ref().map(|tool| tool.name.as_str()).unwrap_or_default();
                (format!("result of {name}"), text)
            }
            (EntryKind::Thinking, _) => ("thinking".to_owned(), text),
            (EntryKind::Compaction, _) => ("summary of the conversation".to_owned(), text),
            _ => ("system".to_owned(), text),
        };
        let about: String = about.chars().take(ABOUT).collect();
        let about = about.split_whitespace().collect::<Vec<_>>().join(" ");
        Some(Self::Folded { about, text })
    }
}
