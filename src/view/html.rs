//! A conversation as one HTML file, which needs nothing else.

use super::part::Part;
use super::{DateFormat, escape};
use crate::model::Timestamp;
use crate::transcript::{Role, TranscriptEntry};

/// The style sheet.
const STYLE: &str = include_str!("html/export.css");

/// What is allowed to a page that has text from elsewhere: only its own style.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; \
                      form-action 'none'";

/// Makes the page of a conversation, entry by entry. All text is shown as text; there are no
/// scripts, and nothing is loaded.
#[derive(Debug)]
pub struct HtmlPage {
    text: String,
    /// Who speaks in the open section.
    speaker: Option<(Role, Option<String>)>,
}

impl HtmlPage {
    /// Begins a page. `about` is a line below the title.
    pub fn new(title: &str, about: &str) -> Self {
        let (title, about) = (shown(title), shown(about));
        let text = format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"referrer\" content=\"no-referrer\">\n\
             <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
             <header>\n<h1>{title}</h1>\n<p>{about}</p>\n</header>\n"
        );
        Self { text, speaker: None }
    }

    /// Begins a conversation.
    pub fn heading(&mut self, text: &str) {
        self.close();
        self.text += &format!("<h3>{}</h3>\n", shown(text));
    }

    /// Adds an entry. What was not understood is left out.
    pub fn entry(&mut self, entry: &TranscriptEntry, offset: i32) {
        let Some(part) = Part::of(entry) else { return };
        self.speak(entry, offset);
        match part {
            Part::Said(text) => self.text += &paragraphs(&shown(&text)),
            Part::Image => self.text += "<p class=\"text\">[image]</p>\n",
            Part::Folded { about, text } => self.fold(&about, &shown(&text)),
        }
    }

    /// Ends the page.
    pub fn end(mut self) -> String {
        self.close();
        self.text + "</body>\n</html>\n"
    }

    fn speak(&mut self, entry: &TranscriptEntry, offset: i32) {
        let role = if entry.role == Role::User { Role::User } else { Role::Assistant };
        let speaker = (role, entry.sub.clone());
        if self.speaker.as_ref() == Some(&speaker) && role != Role::User {
            return;
        }
        self.close();
        let (class, name) = match (&entry.sub, role) {
            (Some(sub), _) => ("sub", format!("subagent {sub}")),
            (None, role) => (role.name(), role.name().to_owned()),
        };
        let model = entry.model.as_ref().map(|model| format!(" ({model})")).unwrap_or_default();
        let time = entry.at.map(|at| time(at, offset)).unwrap_or_default();
        let name = shown(&(name + &model));
        self.text += &format!("<section class=\"{class}\">\n<h2>{name}{time}</h2>\n");
        self.speaker = Some(speaker);
    }

    fn fold(&mut self, summary: &str, escaped: &str) {
        let summary = shown(summary);
        self.text +=
            &format!("<details><summary>{summary}</summary><pre>{escaped}</pre></details>\n");
    }

    fn close(&mut self) {
        if self.speaker.take().is_some() {
            self.text += "</section>\n";
        }
    }
}

fn time(at: Timestamp, offset: i32) -> String {
    format!(" <time datetime=\"{at}\">{}</time>", DateFormat::Minute.show(at, offset, at))
}

/// Makes text of anything: HTML sees no markup in it, and a reader no hidden characters.
fn shown(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in escape::block(text).chars() {
        match c {
            '&' => shown.push_str("&amp;"),
            '<' => shown.push_str("&lt;"),
            '>' => shown.push_str("&gt;"),
            '"' => shown.push_str("&quot;"),
            '\'' => shown.push_str("&#39;"),
            c => shown.push(c),
        }
    }
    shown
}

/// Shows escaped text as it stands, and fenced code in boxes.
fn paragraphs(escaped: &str) -> String {
    let (mut html, mut part, mut fence) = (String::new(), String::new(), None);
    let mut flush = |part: &mut String, is_code: bool| {
        let text = std::mem::take(part);
        match is_code {
            true => html += &format!("<pre>{}</pre>\n", text.trim_end_matches('\n')),
            false if text.trim().is_empty() => {}
            false => html += &format!("<p class=\"text\">{}</p>\n", text.trim_matches('\n')),
        }
    };
    for line in escaped.lines() {
        let ticks = line.trim_start().bytes().take_while(|byte| *byte == b'`').count();
        match fence {
            None if ticks >= 3 => {
                flush(&mut part, false);
                fence = Some(ticks);
            }
            Some(open) if ticks >= open && line.trim().len() == ticks => {
                flush(&mut part, true);
                fence = None;
            }
            _ => {
                part += line;
                part.push('\n');
            }
        }
    }
    flush(&mut part, fence.is_some());
    html
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::{EntryKind, Tool};
    use proptest::prelude::*;

    fn page(entries: &[TranscriptEntry]) -> String {
        let mut page = HtmlPage::new("<Title>", "a & b");
        page.heading("one");
        entries.iter().for_each(|entry| page.entry(entry, 0));
        page.end()
    }

    #[test]
    fn code_stands_in_boxes() {
        assert_eq!(
            paragraphs("a\n\n```rust\nb\n``` x\n```\nc"),
            "<p class=\"text\">a</p>\n<pre>b\n``` x</pre>\n<p class=\"text\">c</p>\n"
        );
        assert_eq!(paragraphs("```\nopen"), "<pre>open</pre>\n");
        assert_eq!(paragraphs(""), "");
    }

    /// Removes what the page itself writes, and returns the rest, in which nothing is markup.
    fn without_tags(html: &str) -> String {
        let body = &html[html.find("<body>").unwrap()..];
        let own = regex::Regex::new(
            "</?(body|html|header|h1|h2|h3|section|details|summary|pre|p|time)( (class|datetime)=\"[a-zA-Z0-9:. -]*\")?>",
        );
        own.unwrap().replace_all(body, "").into_owned()
    }

    proptest! {
        #[test]
        fn text_from_elsewhere_is_text(text in ".{0,30}|[<>&\"'`\n\u{202e}a-z=/ ]{0,60}") {
            let mut all = Vec::new();
            for kind in [EntryKind::Text, EntryKind::Thinking, EntryKind::ToolUse, EntryKind::ToolResult, EntryKind::Meta, EntryKind::Compaction] {
                for role in Role::ALL {
                    let mut entry = TranscriptEntry::new(role, kind, text.clone());
                    entry.model = Some(text.clone());
                    entry.sub = (kind == EntryKind::Thinking).then(|| text.clone());
                    entry.at = Some(Timestamp::from_millis(0));
                    entry.tool = Some(Tool::new(text.clone(), text.clone(), serde_json::json!({ text.clone(): text })));
                    all.push(entry);
                }
            }
            let html = page(&all);
            let rest = without_tags(&html);
            prop_assert!(!rest.contains(['<', '>', '"', '\'']), "{}", rest);
            prop_assert!(!html.chars().any(|c| escape::is_hidden(c) && c != '\n' && c != '\t'));
            let count = |tag: &str| html.matches(tag).count();
            for tag in ["section", "details", "pre", "p"] {
                prop_assert_eq!(count(&format!("<{tag}>")) + count(&format!("<{tag} ")), count(&format!("</{tag}>")), "{}", tag);
            }
        }
    }
}
