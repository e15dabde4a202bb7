use super::rows::{AUTOMATIC, EventKind, Vocabulary};
use super::words::{OTHER, Words};
use crate::model::{Event, Origin, SessionId};

/// Which events are wanted.
#[derive(Debug, Clone, Default)]
pub(in crate::store) struct EventFilter {
    pub session: Option<SessionId>,
    /// One of these operations; any if there are none.
    pub ops: Vec<String>,
    /// By one of these people, each a part of `name <address>` in lower case.
    pub authors: Vec<String>,
    pub replica: Option<String>,
    pub origin: Option<Origin>,
}

impl EventFilter {
    /// Returns true if all events are wanted.
    pub fn is_open(&self) -> bool {
        let Self { session, ops, authors, replica, origin } = self;
        session.is_none()
            && ops.is_empty()
            && authors.is_empty()
            && replica.is_none()
            && origin.is_none()
    }

    pub fn wants(&self, event: &Event) -> bool {
        let message = &event.message;
        let author = || format!("{} <{}>", event.author.name, event.author.email).to_lowercase();
        self.session.is_none_or(|id| message.sessions.contains(&id))
            && (self.ops.is_empty() || self.ops.contains(&message.op))
            && (self.authors.is_empty() || self.is_by(&author()))
            && (self.replica.is_none() || self.replica == message.replica)
            && self.origin.is_none_or(|origin| origin == message.origin)
    }

    fn is_by(&self, author: &str) -> bool {
        self.authors.iter().any(|part| author.contains(part))
    }

    /// Asks each word once.
    pub(super) fn with(&self, words: &Vocabulary) -> KindFilter {
        let each = |of: &Words, wants: &dyn Fn(&str) -> bool| {
            of.all().iter().map(|word| wants(word)).collect()
        };
        let is_op = |word: &str| self.ops.is_empty() || self.ops.iter().any(|op| op == word);
        let is_by = |word: &str| self.authors.is_empty() || self.is_by(word);
        let is_of = |word: &str| self.replica.as_deref().is_none_or(|replica| replica == word);
        KindFilter {
            ops: each(&words.ops, &is_op),
            authors: each(&words.authors, &is_by),
            replicas: each(&words.replicas, &is_of),
            origin: self.origin,
        }
    }
}

/// A filter of kinds, which may let some pass that are not wanted.
pub(super) struct KindFilter {
    ops: Vec<bool>,
    authors: Vec<bool>,
    replicas: Vec<bool>,
    origin: Option<Origin>,
}

impl KindFilter {
    pub fn wants(&self, kind: EventKind) -> bool {
        let of = |wanted: &[bool], number: u16| {
            number == OTHER || wanted.get(usize::from(number)).copied().unwrap_or(true)
        };
        let is_automatic = kind.flags & AUTOMATIC != 0;
        of(&self.ops, kind.op)
            && of(&self.authors, kind.author)
            && of(&self.replicas, kind.replica)
            && self.origin.is_none_or(|origin| (origin == Origin::Automatic) == is_automatic)
    }
}
