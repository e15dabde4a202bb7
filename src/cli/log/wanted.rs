use git_ao::model::{Event, Timestamp};

/// Clocks differ: so many events in a row must be too old before older ones are not looked for.
/// The same number that git takes.
const SLOP: usize = 5;

/// Which events are wanted.
pub struct Wanted {
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

impl Wanted {
    /// Begins to look at events, from the newest to the oldest.
    pub fn judge(&self) -> Judge<'_> {
        Judge { wanted: self, too_old: 0 }
    }
}

pub struct Judge<'w> {
    wanted: &'w Wanted,
    too_old: usize,
}

impl Judge<'_> {
    pub fn of(&mut self, event: &Event) -> Verdict {
        let wanted = self.wanted;
        if wanted.since.is_some_and(|since| event.time < since) {
            self.too_old += 1;
            return if self.too_old > SLOP { Verdict::Over } else { Verdict::No };
        }
        self.too_old = 0;
        let is_early = wanted.until.is_none_or(|until| event.time <= until);
        let author = || format!("{} <{}>", event.author.name, event.author.email).to_lowercase();
        let is_by = wanted.authors.is_empty() || {
            let author = author();
            wanted.authors.iter().any(|person| author.contains(person))
        };
        let is_op = wanted.ops.is_empty() || wanted.ops.contains(&event.message.op);
        if is_early && is_by && is_op { Verdict::Yes } else { Verdict::No }
    }
}
