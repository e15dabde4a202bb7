use std::borrow::Cow;

use unicode_width::UnicodeWidthStr as _;

use super::out::{Out, OutError};
use super::{Style, escape};

/// The minimum width of the last column. On a narrower terminal it overflows.
const NARROWEST: usize = 12;

/// The maximum width of the other columns: one long field must not pad every line. The names that
/// git ao gives to branches fit.
const WIDEST: usize = 64;

/// The space between two columns.
const GAP: usize = 2;

/// The least of a text that is worth showing beside its tail.
const SHORTEST: usize = 5;

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
    /// The end of the text, which is kept when the text is cut.
    tail: String,
    style: Style,
}

/// What a column gives up on a terminal that is too narrow for the table.
#[derive(Debug, Clone, Copy)]
pub enum Give {
    /// Column, width: it becomes as narrow as needed, but not narrower than that.
    Width(usize, usize),
    /// It is left out.
    Column(usize),
}

impl Cell {
    /// Makes a field with a style. The text is escaped.
    pub fn new(style: Style, text: &str) -> Self {
        Self::escaped(style, escape::line(text).into_owned())
    }

    /// Makes a field of text that is already escaped.
    pub fn escaped(style: Style, text: String) -> Self {
        Self { text, tail: String::new(), style }
    }

    /// Adds an end to the text, which stays when the text is cut.
    #[must_use]
    pub fn ending_in(self, tail: &str) -> Self {
        Self { tail: escape::line(tail).into_owned(), ..self }
    }

    fn width(&self) -> usize {
        self.text.width() + self.tail.width()
    }

    fn is_empty(&self) -> bool {
        self.text.is_empty() && self.tail.is_empty()
    }

    /// Returns as much of it as has room.
    fn within(&self, room: usize) -> Cow<'_, str> {
        match room.checked_sub(self.tail.width()) {
            _ if self.tail.is_empty() => cut(&self.text, room),
            Some(left) if left >= SHORTEST.min(self.text.width()) => {
                format!("{}{}", cut(&self.text, left), self.tail).into()
            }
            _ => cut(&self.text, room),
        }
    }

    /// Makes a field without a style.
    pub fn plain(text: &str) -> Self {
        Self::new(Style::Plain, text)
    }
}

/// A table with a header and aligned columns, two spaces apart, one line per row.
///
/// The width of each column is limited. The last one, after which nothing is padded, is cut only at
/// the edge of a terminal.
#[derive(Debug)]
pub struct Table<const N: usize> {
    columns: [Column; N],
    header: [Cell; N],
    rows: Vec<[Cell; N]>,
    gives: Vec<Give>,
}

impl<const N: usize> Table<N> {
    /// Makes an empty table. If a terminal is too narrow for it, only its last column gives way.
    pub fn new(columns: [Column; N]) -> Self {
        let header = columns.map(|column| Cell::new(Style::Title, column.title));
        let gives = vec![Give::Width(N.saturating_sub(1), NARROWEST)];
        Self { columns, header, rows: Vec::new(), gives }
    }

    /// Sets what is given up, one after the other, until the table fits on a terminal. Of these
    /// columns, those that can be left out are left out if nothing is in them.
    #[must_use]
    pub fn giving(self, gives: &[Give]) -> Self {
        Self { gives: gives.to_vec(), ..self }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: [Cell; N]) {
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
        let mut widths = [const { Some(0) }; N];
        for row in self.all_rows() {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = Some(cell.width()).max(*width);
            }
        }
        for give in &self.gives {
            if let Give::Column(at) = *give
                && self.rows.iter().all(|row| row[at].is_empty())
            {
                widths[at] = None;
            }
        }
        let last = widths.iter().rposition(Option::is_some);
        for width in widths.iter_mut().take(last.unwrap_or_default()) {
            *width = width.map(|width| width.min(WIDEST));
        }
        if let Some(room) = out.width() {
            fit(&mut widths, &self.gives, room);
        }
        Layout { columns: self.columns, widths }
    }
}

/// Narrows columns until they have room.
fn fit(widths: &mut [Option<usize>], gives: &[Give], room: usize) {
    fn needed(widths: &[Option<usize>]) -> usize {
        widths.iter().flatten().map(|width| width + GAP).sum::<usize>().saturating_sub(GAP)
    }
    let natural = widths.to_vec();
    for give in gives {
        let over = needed(widths).saturating_sub(room);
        if over == 0 {
            break;
        }
        match *give {
            Give::Column(at) => widths[at] = None,
            Give::Width(at, least) => {
                widths[at] = widths[at].map(|now| now.saturating_sub(over).max(least.min(now)));
            }
        }
    }
    // A column that was left out may leave more than was needed: what was narrowed last gets it.
    for give in gives.iter().rev() {
        let left = room.saturating_sub(needed(widths));
        if let Give::Width(at, _) = *give
            && let (Some(now), Some(natural)) = (widths[at], natural[at])
        {
            widths[at] = Some((now + left).min(natural));
        }
    }
}

/// The widths of the columns; None for one that is left out.
struct Layout<const N: usize> {
    columns: [Column; N],
    widths: [Option<usize>; N],
}

impl<const N: usize> Layout<N> {
    fn line(&self, row: &[Cell; N], out: &Out) -> String {
        let mut line = String::new();
        // Padding is written only if text follows, so that no line ends with a space.
        let mut owed = 0;
        for ((cell, column), width) in row.iter().zip(&self.columns).zip(self.widths) {
            let Some(width) = width else { continue };
            let text = cell.within(width);
            let gap = width.saturating_sub(text.width());
            if column.align == Align::Right {
                owed += gap;
            }
            if !text.is_empty() {
                line.extend(std::iter::repeat_n(' ', owed));
                line.push_str(&out.paint_escaped(cell.style, &text));
                owed = 0;
            }
            owed += GAP;
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
        let long = format!("{}…   one", "東".repeat(31));
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[1], long);
        assert_eq!(lines[2], format!("{:<66}{}", "main", "x".repeat(500)));
    }

    #[test]
    fn columns_give_way_in_their_order() {
        let fitted = |natural: &[usize], room| {
            let gives = [Give::Width(2, 10), Give::Width(1, 8), Give::Column(2), Give::Width(1, 2)];
            let mut widths: Vec<_> = natural.iter().copied().map(Some).collect();
            fit(&mut widths, &gives, room);
            widths
        };
        let natural = [4, 20, 30];
        assert_eq!(fitted(&natural, 58), [Some(4), Some(20), Some(30)]);
        assert_eq!(fitted(&natural, 40), [Some(4), Some(20), Some(12)]);
        assert_eq!(fitted(&natural, 30), [Some(4), Some(12), Some(10)]);
        // The last one goes, and the one before it gets its room.
        assert_eq!(fitted(&natural, 25), [Some(4), Some(19), None]);
        assert_eq!(fitted(&natural, 9), [Some(4), Some(3), None]);
        assert_eq!(fitted(&natural, 0), [Some(4), Some(2), None]);
        assert_eq!(fitted(&[4, 5, 3], 13), [Some(4), Some(5), None]);
    }

    #[test]
    fn a_tail_stays_while_there_is_room_for_more() {
        let cell = Cell::plain("asks: Run npm test?").ending_in(" (3m)");
        assert_eq!(cell.within(30), "asks: Run npm test? (3m)");
        assert_eq!(cell.within(20), "asks: Run npm… (3m)");
        assert_eq!(cell.within(9), "asks: Ru…");
        assert_eq!(Cell::plain("up").ending_in(" 3m").within(5), "up 3m");
    }

    #[test]
    fn no_rows_no_header() {
        let empty = Table::new([Column::left("ID")]);
        assert_eq!(testing::printed(testing::FILE, |out| empty.print(out).unwrap()), "");
    }
}
