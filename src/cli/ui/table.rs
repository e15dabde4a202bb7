use std::borrow::Cow;

use unicode_width::UnicodeWidthStr as _;

use super::out::{Out, OutError};
use super::{Style, escape};

/// The minimum width of the last column. On a narrower terminal it overflows.
const NARROWEST: usize = 12;

/// The maximum width of the other columns: one long field must not pad every line. The names that
/// git ao gives to branches fit.
const WIDEST: usize = 64;

/// A column of a table.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    title: &'static str,
    align: Align,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Align {
    Left,
    Right,
}

impl Column {
    /// Makes a column of text.
    pub const fn left(title: &'static str) -> Self {
        Self { title, align: Align::Left }
    }

    /// Makes a column of numbers or ages.
    pub const fn right(title: &'static str) -> Self {
        Self { title, align: Align::Right }
    }
}

/// One field of a row: its text, escaped, and its style.
#[derive(Debug, Clone)]
pub struct Cell {
    text: String,
    style: Style,
}

impl Cell {
    /// Makes a field with a style. The text is escaped.
    pub fn new(style: Style, text: &str) -> Self {
        Self { text: escape::line(text).into_owned(), style }
    }

    /// Makes a field without a style.
    pub fn plain(text: &str) -> Self {
        Self::new(Style::Plain, text)
    }
}

/// A table with a header and aligned columns, two spaces apart.
///
/// The width of each column is limited. The last one, after which nothing is padded, is cut only at
/// the edge of a terminal.
#[derive(Debug)]
pub struct Table<const N: usize> {
    columns: [Column; N],
    header: [Cell; N],
    rows: Vec<[Cell; N]>,
}

impl<const N: usize> Table<N> {
    /// Makes an empty table.
    pub fn new(columns: [Column; N]) -> Self {
        let header = columns.map(|column| Cell::new(Style::Title, column.title));
        Self { columns, header, rows: Vec::new() }
    }

    /// Adds a row.
    pub fn row(&mut self, mut cells: [Cell; N]) {
        for cell in cells.iter_mut().take(N.saturating_sub(1)) {
            if let Cow::Owned(short) = cut(&cell.text, WIDEST) {
                cell.text = short;
            }
        }
        self.rows.push(cells);
    }

    /// Prints the header and the rows, or nothing if there are no rows.
    pub fn print(&self, out: &mut Out) -> Result<(), OutError> {
        let layout = self.layout(out);
        self.all_rows().try_for_each(|row| out.text(&layout.line(row, out)))
    }

    /// Returns the lines of the header and the rows, with their newlines.
    pub fn lines(&self, out: &Out) -> Vec<String> {
        let layout = self.layout(out);
        self.all_rows().map(|row| layout.line(row, out)).collect()
    }

    /// Returns the header, if there are rows, and the rows.
    fn all_rows(&self) -> impl Iterator<Item = &[Cell; N]> {
        let header = (!self.rows.is_empty()).then_some(&self.header);
        header.into_iter().chain(&self.rows)
    }

    fn layout(&self, out: &Out) -> Layout<N> {
        let mut widths = [0; N];
        for row in self.all_rows() {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = cell.text.width().max(*width);
            }
        }
        let before_last = widths.iter().take(N.saturating_sub(1)).map(|width| width + 2).sum();
        let room = out.width().map(|width| width.saturating_sub(before_last).max(NARROWEST));
        Layout { columns: self.columns, widths, room }
    }
}

/// The widths of the columns.
struct Layout<const N: usize> {
    columns: [Column; N],
    widths: [usize; N],
    /// The room for the last column.
    room: Option<usize>,
}

impl<const N: usize> Layout<N> {
    fn line(&self, row: &[Cell; N], out: &Out) -> String {
        let mut line = String::new();
        // Padding is written only if text follows, so that no line ends with a space.
        let mut owed = 0;
        for (i, (cell, column)) in row.iter().zip(&self.columns).enumerate() {
            let last = i + 1 == N;
            let text = match self.room {
                Some(room) if last => cut(&cell.text, room),
                _ => Cow::Borrowed(&*cell.text),
            };
            let gap = self.widths[i].saturating_sub(text.width());
            if column.align == Align::Right {
                owed += gap;
            }
            if !text.is_empty() {
                line.extend(std::iter::repeat_n(' ', owed));
                line.push_str(&out.paint_escaped(cell.style, &text));
                owed = 0;
            }
            owed += 2;
            if column.align == Align::Left {
                owed += gap;
            }
        }
        line.push('\n');
        line
    }
}

/// The maximum number of characters per column of the screen: combining accents have no width.
const CHARS_PER_COLUMN: usize = 8;

/// Cuts the text to at most `room` columns, ending in `…` if something was cut.
pub fn cut(text: &str, room: usize) -> Cow<'_, str> {
    let most = room.saturating_mul(CHARS_PER_COLUMN);
    let is_short = text.len() <= most || text.chars().nth(most).is_none();
    if is_short && text.width() <= room {
        return text.into();
    }
    let mut end = 0;
    for (start, c) in text.char_indices().take(most) {
        let next = start + c.len_utf8();
        if text[..next].width() + 1 > room {
            break;
        }
        end = next;
    }
    let kept = text[..end].trim_end_matches([' ', '\u{200c}', '\u{200d}']);
    format!("{kept}…").into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::ui::out::testing;

    fn table() -> Table<3> {
        let mut table =
            Table::new([Column::left("ID"), Column::right("AGE"), Column::left("TITLE")]);
        table.row([
            Cell::new(Style::Id, "7b6d11f9"),
            Cell::plain("2h"),
            Cell::plain("Fix the flaky test"),
        ]);
        table.row([Cell::plain("東京"), Cell::plain("13d"), Cell::plain("a\x1b[2Jb")]);
        table.row([Cell::plain("x"), Cell::plain(""), Cell::plain("")]);
        table
    }

    #[test]
    fn columns_line_up_and_nothing_is_cut_in_a_file() {
        let text = testing::printed(testing::FILE, |out| table().print(out).unwrap());
        assert_eq!(
            text,
            "ID        AGE  TITLE\n\
             7b6d11f9   2h  Fix the flaky test\n\
             東京      13d  a\\x1b[2Jb\n\
             x\n"
        );
    }

    #[test]
    fn the_last_column_is_cut_at_the_edge_of_a_terminal() {
        let screen = testing::terminal(28);
        let text = testing::printed(screen, |out| table().print(out).unwrap());
        assert!(text.contains("  Fix the flak…\n"), "{text}");
        assert!(text.starts_with("\x1b[1mID\x1b[m        \x1b[1mAGE\x1b[m"), "{text}");
        assert!(text.contains("\x1b[33m7b6d11f9\x1b[m   2h"), "{text}");
    }

    #[test]
    fn a_cut_never_splits_what_is_two_columns_wide() {
        assert_eq!(cut("東京都", 6), "東京都");
        assert_eq!(cut("東京都", 5), "東京…");
        assert_eq!(cut("東京都", 4), "東…");
        assert_eq!(cut("one two", 5), "one…");
        let pile = format!("e{}", "\u{301}".repeat(20_000));
        assert!(cut(&pile, 40).len() < 1000);
    }

    #[test]
    fn a_long_field_pads_no_other_line() {
        let mut table = Table::new([Column::left("BRANCH"), Column::left("TITLE")]);
        table.row([Cell::plain(&"東".repeat(20_000)), Cell::plain("one")]);
        table.row([Cell::plain("main"), Cell::plain(&"x".repeat(500))]);
        let text = testing::printed(testing::FILE, |out| table.print(out).unwrap());
        let long = format!("{}…  one", "東".repeat(31));
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[1], long);
        assert_eq!(lines[2], format!("{:<65}{}", "main", "x".repeat(500)));
    }

    #[test]
    fn no_rows_no_header() {
        let empty = Table::new([Column::left("ID")]);
        assert_eq!(testing::printed(testing::FILE, |out| empty.print(out).unwrap()), "");
    }
}
