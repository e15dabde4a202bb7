//! Events in memory, as much of them as the file has.

use std::collections::HashMap;

use gix::ObjectId;
use gix::objs::Commit;

use super::words::Words;
use crate::ledger::commit_time;
use crate::model::{Message, SessionId};

/// What an event is: numbers of words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventKind {
    pub op: u16,
    pub author: u16,
    pub replica: u16,
    pub flags: u16,
}

/// The event was made without a command from a person.
pub const AUTOMATIC: u16 = 1;
/// The event is a merge of histories.
pub const MERGE: u16 = 2;

/// The words of events, by kind.
#[derive(Default)]
pub struct Vocabulary {
    pub ops: Words,
    pub authors: Words,
    pub replicas: Words,
}

/// Sessions, numbered.
#[derive(Default)]
pub struct Sessions {
    pub all: Vec<SessionId>,
    numbers: HashMap<SessionId, u32>,
}

impl Sessions {
    pub fn number(&mut self, id: SessionId) -> u32 {
        *self.numbers.entry(id).or_insert_with(|| {
            self.all.push(id);
            self.all.len() as u32 - 1
        })
    }
}

/// Events in any order. Parents are their places in it.
#[derive(Default)]
pub struct Rows {
    pub ids: Vec<ObjectId>,
    /// The commits' own times, in milliseconds.
    pub times: Vec<i64>,
    pub kinds: Vec<EventKind>,
    pub parents: Lists,
    /// The numbers of the sessions that each event touched.
    pub touched: Lists,
    pub vocabulary: Vocabulary,
    pub sessions: Sessions,
}

impl Rows {
    pub fn len(&self) -> usize {
        self.times.len()
    }

    /// Adds what a commit says. Its id and its parents' places are added by the caller.
    pub fn add(&mut self, commit: &Commit) {
        let message = Message::from_text(&commit.message.to_string());
        let author = &commit.author;
        let author = format!("{} <{}>", author.name, author.email).to_lowercase();
        let is_merge = commit.parents.len() > 1 && message.op == "merge";
        let is_automatic = message.origin == crate::model::Origin::Automatic;
        let words = &mut self.vocabulary;
        self.kinds.push(EventKind {
            op: words.ops.number(&message.op),
            author: words.authors.number(&author),
            replica: words.replicas.number(message.replica.as_deref().unwrap_or_default()),
            flags: if is_merge { MERGE } else { 0 } | if is_automatic { AUTOMATIC } else { 0 },
        });
        self.times.push(commit_time(commit).as_millis());
        let mut touched: Vec<u32> =
            message.sessions.iter().map(|id| self.sessions.number(*id)).collect();
        touched.sort_unstable();
        touched.dedup();
        self.touched.push(touched);
    }
}

/// Many short lists, one after the other.
#[derive(Default)]
pub struct Lists {
    ends: Vec<u32>,
    all: Vec<u32>,
}

impl Lists {
    pub fn push(&mut self, list: impl IntoIterator<Item = u32>) {
        self.all.extend(list);
        self.ends.push(self.all.len() as u32);
    }

    pub fn of(&self, n: usize) -> &[u32] {
        let start = n.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.all[start as usize..self.ends[n] as usize]
    }
}
