//! Reads what `git blame --porcelain` prints (git-blame(1), "THE PORCELAIN FORMAT").

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt as _;

use super::{Blame, BlameCommit, BlameLine};
use crate::model::Oid;

/// Parses the whole output. Unknown lines are skipped.
pub fn parse(porcelain: &[u8]) -> Blame {
    let mut parser = Parser::default();
    for line in porcelain.split_inclusive(|byte| *byte == b'\n') {
        parser.take(line);
    }
    parser.blame
}

#[derive(Default)]
struct Parser {
    blame: Blame,
    /// The line whose text was not read yet.
    line: Option<BlameLine>,
    /// The path from which the last line of each commit came: git names it only if it changes.
    paths: HashMap<Oid, OsString>,
}

impl Parser {
    fn take(&mut self, raw: &[u8]) {
        let line = raw.strip_suffix(b"\n").unwrap_or(raw);
        let Some(now) = &mut self.line else {
            self.line = self.begin(line).map(|begun| BlameLine { header: raw.to_vec(), ..begun });
            return;
        };
        let Some(text) = line.strip_prefix(b"\t") else {
            now.header.extend_from_slice(raw);
            let commit = self.blame.commits.entry(now.commit.clone());
            note(commit.or_default(), line);
            if let Some(path) = line.strip_prefix(b"filename ") {
                self.paths.insert(now.commit.clone(), unquoted(path));
            }
            return;
        };
        now.text = text.to_vec();
        now.original_path = self.paths.get(&now.commit).cloned().unwrap_or_default();
        self.blame.lines.extend(self.line.take());
    }

    fn begin(&self, line: &[u8]) -> Option<BlameLine> {
        let line = std::str::from_utf8(line).ok()?;
        let mut words = line.split(' ');
        let commit = words.next()?.parse().ok()?;
        let (original, number) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
        Some(BlameLine::new(commit, original, number))
    }
}

fn note(commit: &mut BlameCommit, line: &[u8]) {
    let text = String::from_utf8_lossy(line);
    let (key, value) = text.split_once(' ').unwrap_or((&text, ""));
    match key {
        "author" => value.clone_into(&mut commit.author),
        "author-mail" => {
            value.trim_start_matches('<').trim_end_matches('>').clone_into(&mut commit.author_mail);
        }
        "author-time" => commit.author_time = value.parse().unwrap_or_default(),
        "author-tz" => commit.author_offset = offset(value).unwrap_or_default(),
        "summary" => value.clone_into(&mut commit.summary),
        "boundary" => commit.is_boundary = true,
        _ => {}
    }
}

/// Returns how many seconds `+0130` is east of UTC.
fn offset(zone: &str) -> Option<i32> {
    let minutes: i32 = zone.get(1..).filter(|digits| digits.len() == 4)?.parse().ok()?;
    let seconds = (minutes / 100 * 60 + minutes % 100) * 60;
    Some(if zone.starts_with('-') { -seconds } else { seconds })
}

/// Returns the path that git has quoted like a string of C, if it has.
fn unquoted(path: &[u8]) -> OsString {
    let inner = path.strip_prefix(b"\"").and_then(|path| path.strip_suffix(b"\""));
    let Some(inner) = inner else { return OsStr::from_bytes(path).to_owned() };
    let (mut plain, mut bytes) = (Vec::new(), inner.iter().copied());
    while let Some(byte) = bytes.next() {
        let escaped = if byte == b'\\' { bytes.next() } else { None };
        plain.push(match escaped {
            None => byte,
            Some(b'a') => 7,
            Some(b'b') => 8,
            Some(b't') => b'\t',
            Some(b'n') => b'\n',
            Some(b'v') => 11,
            Some(b'f') => 12,
            Some(b'r') => b'\r',
            Some(high @ b'0'..=b'3') => {
                let mut digit = || bytes.next().unwrap_or(b'0').wrapping_sub(b'0') & 7;
                ((high - b'0') << 6) | (digit() << 3) | digit()
            }
            Some(other) => other,
        });
    }
    OsString::from(OsStr::from_bytes(&plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_given_once_and_hold_for_all_lines_of_a_commit() {
        let one = "1111111111111111111111111111111111111111";
        let two = "0000000000000000000000000000000000000000";
        let text = format!(
            "{one} 1 1 2\nauthor Ann\nauthor-mail <a@b>\nauthor-time 60\nauthor-tz -0130\n\
             summary It\nboundary\nfilename \"a\\tb\\303\\244\"\n\tauthor x\r\n{one} 2 2\n\t\n\
             {two} 3 3 1\nauthor Not Committed Yet\nprevious {one} a\nfilename c\n\t\tz\n"
        );
        let blame = parse(text.as_bytes());
        let ann = &blame.commits[&one.parse().unwrap()];
        assert_eq!((ann.author.as_str(), ann.author_mail.as_str()), ("Ann", "a@b"));
        assert_eq!((ann.author_time, ann.author_offset), (60, -5400));
        assert_eq!((ann.summary.as_str(), ann.is_boundary), ("It", true));
        let texts: Vec<_> = blame.lines.iter().map(|line| line.text.as_slice()).collect();
        assert_eq!(texts, [&b"author x\r"[..], b"", b"\tz"]);
        let paths: Vec<_> = blame.lines.iter().map(|line| line.original_path.to_str()).collect();
        assert_eq!(paths, [Some("a\tbä"), Some("a\tbä"), Some("c")]);
        let committed: Vec<_> = blame.lines.iter().map(BlameLine::is_committed).collect();
        assert_eq!(committed, [true, true, false]);
        let headers: Vec<u8> =
            blame.lines.iter().flat_map(|line| line.porcelain_header()).copied().collect();
        let texts: usize = texts.iter().map(|text| text.len() + 2).sum();
        assert_eq!(headers.len() + texts, text.len());
    }
}
