use super::Finding;
use crate::ops::common::OpsError;
use crate::store::{Store, Visibility};

/// Reports a newest event that is in the future. Times in records are checked with the store.
pub fn look(store: &Store, found: &mut Vec<Finding>) -> Result<(), OpsError> {
    let (snapshot, now) = (store.snapshot()?, store.clock().now());
    for visibility in [Visibility::Public, Visibility::Private] {
        let Some(tip) = snapshot.tip_of(visibility) else { continue };
        let event = snapshot.event(tip)?;
        if event.time > now.latest() {
            let from = event.message.replica.map(|name| format!(" by {name}")).unwrap_or_default();
            let what = format!(
                "the newest event{} was made{from} at {}, which is in the future: the clock there \
                 was ahead, or the clock here is behind",
                if visibility == Visibility::Private { " of private sessions" } else { "" },
                event.time
            );
            found.push(Finding::note(what, format!("compare with: date -u; git show -s {tip}")));
        }
    }
    Ok(())
}
