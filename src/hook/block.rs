//! The part of a hook that git-ao wrote, between two markers.

use std::ops::Range;

/// The first line of a file that belongs to git-ao.
pub const SHEBANG: &[u8] = b"#!/bin/sh\n";

const BEGIN: &[u8] = b"# >>> git-ao ";
const BEGIN_TAIL: &str = ">>> 'git ao hooks uninstall' takes this out";
const END: &[u8] = b"# <<< git-ao <<<\n";

/// The kind of file that contains the block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockKind {
    /// There was no hook before, so the file belongs to git-ao.
    Own,
    /// A foreign shell script, with the block after its first line.
    Guest,
    /// The file belongs to git-ao, and then executes the previous hook, which is kept beside it.
    Wrapper,
}

impl BlockKind {
    fn word(self) -> &'static str {
        match self {
            Self::Own => "file",
            Self::Guest => "block",
            Self::Wrapper => "wrapper",
        }
    }
}

/// A block that was found in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    pub kind: BlockKind,
    /// Its position, including the markers.
    pub range: Range<usize>,
    /// True if it was changed after it was written.
    pub is_edited: bool,
}

/// A marker is missing or misplaced, or there are more than two.
#[derive(Debug, PartialEq, Eq)]
pub struct Damaged;

/// Returns the text of a block. `body` must end with a newline.
pub fn render(kind: BlockKind, body: &[u8]) -> Vec<u8> {
    let mut text = BEGIN.to_vec();
    text.extend(format!("{} {:016x} {BEGIN_TAIL}\n", kind.word(), sum(kind, body)).bytes());
    text.extend(body);
    text.extend(END);
    text
}

/// Returns the block in a file, or None if there is none.
pub fn find(file: &[u8]) -> Result<Option<Block>, Damaged> {
    let mut at = 0;
    let (mut begins, mut ends) = (Vec::new(), Vec::new());
    for line in file.split_inclusive(|byte| *byte == b'\n') {
        if line.starts_with(BEGIN) {
            begins.push(at..at + line.len());
        } else if line.trim_ascii_end() == END.trim_ascii_end() {
            ends.push(at..at + line.len());
        }
        at += line.len();
    }
    let (begin, end) = match (begins.as_slice(), ends.as_slice()) {
        ([], []) => return Ok(None),
        ([begin], [end]) if begin.end <= end.start => (begin.clone(), end.clone()),
        _ => return Err(Damaged),
    };
    let head = String::from_utf8_lossy(&file[begin.start + BEGIN.len()..begin.end]).into_owned();
    let word = head.split(' ').next().unwrap_or_default();
    let kinds = [BlockKind::Own, BlockKind::Guest, BlockKind::Wrapper];
    let kind = kinds.into_iter().find(|kind| kind.word() == word).ok_or(Damaged)?;
    let whole = render(kind, &file[begin.end..end.start]);
    let range = begin.start..end.end;
    Ok(Some(Block { kind, is_edited: file[range.clone()] != whole, range }))
}

/// Returns the file without the block.
pub fn without(file: &[u8], block: &Block) -> Vec<u8> {
    [&file[..block.range.start], &file[block.range.end..]].concat()
}

/// Returns the file with the block replaced.
pub fn replaced(file: &[u8], block: &Block, new: &[u8]) -> Vec<u8> {
    [&file[..block.range.start], new, &file[block.range.end..]].concat()
}

/// Returns a checksum (FNV-1a). It must never change, because later versions verify it.
fn sum(kind: BlockKind, body: &[u8]) -> u64 {
    kind.word().bytes().chain(body.iter().copied()).fold(0xcbf2_9ce4_8422_2325, |sum, byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_found_and_taken_out_exactly() {
        let block = render(BlockKind::Guest, b"echo a\n");
        let file = [b"#!/bin/sh\n".as_slice(), &block, b"echo \xff\r\nno newline"].concat();
        let found = find(&file).unwrap().unwrap();
        assert_eq!((found.kind, found.is_edited), (BlockKind::Guest, false));
        assert_eq!(without(&file, &found), b"#!/bin/sh\necho \xff\r\nno newline");
        assert_eq!(find(&without(&file, &found)), Ok(None));
    }

    #[test]
    fn an_edit_shows_wherever_it_was_made() {
        let block = String::from_utf8(render(BlockKind::Own, b"echo a\necho b\n")).unwrap();
        assert_eq!(find(block.as_bytes()).map(|b| b.map(|b| b.is_edited)), Ok(Some(false)));
        for edited in [
            block.replace("echo a", "echo A"),
            block.replace("echo b\n", ""),
            block.replace("git-ao file", "git-ao wrapper"),
            block.replace('\n', "\r\n"),
        ] {
            assert!(find(edited.as_bytes()).unwrap().unwrap().is_edited, "{edited}");
        }
    }

    #[test]
    fn marks_come_in_one_pair() {
        let block = String::from_utf8(render(BlockKind::Own, b"a\n")).unwrap();
        let (first, rest) = block.split_once('\n').unwrap();
        for damaged in [
            first.to_owned(),
            rest.to_owned(),
            format!("{block}{block}"),
            format!("{rest}{first}\n"),
            block.replace("git-ao file", "git-ao what"),
        ] {
            assert_eq!(find(damaged.as_bytes()), Err(Damaged), "{damaged}");
        }
    }
}
