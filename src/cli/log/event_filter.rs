use git_ao::model::{Event, Timestamp};

/// Clocks differ: so many events in a row must be too old before older ones are not looked for.
/// The same number that git takes.
const SLOP: usize = 5;

/// Which events are wanted.
pub struct EventFilter {
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
    pub authors: Vec<String>,
    pub ops: Vec<String>,
    pub limit: Option<usize>,
}

/// What an event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Wanted.
    Yes,
    /// Not wanted.
    No,
    /// Older than all that is wanted, and so is what comes behind it.
    Over,
}

impl EventFilter {
    /// Begins to look at events, from the newest to the oldest.
    pub fn judge(&self) -> Judge<'_> {
        Judge { filter: self, too_old: 0 }
    }
}

pub struct Judge<'w> {
    filter: &'w EventFilter,
    too_old: usize,
}

impl Judge<'_> {
    pub fn of(&mut self, event: &Event) -> Verdict {
        let filter = self.filter;
        if filter.since.is_some_and(|since| event.time < since) {
            self.too_old += 1;
            return if self.too_old > SLOP { Verdict::Over } else { Verdict::No };
        }
        self.too_old = 0;
        let is_early = filter.until.is_none_or(|until| event.time <= until);
        let author = || format!("{} <{}>", event.author.name, event.author.email).to_lowercase();
        let is_by = filter.authors.is_empty() || {
            let author = author();
            filter.authors.iter().any(|person| author.contains(person))
        };
        let is_op = filter.ops.is_empty() || filter.ops.contains(&event.message.op);
        if is_early && is_by && is_op { Verdict::Yes } else { Verdict::No }
    }
}
