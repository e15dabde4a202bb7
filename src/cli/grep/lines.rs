use std::ops::Range;

use git_ao::model::SessionId;
use git_ao::ops::{Match, MatchPlace, Pattern};
use git_ao::view::json::{self, MatchJson};

use crate::cli::ui::{Out, OutError, Style, escape};

/// How many lines are printed around each match.
#[derive(Debug, Clone, Copy)]
pub struct Context {
    pub before: usize,
    pub after: usize,
}

/// Of a longer line, a terminal gets only the part with the match, in characters.
const LONGEST: usize = 500;

/// Prints matching lines as grep does.
pub struct Lines {
    context: Context,
    is_first: bool,
}

impl Lines {
    pub fn new(context: Context) -> Self {
        Self { context, is_first: true }
    }

    /// Prints the matching lines of a text, with their context.
    pub fn print(
        &mut self,
        session: SessionId,
        found: &Match,
        pattern: &Pattern,
        out: &mut Out,
    ) -> Result<(), OutError> {
        let Context { before, after } = self.context;
        let (place, all) = (place(&found.place), found.text.lines().collect::<Vec<_>>());
        let head = |separator: char| {
            let id = out.paint(Style::Id, &session.short());
            let mut head = id;
            for word in &place {
                let separator = out.paint(Style::Dim, &separator.to_string());
                head += &format!("{separator}{}", out.paint(Style::Branch, word));
            }
            head + &out.paint(Style::Dim, &separator.to_string())
        };
        let (head, around) = (head(':'), head('-'));
        let mut next = 0;
        for nth in &found.lines {
            let first = nth.saturating_sub(before).max(next);
            if (before > 0 || after > 0) && (first > next || next == 0) {
                if !self.is_first {
                    let rule = out.paint(Style::Dim, "--");
                    writeln!(out, "{rule}")?;
                }
                self.is_first = false;
            }
            let is_next = found.lines.iter().find(|other| *other > nth).copied();
            let end = (nth + 1 + after).min(all.len()).min(is_next.unwrap_or(all.len()));
            for (number, line) in all.iter().enumerate().take(end).skip(first) {
                if number == *nth {
                    let shown = marked(line, pattern, out);
                    writeln!(out, "{head}{shown}")?;
                } else {
                    writeln!(out, "{around}{}", escape::line(shortened(line, 0..0, out)))?;
                }
            }
            next = end;
        }
        Ok(())
    }
}

/// Returns `12` and `user`, or `title`.
fn place(place: &MatchPlace) -> Vec<String> {
    match place {
        MatchPlace::Title => vec!["title".to_owned()],
        MatchPlace::Task => vec!["task".to_owned()],
        MatchPlace::Entry(entry) => {
            let sub = entry.sub.as_ref().map(|sub| format!("{sub}/")).unwrap_or_default();
            vec![format!("{sub}{}", entry.n), entry.role.name().to_owned()]
        }
    }
}

/// Escapes a line, and colors what matches.
fn marked(line: &str, pattern: &Pattern, out: &Out) -> String {
    let first = pattern.find(line).next().unwrap_or(0..0);
    let line = shortened(line, first, out);
    if !out.is_colored() {
        return escape::line(line).into_owned();
    }
    let (mut shown, mut at) = (String::new(), 0);
    for Range { start, end } in pattern.find(line) {
        shown += &escape::line(&line[at..start]);
        shown += &out.paint(Style::Failed, &line[start..end]);
        at = end;
    }
    shown + &escape::line(&line[at..])
}

/// Returns the part of a long line around a match, for a terminal.
fn shortened<'l>(line: &'l str, first: Range<usize>, out: &Out) -> &'l str {
    if !out.is_terminal() || line.len() <= LONGEST {
        return line;
    }
    let start = line[..first.start].char_indices().rev().nth(LONGEST / 4);
    let start = start.map_or(0, |(at, _)| at);
    let end = line[start..].char_indices().nth(LONGEST).map_or(line.len(), |(at, _)| start + at);
    &line[start..end]
}

/// Prints each matching line as JSON.
pub fn print_json(session: SessionId, found: &Match, out: &mut Out) -> Result<(), OutError> {
    let all: Vec<_> = found.text.lines().collect();
    for nth in &found.lines {
        let value = MatchJson::new(session, found, *nth, all[*nth]);
        let text = json::text(&value).map_err(OutError::Failed)?;
        writeln!(out, "{text}")?;
    }
    Ok(())
}
