//! What the whole history says of sessions.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::look::{LOOKS, Look};
use super::{History, Snapshot};
use crate::model::{Event, SessionId};
use crate::store::StoreError;
use crate::store::past::Joined;

impl Snapshot<'_> {
    /// Returns the sessions that events touched, deleted ones included, whose ids begin with
    /// `prefix`, sorted. Unreadable events are skipped.
    pub fn touched(&self, prefix: &str) -> Vec<SessionId> {
        let begins = |id: &SessionId| id.to_string().starts_with(prefix);
        let mut touched: BTreeSet<SessionId> = BTreeSet::new();
        let read = |joined: &Joined| joined.touched(begins);
        let known = self.read_or_walk(read, |event| {
            touched.extend(event.into_iter().flat_map(|it| it.message.sessions).filter(begins));
            Ok(())
        });
        known.ok().flatten().unwrap_or(touched).into_iter().collect()
    }

    /// Returns the sessions whose oldest event is by one of these people. Each text is a part of
    /// `name <address>`, in any case.
    ///
    /// # Errors
    /// Fails if a commit that has to be read is unreadable.
    pub fn made_by(&self, people: &[String]) -> Result<HashSet<SessionId>, StoreError> {
        let people: Vec<String> = people.iter().map(|text| text.to_lowercase()).collect();
        let is_wanted = |author: &str| people.iter().any(|person| author.contains(person));
        let mut makers: HashMap<SessionId, bool> = HashMap::new();
        let read = |joined: &Joined| joined.made_by(is_wanted);
        let known = self.read_or_walk(read, |event| {
            let event = event?;
            let author = format!("{} <{}>", event.author.name, event.author.email).to_lowercase();
            let is_wanted = is_wanted(&author);
            makers.extend(event.message.sessions.into_iter().map(|id| (id, is_wanted)));
            Ok(())
        })?;
        let walked = || makers.into_iter().filter(|(_, is_wanted)| *is_wanted).map(|(id, _)| id);
        Ok(known.unwrap_or_else(|| walked().collect()))
    }

    /// Returns who created each session, as `name <address>`: the author of its oldest event. All
    /// events are read.
    ///
    /// # Errors
    /// Fails if a commit is unreadable.
    pub fn makers(&self) -> Result<BTreeMap<SessionId, String>, StoreError> {
        let mut makers = BTreeMap::new();
        for event in self.events(History::default()) {
            let event = event?;
            let author = format!("{} <{}>", event.author.name, event.author.email);
            makers.extend(event.message.sessions.into_iter().map(|id| (id, author.clone())));
        }
        Ok(makers)
    }

    /// Asks the file; if it cannot tell, visits all events, or as many as it takes until it pays to
    /// make the file. Returns what the file said.
    fn read_or_walk<T>(
        &self,
        read: impl Fn(&Joined) -> Option<T>,
        mut walk: impl FnMut(Result<Event, StoreError>) -> Result<(), StoreError>,
    ) -> Result<Option<T>, StoreError> {
        let ask = |look| self.joined(look).and_then(|joined| read(&joined));
        if let Some(known) = ask(Look::Read) {
            return Ok(Some(known));
        }
        let build = LOOKS.iter().find(|(_, look)| *look == Look::Build).map(|(after, _)| *after);
        for (count, event) in self.events(History::default()).enumerate() {
            if Some(count) == build
                && let Some(known) = ask(Look::Build)
            {
                return Ok(Some(known));
            }
            walk(event)?;
        }
        Ok(None)
    }
}
