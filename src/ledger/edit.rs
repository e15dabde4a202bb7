use gix::ObjectId;
use gix::bstr::BString;
use gix::objs::tree::EntryKind;

/// One change of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Edit {
    /// Where, from the top.
    pub path: Vec<BString>,
    /// What is put there; None takes out what lies there.
    pub entry: Option<(EntryKind, ObjectId)>,
}
