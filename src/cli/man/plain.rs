//! Formats manual pages as plain text if neither groff nor mandoc is installed.
//!
//! It supports only the man(7) requests that git ao's own pages use.

use unicode_width::UnicodeWidthStr as _;

/// The indentation of a section's text, and that of a tagged paragraph below it.
const STEP: usize = 7;

/// Formats the page in lines of at most `width` columns.
pub fn render(source: &str, width: usize) -> String {
    let mut page = Page { width: width.clamp(40, 100), ..Page::default() };
    for line in source.lines() {
        match line.strip_prefix('.') {
            Some(request) => page.request(request),
            None => page.text(&plain(line)),
        }
    }
    page.end_paragraph();
    page.out.trim_matches('\n').to_owned() + "\n"
}

#[derive(Default)]
struct Page {
    out: String,
    width: usize,
    words: Vec<String>,
    /// The indentation of a nested list.
    shift: usize,
    /// The indentation of the paragraph below its tag.
    hang: usize,
    tag: Tag,
    is_as_typed: bool,
    /// True below a heading, before any text.
    is_first: bool,
}

#[derive(Default, PartialEq)]
enum Tag {
    #[default]
    None,
    /// The next line is the tag.
    Next,
    Is(String),
}

impl Page {
    fn request(&mut self, request: &str) {
        let (name, rest) = request.split_once(' ').unwrap_or((request, ""));
        let words = arguments(rest);
        match name {
            "SH" | "SS" => {
                self.start(0);
                (self.shift, self.is_as_typed, self.is_first) = (0, false, true);
                let indent = if name == "SH" { "" } else { "   " };
                self.out.push_str(&format!("{indent}{}\n", words.join(" ")));
            }
            "PP" => self.start(0),
            "TP" => {
                self.start(STEP);
                self.tag = Tag::Next;
            }
            "IP" => {
                self.start(STEP);
                if let Some(tag) = words.first().filter(|tag| !tag.is_empty()) {
                    self.tag = Tag::Is(tag.clone());
                }
            }
            "RS" => {
                self.end_paragraph();
                self.shift += STEP;
            }
            "RE" => {
                self.end_paragraph();
                self.shift = self.shift.saturating_sub(STEP);
            }
            "br" => self.end_paragraph(),
            "nf" => {
                self.end_paragraph();
                self.is_as_typed = true;
            }
            "fi" => self.is_as_typed = false,
            "B" | "I" => self.text(&words.join(" ")),
            "BR" | "RB" | "BI" | "IB" | "IR" | "RI" => self.text(&words.concat()),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if self.tag != Tag::Next {
            self.is_first = false;
        }
        if self.tag == Tag::Next {
            self.tag = Tag::Is(text.to_owned());
        } else if self.is_as_typed {
            let indent = if text.is_empty() { 0 } else { STEP + self.shift + self.hang };
            self.out.push_str(&format!("{:indent$}{text}\n", ""));
        } else {
            self.words.extend(text.split(' ').filter(|word| !word.is_empty()).map(str::to_owned));
        }
    }

    /// Begins a paragraph, with a blank line before it.
    fn start(&mut self, hang: usize) {
        self.end_paragraph();
        let is_first = std::mem::take(&mut self.is_first);
        if !is_first && !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
        self.hang = hang;
    }

    fn end_paragraph(&mut self) {
        let indent = STEP + self.shift;
        let tag = match std::mem::take(&mut self.tag) {
            Tag::Is(tag) => Some(tag.replace('\u{a0}', " ")),
            _ => None,
        };
        let mut line = String::new();
        if let Some(tag) = tag {
            line = format!("{:indent$}{tag}", "");
            let room = (indent + self.hang).saturating_sub(line.width());
            match room {
                0 | 1 => {
                    self.out.push_str(&format!("{line}\n"));
                    line.clear();
                }
                _ => line.extend(std::iter::repeat_n(' ', room)),
            }
        }
        let indent = indent + self.hang;
        let mut is_empty = true;
        for word in std::mem::take(&mut self.words) {
            let word = word.replace('\u{a0}', " ");
            if !is_empty && line.width() + 1 + word.width() > self.width {
                self.out.push_str(&format!("{line}\n"));
                (line, is_empty) = (String::new(), true);
            }
            match is_empty {
                true if line.is_empty() => line = format!("{:indent$}{word}", ""),
                true => line.push_str(&word),
                false => line.push_str(&format!(" {word}")),
            }
            is_empty = false;
        }
        if !line.trim().is_empty() {
            self.out.push_str(&format!("{}\n", line.trim_end()));
        }
    }
}

/// Splits the arguments of a request. Quotes group words.
fn arguments(rest: &str) -> Vec<String> {
    let (mut arguments, mut rest) = (Vec::new(), rest.trim_start());
    while !rest.is_empty() {
        let (argument, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => match rest.match_indices(' ').find(|(at, _)| !rest[..*at].ends_with('\\')) {
                Some((at, _)) => (&rest[..at], &rest[at..]),
                None => (rest, ""),
            },
        };
        arguments.push(plain(argument));
        rest = after.trim_start();
    }
    arguments
}

/// Removes font changes, and replaces escapes with their characters.
fn plain(line: &str) -> String {
    let mut text = String::new();
    let mut rest = line;
    while let Some((before, escape)) = rest.split_once('\\') {
        text.push_str(before);
        let (shown, length) = match escape.chars().next() {
            Some('f') => ("", 2),
            Some('&') => ("", 1),
            Some('-') => ("-", 1),
            Some('e') => ("\\", 1),
            Some(' ' | '~') => ("\u{a0}", 1),
            Some('\\') => ("\\", 1),
            Some('(') => (special(escape.get(1..3).unwrap_or_default()), 3),
            Some('*') if escape.starts_with("*(Aq") => ("'", 4),
            _ => ("", 0),
        };
        text.push_str(shown);
        rest = escape.get(length..).unwrap_or_default();
    }
    text + rest
}

fn special(name: &str) -> &'static str {
    match name {
        "aq" => "'",
        "dq" => "\"",
        "rs" => "\\",
        "bu" => "•",
        "en" => "–",
        "em" => "—",
        "ha" => "^",
        "ti" => "~",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_can_be_read() {
        let source = ".TH GIT-AO-X 1\n.SH NAME\ngit\\-ao\\-x \\- do it\n.SH OPTIONS\n.TP\n\
            \\fB\\-f\\fR, \\fB\\-\\-force\\fR\nEven so, although many words say that it should not be \
            done at all by anybody\n.TP\n.B x\nShort.\n.PP\nThen \\*(Aqthis\\*(Aq:\n.nf\n    a  b\\\\\n.fi\n\
            .BR ao.x ,\n.RB ( one \" two\" )\n";
        assert_eq!(
            render(source, 40),
            "NAME\n       git-ao-x - do it\n\nOPTIONS\n       -f, --force\n              Even so, although many\n              \
             words say that it should\n              not be done at all by\n              anybody\n\n       \
             x      Short.\n\n       Then 'this':\n           a  b\\\n       ao.x, (one two)\n"
        );
    }
}
