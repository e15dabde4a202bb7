use std::io::{Cursor, Read};

use super::input::Input;
use super::rows::{Database, NewRows, TakenSet};
use super::{CaptureExtent, Source, SourceKind, TranscriptError};

impl Source {
    /// Opens the transcript as it is now, to read what a capture of all of it would be. None if it
    /// is gone.
    pub(crate) fn input(&self) -> Result<Option<Box<dyn Read>>, TranscriptError> {
        let SourceKind::Rows(tables) = self.kind else {
            let input = Input::open(&self.file)?;
            return Ok(input.map(|input| Box::new(input) as Box<dyn Read>));
        };
        let Some(database) = Database::open(&self.file)? else { return Ok(None) };
        let (mut lines, mut taken) = (Vec::new(), TakenSet::default());
        let (id, extent) = (&self.agent_session_id, CaptureExtent::All);
        let mut rows = NewRows::select(&database, tables, id, extent, &mut taken)?;
        rows.read_to_end(&mut lines).map_err(|source| TranscriptError::Io {
            act: "read",
            path: self.file.clone(),
            source,
        })?;
        Ok(Some(Box::new(Cursor::new(lines))))
    }
}
