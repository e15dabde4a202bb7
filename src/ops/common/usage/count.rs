//! Counts what a conversation has used.

use std::collections::HashSet;
use std::collections::hash_map::{DefaultHasher, Entry, HashMap};
use std::hash::{Hash as _, Hasher as _};

use crate::model::{ModelUsage, Timestamp, Tokens};
use crate::transcript::{EntryKind, Role, TranscriptEntry, Usage};

/// One or more answers or prompts: their usage and their model.
#[derive(Debug, Clone, Default)]
pub(in crate::ops) struct Used {
    pub model: Option<String>,
    pub usage: ModelUsage,
}

/// What was asked and answered in a session.
#[derive(Debug, Clone, Default)]
pub(in crate::ops) struct Counted {
    /// The number of things that were said and done.
    pub entries: u64,
    pub used: Vec<Used>,
}

/// What was counted before: a fork or a restored session begins with a copy.
#[derive(Debug, Default)]
pub(super) struct Known {
    answers: HashSet<String>,
    turns: HashSet<u64>,
}

/// Counts the entries of the conversations of one session in one clone.
pub(super) struct Counter<'k> {
    known: &'k mut Known,
    /// What was said before is a copy.
    since: Option<Timestamp>,
    /// The time of the last entry that had one.
    at: Option<Timestamp>,
    counted: Counted,
    /// The answers of this session, with their places in what was counted. Agents may write an
    /// answer in several lines, each with its usage so far: the last one counts.
    answers: HashMap<String, Option<usize>>,
    /// The model that was named last.
    model: Option<String>,
    is_asking: bool,
    /// A prompt; the model that answers it is not yet known.
    turn: Option<usize>,
    /// An answer without reported usage so far.
    open: Option<Used>,
    /// Whether a tool that it called has answered. Some agents tell the usage only after that, on
    /// its own.
    is_over: bool,
}

impl<'k> Counter<'k> {
    pub fn new(known: &'k mut Known, since: Option<Timestamp>) -> Self {
        Self {
            known,
            since,
            at: None,
            counted: Counted::default(),
            answers: HashMap::new(),
            model: None,
            is_asking: false,
            turn: None,
            open: None,
            is_over: false,
        }
    }

    pub fn count(&mut self, entry: &TranscriptEntry) {
        self.counted.entries += 1;
        self.at = entry.at.or(self.at);
        if entry.model.is_some() {
            self.model.clone_from(&entry.model);
        }
        if let (Some(at), Some(since)) = (self.at, self.since)
            && at < since
        {
            (self.is_asking, self.open) = (false, None);
            return;
        }
        let is_said = entry.role == Role::Assistant && entry.kind != EntryKind::Meta;
        if is_said && self.is_over {
            self.close();
        }
        if let Some(usage) = &entry.usage {
            (self.open, self.is_over) = (None, false);
            self.answer(usage, entry.at);
            self.is_asking = false;
            return;
        }
        match entry.role {
            Role::Assistant if is_said => {
                self.is_asking = false;
                let call = || {
                    let usage = ModelUsage { calls_without_usage: 1, ..call(entry.at) };
                    Used { model: self.model.clone(), usage }
                };
                self.open.get_or_insert_with(call);
            }
            Role::User if entry.kind == EntryKind::Text && entry.sub.is_none() => {
                self.close();
                if !self.is_asking && self.is_new_turn(entry) {
                    self.turn = Some(self.counted.used.len());
                    let (first, last) = (entry.at, entry.at);
                    let usage = ModelUsage { turns: 1, first, last, ..ModelUsage::default() };
                    self.counted.used.push(Used { model: None, usage });
                }
                self.is_asking = true;
            }
            Role::Tool => self.is_over = true,
            _ => {}
        }
    }

    pub fn finish(mut self) -> Counted {
        self.close();
        self.counted
    }

    fn answer(&mut self, told: &Usage, at: Option<Timestamp>) {
        let usage = ModelUsage { tokens: Some(tokens(told)), cost_usd: told.cost_usd, ..call(at) };
        let used = Used { model: self.model.clone(), usage };
        let id = &told.answer;
        if id.trim().is_empty() {
            self.push(used);
            return;
        }
        match self.answers.entry(id.clone()) {
            Entry::Occupied(place) => {
                if let Some(place) = *place.get() {
                    let first = self.counted.used[place].usage.first.or(at);
                    self.counted.used[place] = used;
                    self.counted.used[place].usage.first = first;
                }
            }
            Entry::Vacant(place) => {
                let is_new = self.known.answers.insert(id.clone());
                place.insert(is_new.then_some(self.counted.used.len()));
                if is_new {
                    self.push(used);
                }
            }
        }
    }

    /// Adds an answer, of whose model the prompt before it is one.
    fn push(&mut self, used: Used) {
        if let Some(turn) = self.turn.take() {
            self.counted.used[turn].model.clone_from(&used.model);
        }
        self.counted.used.push(used);
    }

    /// Counts an answer without reported usage.
    fn close(&mut self) {
        self.is_over = false;
        if let Some(open) = self.open.take() {
            self.push(open);
        }
    }

    fn is_new_turn(&mut self, entry: &TranscriptEntry) -> bool {
        let Some(at) = entry.at else { return true };
        let mut hasher = DefaultHasher::new();
        (at, &entry.text).hash(&mut hasher);
        self.known.turns.insert(hasher.finish())
    }
}

fn call(at: Option<Timestamp>) -> ModelUsage {
    ModelUsage { calls: 1, first: at, last: at, ..ModelUsage::default() }
}

fn tokens(usage: &Usage) -> Tokens {
    Tokens {
        input: usage.input,
        output: usage.output,
        cache_read: usage.cache_read,
        cache_write_5m: usage.cache_write_5m,
        cache_write_1h: usage.cache_write_1h,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(role: Role, kind: EntryKind, usage: Option<(&str, u64)>) -> TranscriptEntry {
        let usage = usage.map(|(answer, output)| Usage {
            answer: answer.to_owned(),
            output,
            ..Usage::default()
        });
        TranscriptEntry { usage, ..TranscriptEntry::new(role, kind, "x") }
    }

    fn output(counted: &Counted) -> Vec<Option<u64>> {
        let calls = counted.used.iter().filter(|used| used.usage.calls > 0);
        calls.map(|used| used.usage.tokens.map(|tokens| tokens.output)).collect()
    }

    fn turns(counted: &Counted) -> u64 {
        counted.used.iter().map(|used| used.usage.turns).sum()
    }

    #[test]
    fn an_answer_may_tell_its_usage_after_its_tools() {
        use EntryKind::{Meta, Text, ToolResult, ToolUse};
        let mut known = Known::default();
        let mut counter = Counter::new(&mut known, None);
        for entry in [
            entry(Role::Assistant, ToolUse, None),
            entry(Role::Tool, ToolResult, None),
            entry(Role::System, Meta, Some(("a", 1))),
            entry(Role::Assistant, ToolUse, None),
            entry(Role::Tool, ToolResult, None),
            entry(Role::Assistant, Text, None),
            entry(Role::System, Meta, Some(("b", 2))),
        ] {
            counter.count(&entry);
        }
        assert_eq!(output(&counter.finish()), [Some(1), None, Some(2)]);
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
        let mut counter = Counter::new(&mut known, None);
        entries.iter().for_each(|entry| counter.count(entry));
        let counted = counter.finish();
        assert_eq!(output(&counted), [Some(5), None, Some(7)]);
        assert_eq!((turns(&counted), counted.entries), (2, 9));
        let mut fork = Counter::new(&mut known, None);
        entries.iter().for_each(|entry| fork.count(entry));
        fork.count(&entry(Role::Assistant, Text, Some(("c", 9))));
        assert_eq!(output(&fork.finish()), [None, Some(9)]);
    }

    #[test]
    fn what_was_said_before_is_a_copy() {
        let mut known = Known::default();
        let mut counter = Counter::new(&mut known, Some(Timestamp::from_millis(2)));
        for (at, answer) in [(Some(1), "a"), (None, "b"), (Some(2), "c"), (None, "d")] {
            for (role, usage) in [(Role::User, None), (Role::Assistant, Some((answer, 1)))] {
                let entry = entry(role, EntryKind::Text, usage);
                let at = at.map(Timestamp::from_millis);
                let model = Some(answer.to_owned());
                counter.count(&TranscriptEntry { at, model, ..entry });
            }
        }
        let counted = counter.finish();
        let models: Vec<_> = counted.used.iter().map(|it| it.model.as_deref().unwrap()).collect();
        assert_eq!((models, turns(&counted)), (vec!["c", "c", "d", "d"], 2));
    }
}
