//! Counts what a conversation has used.

use std::collections::HashSet;
use std::collections::hash_map::{DefaultHasher, Entry, HashMap};
use std::hash::{Hash as _, Hasher as _};

use super::tokens::Tokens;
use crate::model::Timestamp;
use crate::transcript::{EntryKind, Role, TranscriptEntry};

/// An answer of a model.
#[derive(Debug, Clone, Default)]
pub(super) struct Call {
    pub model: Option<String>,
    pub at: Option<Timestamp>,
    /// None if the agent did not say.
    pub tokens: Option<Tokens>,
}

/// What was asked and answered in a session.
#[derive(Debug, Default)]
pub(super) struct Counted {
    pub calls: Vec<Call>,
    /// When a person said something.
    pub turns: Vec<Option<Timestamp>>,
}

/// What was counted before: a fork or a restored session begins with a copy.
#[derive(Debug, Default)]
pub(super) struct Known {
    answers: HashSet<String>,
    turns: HashSet<u64>,
}

/// Counts the entries of the conversations of one session.
pub(super) struct Counter<'k> {
    known: &'k mut Known,
    counted: Counted,
    /// The answers of this session, with their places in what was counted. Agents may write an
    /// answer in several lines, each with its usage so far: the last one counts.
    answers: HashMap<String, Option<usize>>,
    /// The model that was named last.
    model: Option<String>,
    is_asking: bool,
    /// An answer of which no usage was told yet.
    open: Option<Call>,
}

impl<'k> Counter<'k> {
    pub fn new(known: &'k mut Known) -> Self {
        let (counted, answers) = (Counted::default(), HashMap::new());
        Self { known, counted, answers, model: None, is_asking: false, open: None }
    }

    pub fn count(&mut self, entry: &TranscriptEntry) {
        if entry.model.is_some() {
            self.model.clone_from(&entry.model);
        }
        if let Some(usage) = &entry.usage {
            self.open = None;
            self.answer(&usage.answer, entry, Tokens::from(usage));
            self.is_asking = false;
            return;
        }
        match entry.role {
            Role::Assistant if entry.kind != EntryKind::Meta => {
                self.is_asking = false;
                let call = || Call { model: self.model.clone(), at: entry.at, tokens: None };
                self.open.get_or_insert_with(call);
            }
            Role::User if entry.kind == EntryKind::Text && entry.sub.is_none() => {
                self.close();
                if !self.is_asking && self.is_new_turn(entry) {
                    self.counted.turns.push(entry.at);
                }
                self.is_asking = true;
            }
            Role::Tool => self.close(),
            _ => {}
        }
    }

    pub fn finish(mut self) -> Counted {
        self.close();
        self.counted
    }

    fn answer(&mut self, id: &str, entry: &TranscriptEntry, tokens: Tokens) {
        let call = Call { model: self.model.clone(), at: entry.at, tokens: Some(tokens) };
        if id.trim().is_empty() {
            self.counted.calls.push(call);
            return;
        }
        match self.answers.entry(id.to_owned()) {
            Entry::Occupied(at) => {
                if let Some(at) = at.get() {
                    self.counted.calls[*at] = call;
                }
            }
            Entry::Vacant(place) => {
                let is_new = self.known.answers.insert(id.to_owned());
                place.insert(is_new.then_some(self.counted.calls.len()));
                self.counted.calls.extend(is_new.then_some(call));
            }
        }
    }

    /// Counts an answer of which no usage was told.
    fn close(&mut self) {
        self.counted.calls.extend(self.open.take());
    }

    fn is_new_turn(&mut self, entry: &TranscriptEntry) -> bool {
        let Some(at) = entry.at else { return true };
        let mut hasher = DefaultHasher::new();
        (at, &entry.text).hash(&mut hasher);
        self.known.turns.insert(hasher.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::Usage;

    fn entry(role: Role, kind: EntryKind, usage: Option<(&str, u64)>) -> TranscriptEntry {
        let usage = usage.map(|(answer, output)| Usage {
            answer: answer.to_owned(),
            output,
            ..Usage::default()
        });
        TranscriptEntry { usage, ..TranscriptEntry::new(role, kind, "x") }
    }

    fn output(counted: &Counted) -> Vec<Option<u64>> {
        counted.calls.iter().map(|call| call.tokens.map(|tokens| tokens.output)).collect()
    }

    #[test]
    fn streamed_lines_and_copies_count_once() {
        use EntryKind::{Meta, Text, ToolResult, ToolUse};
        let mut known = Known::default();
        let entries = [
            entry(Role::User, Text, None),
            entry(Role::User, Text, None),
            entry(Role::Assistant, Text, Some(("a", 1))),
            entry(Role::Assistant, ToolUse, Some(("a", 5))),
            entry(Role::Tool, ToolResult, None),
            entry(Role::Assistant, Text, None),
            entry(Role::User, Text, None),
            entry(Role::Assistant, Text, None),
            entry(Role::System, Meta, Some(("b", 7))),
        ];
        let mut counter = Counter::new(&mut known);
        entries.iter().for_each(|entry| counter.count(entry));
        let counted = counter.finish();
        assert_eq!(output(&counted), [Some(5), None, Some(7)]);
        assert_eq!(counted.turns.len(), 2);
        let mut fork = Counter::new(&mut known);
        entries.iter().for_each(|entry| fork.count(entry));
        fork.count(&entry(Role::Assistant, Text, Some(("c", 9))));
        assert_eq!(output(&fork.finish()), [None, Some(9)]);
    }
}
