use gix::ObjectId;
use gix::bstr::BString;
use gix::objs::tree::EntryKind;

use super::Location;

/// One change of the store's tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Edit {
    /// Where, from the top.
    pub path: Vec<BString>,
    /// What is put there; None takes out what lies there.
    pub entry: Option<(EntryKind, ObjectId)>,
}

impl From<(Location, Option<ObjectId>)> for Edit {
    /// Puts a record where it belongs, or takes it out.
    fn from((location, blob): (Location, Option<ObjectId>)) -> Self {
        let path = location.components().map(Into::into).to_vec();
        Self { path, entry: blob.map(|blob| (EntryKind::Blob, blob)) }
    }
}
