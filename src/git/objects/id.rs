use gix::ObjectId;

use crate::model::Oid;

/// Turns gix's id into ours.
pub(crate) fn oid(id: ObjectId) -> Oid {
    id.to_string().parse().expect("git object ids are 40 or 64 lower-case hex digits")
}

/// Turns our id into gix's. Ids of another length than the repository's never name an object in
/// it, and come out as what they are.
pub(crate) fn gix_id(id: &Oid) -> ObjectId {
    ObjectId::from_hex(id.as_str().as_bytes()).expect("an Oid is 40 or 64 hex digits")
}
