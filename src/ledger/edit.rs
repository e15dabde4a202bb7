use gix::ObjectId;
use gix::bstr::BString;
use gix::objs::tree::EntryKind;

/// A change of one tree entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Edit {
    /// The path from the root.
    pub path: Vec<BString>,
    /// The new entry; None removes the present one.
    pub entry: Option<(EntryKind, ObjectId)>,
}
