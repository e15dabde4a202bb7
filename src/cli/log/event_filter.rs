use git_ao::model::{Event, Timestamp};

/// How many consecutive events must be too old before the search ends, because clocks differ. Git
/// uses the same number.
const SLOP: usize = 5;

/// The wanted events.
pub struct EventFilter {
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
    pub authors: Vec<String>,
    pub ops: Vec<String>,
    pub limit: Option<usize>,
}

/// The verdict on an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Wanted.
    Yes,
    /// Not wanted.
    No,
    /// Older than all wanted events, like all that follow.
    Over,
}

impl EventFilter {
    /// Starts to judge events, from the newest to the oldest.
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
