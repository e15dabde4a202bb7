use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Remote, ShareError};
use crate::model::{HeldSecret, Oid, SessionId};
use crate::store::{Change, id_of_path};

/// The events that a push is about to send.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outgoing {
    /// The remote's tip; None if it has no sessions.
    pub known: Option<Oid>,
    /// The remote's tip after the push.
    pub ours: Oid,
    /// The changes to the remote's store, by session.
    pub changes: Vec<Change>,
    /// Fields with a possible secret that the remote does not have yet, and the kind of secret.
    /// Values that later events changed are included, because the push sends those events too.
    pub exposed: BTreeSet<(SessionId, String, &'static str)>,
}

/// The function that receives what a push is about to send.
pub type Tell<'t> = Option<&'t mut dyn FnMut(&Outgoing)>;

impl Remote<'_> {
    /// Returns what our store at `ours` has and theirs at `known` does not.
    pub(super) fn outgoing(&self, known: Option<&Oid>, ours: &Oid) -> Result<Outgoing, ShareError> {
        let changes = self.store.own_changes(known, ours)?;
        let exposed = self.exposed(known, ours, &changes)?;
        Ok(Outgoing { known: known.cloned(), ours: ours.clone(), changes, exposed })
    }

    fn exposed(
        &self,
        known: Option<&Oid>,
        ours: &Oid,
        changes: &[Change],
    ) -> Result<BTreeSet<(SessionId, String, &'static str)>, ShareError> {
        let git =
            self.store.repository().git("rev-list").args(["--objects", "--missing=allow-any"]);
        let git = git.arg(ours.as_str());
        let git = match known {
            Some(known) => git.arg(format!("^{known}")),
            None => git,
        };
        let mut held: BTreeMap<SessionId, Vec<HeldSecret>> = BTreeMap::new();
        for (id, blob) in git.arg("--").run()?.text().lines().filter_map(record) {
            held.entry(id).or_default().extend(self.store.secrets_in(&blob));
        }
        let changes: HashMap<_, _> =
            changes.iter().map(|change| (change.location().id, change)).collect();
        let mut exposed = BTreeSet::new();
        for (id, mut held) in held.into_iter().filter(|(_, held)| !held.is_empty()) {
            let change = changes.get(&id);
            let before = change.map(|change| self.store.secrets_before(change)).unwrap_or_default();
            held.retain(|secret| before.iter().all(|known| known.text != secret.text));
            exposed.extend(held.into_iter().map(|secret| (id, secret.field, secret.kind)));
        }
        Ok(exposed)
    }
}

/// Parses the session and the blob of a record from a line of `git rev-list --objects`.
fn record(line: &str) -> Option<(SessionId, Oid)> {
    let (blob, path) = line.split_once(' ')?;
    Some((id_of_path(path)?, blob.parse().ok()?))
}
