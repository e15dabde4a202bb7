//! Files, and changes of them that can be applied to other versions of the files.

use std::collections::BTreeMap;

/// Numbers that look random and are always the same.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
        ((self.0 >> 33) % limit as u64) as usize
    }
}

/// The files of a commit by their number, which stays when they are renamed.
pub type Files = BTreeMap<usize, File>;

#[derive(Debug, Clone, PartialEq)]
pub struct File {
    pub path: String,
    pub lines: Vec<String>,
}

/// A change of a line. Lines are known by their text.
#[derive(Debug, Clone)]
pub struct Edit {
    pub file: usize,
    /// The line that is replaced, or after which one is added.
    pub at: String,
    pub act: Act,
}

#[derive(Debug, Clone)]
pub enum Act {
    Add(String),
    Replace(String),
    Remove,
}

impl Edit {
    /// Returns the line that it writes.
    pub fn text(&self) -> Option<&String> {
        match &self.act {
            Act::Add(text) | Act::Replace(text) => Some(text),
            Act::Remove => None,
        }
    }

    /// Returns the same edit with another line.
    pub fn writing(&self, text: String) -> Self {
        let act = match self.act {
            Act::Replace(_) => Act::Replace(text),
            _ => Act::Add(text),
        };
        Self { act, ..self.clone() }
    }
}

/// Applies edits; None if a line is not there any more.
pub fn applied(files: &Files, edits: &[Edit]) -> Option<Files> {
    let mut files = files.clone();
    for edit in edits {
        let lines = &mut files.get_mut(&edit.file)?.lines;
        let at = lines.iter().position(|line| *line == edit.at)?;
        match &edit.act {
            Act::Add(text) => lines.insert(at + 1, text.clone()),
            Act::Replace(text) => lines[at].clone_from(text),
            Act::Remove => drop(lines.remove(at)),
        }
    }
    Some(files)
}
