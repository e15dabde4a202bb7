//! Prints lines as git blame does, with sessions in place of authors.

use std::ffi::OsStr;
use std::path::Path;

use git_ao::model::{Oid, Timestamp};
use git_ao::ops::{Blame, BlameLine, Strength};
use git_ao::view::DateFormat;
use unicode_width::UnicodeWidthStr as _;

use crate::cli::Ctx;
use crate::cli::ui::{Out, OutError, Style, cut, escape};

/// The fewest digits of a commit's id.
const SHORTEST: usize = 8;

/// The width of the column of sessions and authors: at least, at most, and on a terminal at most
/// this fraction of its width.
const WHO: (usize, usize, usize) = (16, 40, 3);

/// Which commits are shown with their whole ids.
#[derive(Clone, Copy, PartialEq)]
pub enum Ids {
    Short,
    Whole,
}

/// Who a line comes from.
struct Who {
    /// The short id of the session, and a mark if it is only likely.
    id: String,
    /// The title, or the author.
    name: String,
    /// How many more sessions there are.
    more: String,
}

pub fn print(blame: &Blame, file: &OsStr, ids: Ids, ctx: &mut Ctx) -> Result<(), OutError> {
    let whose: Vec<Who> = blame.lines.iter().map(|line| Who::of(line, blame)).collect();
    let digits = match ids {
        Ids::Short => digits(blame.commits.keys()),
        Ids::Whole => usize::MAX,
    };
    let (least, most, part) = WHO;
    let most = ctx.out.width().map_or(most, |width| most.min(width / part)).max(least);
    let room = whose.iter().map(Who::width).max().unwrap_or_default().min(most);
    let paths = paths(blame, file);
    let path_room = paths.iter().map(|path| path.width()).max().unwrap_or_default();
    let numbers = blame.lines.last().map_or(1, |line| line.number.to_string().len());
    for (at, (line, who)) in blame.lines.iter().zip(&whose).enumerate() {
        let Some(commit) = blame.commits.get(&line.commit) else { continue };
        let id = line.commit.as_str();
        let id = &id[..digits.min(id.len()) - usize::from(commit.is_boundary)];
        let mark = if commit.is_boundary { "^" } else { "" };
        let path = paths.get(at).map_or_else(String::new, |path| {
            format!(" {path}{}", " ".repeat(path_room.saturating_sub(path.width())))
        });
        let time = Timestamp::from_millis(commit.author_time.saturating_mul(1000));
        let date = DateFormat::Iso.show(time, commit.author_offset, ctx.now);
        let (who, number) = (who.painted(room, &ctx.out), line.number);
        let text = text(&line.text);
        writeln!(ctx.out, "{mark}{id}{path} ({who} {date} {number:>numbers$}) {text}")?;
    }
    Ok(())
}

impl Who {
    fn of(line: &BlameLine, blame: &Blame) -> Self {
        let found = blame.found(line);
        let Some(first) = found.first() else {
            let author = blame.commits.get(&line.commit).map(|commit| commit.author.as_str());
            let name = escape::line(author.unwrap_or_default()).into_owned();
            return Self { id: String::new(), name, more: String::new() };
        };
        let mark = if first.strength == Strength::Likely { "? " } else { " " };
        let title = first.session.as_ref().map(|session| session.display_title());
        let title = title.unwrap_or_else(|| "(its record is not in this clone)".to_owned());
        Self {
            id: format!("{}{mark}", first.id.short()),
            name: escape::line(&title).into_owned(),
            more: match found.len() - 1 {
                0 => String::new(),
                more => format!(" +{more}"),
            },
        }
    }

    fn width(&self) -> usize {
        self.id.width() + self.name.width() + self.more.width()
    }

    /// Returns it with exactly this width.
    fn painted(&self, room: usize, out: &Out) -> String {
        let left = room.saturating_sub(self.id.width() + self.more.width());
        let name = cut(&self.name, left);
        let gap = left.saturating_sub(name.width());
        let id = out.paint_escaped(Style::Id, &self.id);
        format!("{id}{name}{}{}", self.more, " ".repeat(gap))
    }
}

/// Returns the paths that the lines had, if the file has had another name.
fn paths(blame: &Blame, file: &OsStr) -> Vec<String> {
    let file = Path::new(file);
    let name: std::path::PathBuf = file.components().filter(is_name).collect();
    let is_same = |line: &BlameLine| {
        let first = &blame.lines[0].original_path;
        line.original_path == *first && Path::new(first).ends_with(&name)
    };
    match blame.lines.iter().all(is_same) {
        true => Vec::new(),
        false => blame.lines.iter().map(|line| escape::os(&line.original_path)).collect(),
    }
}

fn is_name(component: &std::path::Component<'_>) -> bool {
    matches!(component, std::path::Component::Normal(_))
}

/// Returns how many digits tell the commits from each other.
fn digits<'o>(sorted: impl Iterator<Item = &'o Oid>) -> usize {
    let (mut most, mut before) = (SHORTEST, "");
    for id in sorted.map(Oid::as_str) {
        let same = before.bytes().zip(id.bytes()).take_while(|(a, b)| a == b).count();
        most = most.max(same + 1);
        before = id;
    }
    most
}

/// Makes a line of a file safe for a terminal. Tabs stay, and the ends of lines of other systems do
/// not show.
fn text(line: &[u8]) -> String {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let mut shown = String::with_capacity(line.len());
    for chunk in line.utf8_chunks() {
        shown.push_str(&escape::block(chunk.valid()));
        chunk.invalid().iter().for_each(|byte| shown.push_str(&format!("\\x{byte:02x}")));
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_long_enough_to_differ() {
        let ids = ["1234567890", "12345678a0", "2"].map(|id| format!("{id:0<40}").parse().unwrap());
        assert_eq!(digits(ids.iter()), 9);
        assert_eq!(digits(ids[1..].iter()), SHORTEST);
    }

    #[test]
    fn lines_are_safe_and_keep_their_tabs() {
        assert_eq!(text(b"\ta\x1b[31m\xff\xc3\xa4\r"), "\ta\\x1b[31m\\xffä");
    }
}
