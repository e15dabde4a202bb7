//! Captures the rows of a conversation in a database.

use std::path::Path;

use super::capture::Capture;
use super::recorded::Generation;
use super::rows::{Database, NewRows, TakenSet};
use super::segments::Segments;
use super::{CaptureExtent, RowTable, TranscriptError};

impl Capture<'_> {
    /// Captures what is new of a conversation in a database, which has this folder in the
    /// session's conversation.
    pub(super) fn take_rows(
        &mut self,
        folder: &[&str],
        (path, tables): (&Path, &'static [RowTable]),
        conversation: &str,
        extent: CaptureExtent,
    ) -> Result<(), TranscriptError> {
        let Some(database) = Database::open(path)? else { return Ok(()) };
        let place = self.place(folder);
        let known = self.tree(folder)?;
        let before = Generation::newest(self.repo, &known)?;
        let mut taken = match (self.rows.of(&place), &before) {
            (Some(taken), _) => taken.clone(),
            (None, Some(before)) => captured_rows(before, tables)?,
            (None, None) => TakenSet::default(),
        };
        let new = NewRows::select(&database, tables, conversation, extent, &mut taken)?;
        let count = before.as_ref().map_or(Ok(0), Generation::count)?;
        let number = before.as_ref().map_or(1, |before| before.number);
        let size = match (self.sizes.of(&place), &before) {
            (Some(size), _) => size,
            (None, Some(before)) => before.size()?,
            (None, None) => 0,
        };
        let new = self.add(folder, number, count, Segments::of_all(new), (path, "jsonl"))?;
        if !database.was_consistent() {
            return Err(TranscriptError::Moved);
        }
        if new > 0 {
            self.sizes.set(place.clone(), size + new, new);
            self.rows.set(place, taken);
        }
        Ok(())
    }
}

/// Returns the rows that the captured lines are.
fn captured_rows(
    before: &Generation<'_>,
    tables: &[RowTable],
) -> Result<TakenSet, TranscriptError> {
    let mut taken = TakenSet::default();
    let mut rest = Vec::new();
    for id in before.segments() {
        rest.extend(before.read(id?)?);
        let end = memchr::memrchr(b'\n', &rest).map_or(0, |at| at + 1);
        let lines = rest.drain(..end).collect::<Vec<_>>();
        lines.split(|byte| *byte == b'\n').for_each(|line| taken.add_line(tables, line));
    }
    Ok(taken)
}
