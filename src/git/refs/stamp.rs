//! Tells cheaply whether refs may have changed.

use std::fs;
use std::time::SystemTime;

use super::read::Loose;
use crate::git::Repository;
use crate::git::config::Stamp;
use crate::git::extensions::RefStorage;
use crate::model::Oid;

/// Shows whether refs have changed: as long as it is the same, they are too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RefsStamp {
    /// The loose refs, and the packed ones if one of these is not loose.
    Files(Vec<Option<Oid>>, Option<Stamp>),
    /// The list of tables: each update of any ref adds one, with a name of its own.
    Tables(Vec<u8>),
}

impl Repository {
    /// Returns the stamp of these refs. None if the refs have to be read: one of them is
    /// unreadable, or packed refs have changed just now, so that another change may not show.
    pub(crate) fn refs_stamp(&self, names: &[&str]) -> Option<RefsStamp> {
        let now = SystemTime::now();
        if self.ref_storage() == RefStorage::Foreign {
            return fs::read(self.common_dir().join("reftable/tables.list"))
                .ok()
                .map(RefsStamp::Tables);
        }
        let loose = names.iter().map(|name| match self.read_loose_ref(name) {
            Ok(Loose::At(at)) => Some(Some(at)),
            Ok(Loose::Missing | Loose::Folder) => Some(None),
            Err(_) => None,
        });
        let loose = loose.collect::<Option<Vec<_>>>()?;
        if !loose.contains(&None) {
            return Some(RefsStamp::Files(loose, None));
        }
        // A loose ref is packed before it is removed.
        let packed = Stamp::of(&self.common_dir().join("packed-refs"));
        packed.is_settled(now).then_some(RefsStamp::Files(loose, Some(packed)))
    }
}
