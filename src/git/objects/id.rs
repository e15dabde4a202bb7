use gix::ObjectId;

use crate::model::Oid;

/// Converts gix's id to ours.
pub(crate) fn oid(id: ObjectId) -> Oid {
    id.to_string().parse().expect("git object ids are 40 or 64 lower-case hex digits")
}

/// Returns the SHA-256 hash of some bytes, in hex digits.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    let mut hasher = gix::hash::hasher(gix::hash::Kind::Sha256);
    hasher.update(bytes);
    hasher.try_finalize().map(|hash| hash.to_string()).unwrap_or_default()
}

/// Converts our id to gix's. An id of another length than the repository's is converted too; it
/// names no object there.
pub(crate) fn gix_id(id: &Oid) -> ObjectId {
    ObjectId::from_hex(id.as_str().as_bytes()).expect("an Oid is 40 or 64 hex digits")
}
