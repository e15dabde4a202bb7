use super::count::{Counter, Known};
use super::price::Prices;
use super::report::{Sums, UsageKey, UsageReport, Used};
use crate::model::{Session, SessionId};
use crate::ops::common::{Engine, OpsError};

impl Engine {
    /// Adds up what sessions have used: their answers are counted in the transcripts that are in
    /// this clone. A session without any has the usage of its record's `cost`.
    ///
    /// An answer that several sessions have, because one began with a copy of the other's
    /// conversation, is counted in the one that was made first.
    ///
    /// # Errors
    /// Fails if a transcript cannot be read.
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
        let mut known = Known::default();
        let mut sums = Sums::new(by, Prices::new(self.repository()));
        for (nth, (id, session)) in order.into_iter().enumerate() {
            let mut counter = Counter::new(&mut known);
            for entry in self.entries(id)? {
                counter.count(&entry?);
            }
            let counted = counter.finish();
            sums.add(nth, &Used { id, session, counted: &counted });
        }
        Ok(sums.finish())
    }

    /// Returns the sessions that have transcripts here, and no record any more.
    ///
    /// # Errors
    /// Fails if the store or the transcripts cannot be read.
    pub fn deleted_with_transcripts(&self) -> Result<Vec<SessionId>, OpsError> {
        let Some(transcripts) = self.transcripts()? else { return Ok(Vec::new()) };
        let snapshot = self.store().snapshot()?;
        let mut deleted = Vec::new();
        for id in transcripts.sessions() {
            if snapshot.find(id)?.is_none() {
                deleted.push(id);
            }
        }
        Ok(deleted)
    }
}
