//! A conversation as Markdown, as pull requests take it.

use super::part::Part;
use super::{DateFormat, escape};
use crate::transcript::{Role, TranscriptEntry};

/// Makes the text of a conversation, entry by entry. What a person and the model said is Markdown
/// already and stays so; the rest is in blocks of code, which the reader opens.
#[derive(Debug)]
pub struct MarkdownPage {
    text: String,
    speaker: Option<(Role, Option<String>)>,
}

impl MarkdownPage {
    /// Begins a page. `about` is a line below the title.
    pub fn new(title: &str, about: &str) -> Self {
        let text = format!("# {}\n\n{}\n", inline(title), inline(about));
        Self { text, speaker: None }
    }

    /// Begins a conversation.
    pub fn heading(&mut self, text: &str) {
        self.text += &format!("\n## {}\n", inline(text));
        self.speaker = None;
    }

    /// Adds an entry. What was not understood is left out.
    pub fn entry(&mut self, entry: &TranscriptEntry, offset: i32) {
        let Some(part) = Part::of(entry) else { return };
        self.speak(entry, offset);
        match part {
            Part::Said(text) => self.text += &format!("\n{}\n", escape::block(&text)),
            Part::Image => self.text += "\n[image]\n",
            Part::Folded { about, text } => self.fold(&about, &escape::block(&text)),
        }
    }

    /// Ends the page.
    pub fn end(self) -> String {
        self.text
    }

    fn speak(&mut self, entry: &TranscriptEntry, offset: i32) {
        let role = if entry.role == Role::User { Role::User } else { Role::Assistant };
        let speaker = (role, entry.sub.clone());
        if self.speaker.as_ref() == Some(&speaker) && role != Role::User {
            return;
        }
        let name = match &entry.sub {
            Some(sub) => format!("subagent {sub}"),
            None => role.name().to_owned(),
        };
        let model = entry.model.as_ref().map(|model| format!(" ({model})")).unwrap_or_default();
        let time = entry.at.map(|at| format!(", {}", DateFormat::Minute.show(at, offset, at)));
        let head = inline(&(name + &model + &time.unwrap_or_default()));
        self.text += &format!("\n### {head}\n");
        self.speaker = Some(speaker);
    }

    fn fold(&mut self, summary: &str, text: &str) {
        // A longer fence than any in the text.
        let ticks = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
        let fence = "`".repeat(3.max(ticks + 1));
        self.text += &format!(
            "\n<details><summary>{}</summary>\n\n{fence}\n{text}\n{fence}\n\n</details>\n",
            inline(summary)
        );
    }
}

/// Makes text of one line, without markup.
fn inline(text: &str) -> String {
    let text = escape::line(text).split_whitespace().collect::<Vec<_>>().join(" ");
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => plain.push_str("&amp;"),
            '<' => plain.push_str("&lt;"),
            '>' => plain.push_str("&gt;"),
            '*' | '_' | '[' | ']' | '`' | '#' | '|' | '!' => plain.extend(['\\', c]),
            c => plain.push(c),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::{EntryKind, Tool};

    #[test]
    fn text_stays_in_its_block() {
        let mut page = MarkdownPage::new("*Fix* <b>", "about");
        page.entry(
            &TranscriptEntry::new(Role::User, EntryKind::Text, "see `x`\n```\ncode\n```"),
            0,
        );
        let result = TranscriptEntry::new(Role::Tool, EntryKind::ToolResult, "````\n</details>");
        page.entry(&result, 0);
        let mut call = TranscriptEntry::new(Role::Assistant, EntryKind::ToolUse, "");
        call.tool = Some(Tool::new("patch", "", "a\n\"b\"".into()));
        page.entry(&call, 0);
        let text = page.end();
        assert_eq!(
            text,
            "# \\*Fix\\* &lt;b&gt;\n\nabout\n\n### user\n\nsee `x`\n```\ncode\n```\n\n### assistant\n\n\
             <details><summary>result of</summary>\n\n`````\n````\n</details>\n`````\n\n</details>\n\n\
             <details><summary>patch a \"b\"</summary>\n\n```\na\n\"b\"\n```\n\n</details>\n"
        );
    }
}
