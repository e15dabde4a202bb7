//! Finds the input line of Claude Code and Codex on the screen.
//!
//! Both place the cursor in it, after a mark in the first column: Claude Code uses `❯` and a
//! no-break space, Codex a bold `›`, or `!` in shell mode. Questions and earlier messages have
//! other marks. A suggestion in an empty line is dim.

use std::iter::Peekable;
use std::str::Chars;

/// A pane at one moment.
pub(super) struct Screen {
    cursor: String,
    /// The text alone.
    text: String,
    /// The text in the input line, if there is one.
    pub(super) input: Option<String>,
}

/// Compares without styles, because programs animate their colours.
impl PartialEq for Screen {
    fn eq(&self, other: &Self) -> bool {
        (&self.cursor, &self.text) == (&other.cursor, &other.text)
    }
}

impl Screen {
    /// Parses the cursor's position and, after it, the output of `capture-pane -e`.
    pub(super) fn of(said: &str) -> Self {
        let (cursor, rest) = said.split_once('\n').unwrap_or((said, ""));
        let rows = rows(rest);
        let plain = |row: &Vec<Cell>| row.iter().map(|cell| cell.character).collect::<String>();
        let text = rows.iter().map(plain).collect::<Vec<_>>().join("\n");
        let input = input(cursor, &rows);
        Self { cursor: cursor.to_owned(), text, input }
    }

    pub(super) fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }
}

#[derive(Clone, Copy, Default)]
struct Style {
    bold: bool,
    dim: bool,
    reverse: bool,
}

struct Cell {
    character: char,
    style: Style,
}

fn input(cursor: &str, rows: &[Vec<Cell>]) -> Option<String> {
    let (column, row) = cursor.split_once(',')?;
    let (column, row): (usize, usize) = (column.parse().ok()?, row.parse().ok()?);
    let first = (0..=row).rev().find(|at| !rows.get(*at).is_some_and(|row| continues(row)))?;
    let mark = rows.get(first).and_then(|row| mark(row)).filter(|_| column >= 2)?;
    // A suggestion is dim, except for the reversed character under the cursor.
    let typed = |cell: &&Cell| !cell.style.dim && !cell.style.reverse;
    let lines = rows.get(first..=row)?.iter();
    let lines = lines.map(|row| row.iter().skip(2).filter(typed).map(|cell| cell.character));
    let text = lines.map(String::from_iter).collect::<Vec<_>>().join("\n");
    // Marked, because Enter would execute text that is typed in shell mode.
    let shell = if mark == '!' { "!" } else { "" };
    Some(format!("{shell}{}", text.trim()))
}

fn continues(row: &[Cell]) -> bool {
    row.iter().take(2).all(|cell| cell.character == ' ')
}

fn mark(row: &[Cell]) -> Option<char> {
    let mark = row.first()?;
    let after = row.get(1).map_or(' ', |cell| cell.character);
    let marks = match (mark.character, after) {
        ('❯' | '!', '\u{a0}') => true,
        ('›' | '!', ' ') => mark.style.bold && !mark.style.dim && !mark.style.reverse,
        _ => false,
    };
    marks.then_some(mark.character)
}

/// Parses the rows of a screen. Styles carry over from one row to the next.
fn rows(text: &str) -> Vec<Vec<Cell>> {
    let mut style = Style::default();
    let row = |line: &str| {
        let mut cells = Vec::new();
        let mut characters = line.chars().peekable();
        while let Some(character) = characters.next() {
            match character {
                '\x1b' => style = escape(&mut characters, style),
                _ if character.is_control() => {}
                _ => cells.push(Cell { character, style }),
            }
        }
        cells
    };
    text.lines().map(row).collect()
}

/// Reads an escape sequence to its end, and returns the style after it.
fn escape(characters: &mut Peekable<Chars<'_>>, style: Style) -> Style {
    match characters.next() {
        Some('[') => {
            let mut codes = String::new();
            for character in characters.by_ref() {
                match character {
                    'm' => return styled(&codes, style),
                    '@'..='~' => break,
                    _ => codes.push(character),
                }
            }
        }
        // An OSC sequence, such as a hyperlink.
        Some(']') => while !matches!(characters.next(), None | Some('\x07' | '\\')) {},
        _ => {}
    }
    style
}

fn styled(codes: &str, mut style: Style) -> Style {
    let mut codes = codes.split(';');
    while let Some(code) = codes.next() {
        match code {
            "" | "0" => style = Style::default(),
            "1" => style.bold = true,
            "2" => style.dim = true,
            "7" => style.reverse = true,
            "22" => (style.bold, style.dim) = (false, false),
            "27" => style.reverse = false,
            // Skips the numbers of a colour.
            "38" | "48" | "58" => {
                let more = if codes.next() == Some("2") { 3 } else { 1 };
                codes.by_ref().take(more).for_each(drop);
            }
            _ => {}
        }
    }
    style
}

#[cfg(test)]
mod tests {
    use super::Screen;

    /// As Claude Code 2.1 and Codex 0.169 write them.
    #[test]
    fn an_input_line_is_found() {
        let cases = [
            ("2,1", "──\n\x1b[39m❯\u{a0}\x1b[7m\n\x1b[0m──", Some("")),
            ("2,0", "\x1b[38;5;246m❯\u{a0}\x1b[7m\x1b[39mP\x1b[0;2mress up\x1b[0m", Some("")),
            ("15,0", "❯\u{a0}draft of mine\x1b[7m\n\x1b[0m──", Some("draft of mine")),
            ("2,0", "❯\u{a0}\x1b[7md\x1b[0mraft", Some("raft")),
            ("4,0", "\x1b[38;5;211m!\u{a0}\x1b[39mls\x1b[7m ", Some("!ls")),
            ("2,0", "\x1b[1m›\x1b[0m \x1b[2mAsk Codex\x1b[0m", Some("")),
            ("2,0", "\x1b[1m›\x1b[0m \x1b[38;2;2;2;2mtext\x1b[0m", Some("text")),
            ("6,3", "\x1b[1m›\x1b[0m one\n  two\n\n  four\n\n  gpt", Some("one\n  two\n\n  four")),
            ("2,0", "\x1b[1m\x1b[38;5;9m!\x1b[0m ", Some("!")),
            // What was said before, questions, shells.
            ("2,0", "\x1b[1;2m› \x1b[0msay slow", None),
            ("2,0", "\x1b[38;5;239m❯ \x1b[38;5;231msay slow", None),
            ("1,0", "\x1b[1;7m› 1. Trust and continue\x1b[0m", None),
            ("1,1", " ❯ 1. Yes\n   2. No, exit\n\n Enter to confirm", None),
            ("2,0", "❯ ", None),
            ("", "", None),
        ];
        for (cursor, text, input) in cases {
            let screen = Screen::of(&format!("{cursor}\n{text}\n"));
            let lines = |text: &str| text.replace("\n  ", "\n");
            assert_eq!(screen.input, input.map(lines), "{cursor} {text:?}");
        }
    }
}
