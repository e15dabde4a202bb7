use std::collections::{HashMap, HashSet};

use git_ao::model::SessionId;
use git_ao::store::{History, Snapshot, StoreError};

/// Returns the sessions whose oldest event is by one of these people. Each is a part of `Name
/// <address>`, in any case. Reads the whole history.
pub fn made_by(
    people: &[String],
    snapshot: &Snapshot<'_>,
) -> Result<HashSet<SessionId>, StoreError> {
    let people: Vec<String> = people.iter().map(|text| text.to_lowercase()).collect();
    let mut makers: HashMap<SessionId, bool> = HashMap::new();
    for event in snapshot.events(History::default()) {
        let event = event?;
        let author = format!("{} <{}>", event.author.name, event.author.email).to_lowercase();
        let is_wanted = people.iter().any(|person| author.contains(person));
        makers.extend(event.message.sessions.into_iter().map(|id| (id, is_wanted)));
    }
    Ok(makers.into_iter().filter(|(_, is_wanted)| *is_wanted).map(|(id, _)| id).collect())
}
