use std::collections::BTreeMap;

use super::price::Prices;
use super::report::{UsageKey, UsageReport};
use super::sums::{SessionUsage, Sums};
use crate::model::{ModelUsage, Session, SessionId};
use crate::ops::common::usage::{CountedCopy, Tally, Used};
use crate::ops::common::{Engine, OpsError};

impl Engine {
    /// Adds up what sessions have used: their answers are counted in the transcripts that are in
    /// this clone. Of other clones' transcripts, and of those that are not here any more, the
    /// record's `usage` counts. A session without either has the usage of its record's `cost`.
    ///
    /// `deleted` are sessions without a record whose transcripts are in this clone.
    ///
    /// An answer that several sessions have, because one began with a copy of the other's
    /// conversation, is counted in the one that was made first.
    ///
    /// # Errors
    /// Fails if a transcript or the history cannot be read.
    pub fn usage(
        &self,
        sessions: &[Session],
        deleted: &[SessionId],
        by: UsageKey,
    ) -> Result<UsageReport, OpsError> {
        let mut order: Vec<_> =
            sessions.iter().map(|session| (session.id, Some(session))).collect();
        order.sort_by_key(|(id, session)| (session.map(|it| it.created_at), *id));
        order.extend(deleted.iter().map(|id| (*id, None)));
        let (store, snapshot) = (self.store(), self.store().snapshot()?);
        let authors = match by {
            UsageKey::Author => snapshot.makers()?,
            _ => BTreeMap::new(),
        };
        let mut tally = Tally::new(store, &snapshot, self.transcripts()?).for_many()?;
        let mut sums = Sums::new(by, Prices::new(self.repository()));
        for (nth, (id, session)) in order.into_iter().enumerate() {
            let used = joined(tally.count(id, session)?, session);
            let author = authors.get(&id).map(String::as_str);
            sums.add(nth, &SessionUsage { id, session, author, used: &used });
        }
        Ok(sums.finish())
    }
}

/// Joins what was counted here with what the record says of other clones. Of clones whose
/// transcripts are here, whichever is more counts: they may have been removed in part, or fetched
/// before the agent went on.
fn joined(counted: Vec<CountedCopy>, session: Option<&Session>) -> Vec<Used> {
    let is_here = |replica: &String| counted.iter().any(|copy| copy.replica == *replica);
    let recorded = session.into_iter().flat_map(|session| &session.usage);
    let (here, elsewhere): (Vec<_>, Vec<_>) = recorded.partition(|(replica, _)| is_here(replica));
    let as_used = |(model, usage): (&String, &ModelUsage)| Used {
        model: Some(model.clone()).filter(|name| name != ModelUsage::UNKNOWN),
        usage: usage.clone(),
    };
    let recorded: Vec<Used> = here.into_iter().flat_map(|(_, it)| it.iter().map(as_used)).collect();
    let found: Vec<Used> = counted.into_iter().flat_map(|copy| copy.counted.used).collect();
    let mut all = if calls(&recorded) > calls(&found) { recorded } else { found };
    all.extend(elsewhere.into_iter().flat_map(|(_, it)| it.iter().map(as_used)));
    all
}

fn calls(used: &[Used]) -> u64 {
    used.iter().map(|it| it.usage.calls).fold(0, u64::saturating_add)
}
