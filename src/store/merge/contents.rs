use std::cmp::Ordering;

use gix::ObjectId;

use super::super::{LIMITS, RecordProblem, Store, StoreError, codec};
use crate::model::{Map, Project, RecordError, Session, SessionId, Timestamp, Value, merge_told};

/// Merges two versions of one record.
pub(super) struct Contents<'s> {
    pub store: &'s Store,
    pub project: &'s Project,
    pub id: SessionId,
    /// The time of each side's last event.
    pub told: [Timestamp; 2],
}

/// The content of a blob, as far as this version understands it.
enum Content {
    Unreadable,
    Record(Map),
    /// A record with a newer schema, which is kept byte for byte.
    Newer {
        schema: u64,
        updated_at: Option<Timestamp>,
    },
}

impl Contents<'_> {
    /// Merges two blobs that both differ from the base. Returns the resulting blob, and the fields
    /// of which one value was lost; `*` is the whole record.
    ///
    /// Only two readable records are merged field by field. Otherwise one blob is kept unchanged: a
    /// newer schema wins over an older one, and a record over an unreadable blob. Of two records
    /// with the same newer schema, the one that was updated last wins. Ties go to the smaller id.
    pub fn merge(
        &self,
        base: Option<ObjectId>,
        ours: ObjectId,
        theirs: ObjectId,
    ) -> Result<(ObjectId, Vec<String>), StoreError> {
        let whole = |blob| (blob, vec!["*".to_owned()]);
        let (our_content, their_content) = (self.read(ours)?, self.read(theirs)?);
        let (Content::Record(our_record), Content::Record(their_record)) =
            (&our_content, &their_content)
        else {
            return Ok(whole(match our_content.rank().cmp(&their_content.rank()) {
                Ordering::Greater => ours,
                Ordering::Less => theirs,
                Ordering::Equal => ours.min(theirs),
            }));
        };
        let base = match base.map(|base| self.read(base)).transpose()? {
            Some(Content::Record(base)) => Some(base),
            _ => None,
        };
        let merged = merge_told(base.as_ref(), our_record, their_record, self.told);
        let written = match Session::from_record(merged.record, self.project) {
            Ok(session) => self.store.write_record(&session),
            Err(problem) => Err(StoreError::Invalid { id: self.id, problem: problem.into() }),
        };
        match written {
            Ok(blob) => Ok((blob, merged.conflicts)),
            // Both versions are valid, but their merge is not.
            Err(StoreError::Invalid { .. }) => Ok(whole(ours.min(theirs))),
            Err(error) => Err(error),
        }
    }

    fn read(&self, blob: ObjectId) -> Result<Content, StoreError> {
        let repo = self.store.repository();
        if repo.blob_size(blob)? > LIMITS.bytes as u64 {
            return Ok(Content::Unreadable);
        }
        let bytes = repo.read_blob(blob)?;
        let Ok(record) = codec::parse(&bytes) else { return Ok(Content::Unreadable) };
        Ok(match codec::decode(&bytes, self.id, self.project) {
            Ok(_) => Content::Record(record),
            Err(RecordProblem::Record(RecordError::Newer(schema))) => {
                let updated_at = record.get("updated_at").and_then(Value::as_str);
                let updated_at = updated_at.and_then(|text| text.parse().ok());
                Content::Newer { schema, updated_at }
            }
            Err(_) => Content::Unreadable,
        })
    }
}

impl Content {
    /// Returns the rank of the content. If only one of two can stay, the higher rank wins.
    fn rank(&self) -> (u8, u64, Option<Timestamp>) {
        match self {
            Self::Unreadable => (0, 0, None),
            Self::Record(_) => (1, 0, None),
            Self::Newer { schema, updated_at } => (2, *schema, *updated_at),
        }
    }
}
