use std::collections::BTreeSet;

use super::{Listing, Query, Snapshot};
use crate::model::{Known, SessionId};
use crate::store::Shelf;
use crate::store::index::{Column, Columns, set};

impl Snapshot<'_> {
    /// Returns the active sessions that have not ended, those with a placement on this replica, and
    /// those with one of these ids, last updated first; corrupt records come last. Also returns the
    /// number of all other active sessions, whose records are not read if the index has them.
    pub(crate) fn present(
        &self,
        replica: Option<&str>,
        ids: &BTreeSet<SessionId>,
    ) -> (Listing, usize) {
        let here = replica.map_or(0, set);
        let columns = Columns::of(&[Column::Replicas]);
        let columns = if ids.is_empty() { columns } else { columns.and(Columns::IDS) };
        let mut survey = self.survey(Shelf::Active, columns);
        let unreadable = std::mem::take(&mut survey.unreadable).into_iter();
        let unreadable = unreadable.filter_map(|found| self.unreadable_on(Shelf::Active, found));
        let unreadable = unreadable.collect();
        let total = survey.others.len() + survey.all_rows().count();
        let entries = self.candidates_in(survey, &|at| match at.has_ended() {
            Some(true) => {
                let replicas = at.row.number(Column::Replicas);
                replicas.is_none_or(|it| it & here != 0)
                    || !ids.is_empty() && at.id().is_none_or(|id| ids.contains(&id))
            }
            Some(false) | None => true,
        });
        let sessions = self.select(entries, &Query::default(), |listed| {
            listed.session.as_ref().map_or(true, |session| {
                let has_ended = session.status.is_terminal();
                !has_ended || session.lives_in(replica) || ids.contains(&session.id)
            })
        });
        let others = total.saturating_sub(sessions.len());
        (Listing { sessions, unreadable }, others)
    }
}
