//! Finds clones that share a name.

use std::collections::HashMap;

use super::Finding;
use super::remedy::Remedy;
use crate::store::{SESSIONS_REF, Store};

/// Reports a clone that is a copy, and events which show that another clone uses this one's name.
pub fn look(store: &Store, found: &mut Vec<Finding>) {
    if let Some(name) = store.copied_from() {
        let what = format!("this repository is a copy of the clone '{name}', and has its name");
        found.push(Finding::fixable(what, "git ao doctor --fix", Remedy::Rename));
        return;
    }
    let Some(name) = store.known_replica() else { return };
    let git = store.repository().git("log").args(["--topo-order", "--reverse"]);
    let git = git.arg("--format=%H %P%x09%(trailers:key=Ao-Replica,valueonly,separator=%x2C)");
    // A damaged store is reported elsewhere.
    let Ok(log) = git.args(["--glob=refs/ao/remotes", SESSIONS_REF, "--"]).run() else { return };
    if let Some((one, other)) = side_by_side(&log.text(), &name) {
        let what = format!(
            "two clones seem to have the name '{name}': one made event {one:.12}, the other one \
             {other:.12}; unless the store was reset in between, one is a copy and needs a new name"
        );
        found.push(Finding::note(what, "git config --unset ao.replica"));
    }
}

/// Returns two events of one clone where neither is an ancestor of the other. Each line of the log
/// has an event, its parents and its clone; parents come first. Merges are skipped: a merge that
/// was pushed may not have become part of this clone's own history.
fn side_by_side<'l>(log: &'l str, name: &str) -> Option<(&'l str, &'l str)> {
    let mut chain: Vec<&str> = Vec::new();
    // For each event, how many events of the chain are in its history.
    let mut past: HashMap<&str, usize> = HashMap::new();
    for line in log.lines() {
        let (ids, replica) = line.split_once('\t')?;
        let mut ids = ids.split(' ').filter(|id| !id.is_empty());
        let (event, parents) = (ids.next()?, ids.collect::<Vec<_>>());
        let mut known = parents.iter().filter_map(|id| past.get(id)).max().copied().unwrap_or(0);
        if replica == name && parents.len() < 2 {
            if known < chain.len() {
                return Some((chain[chain.len() - 1], event));
            }
            chain.push(event);
            known = chain.len();
        }
        past.insert(event, known);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_clone_makes_is_a_chain() {
        let own = "a \tme\nb a\tme\nx a\tyou\nm b x\tme\nc m\tme\n";
        assert_eq!(side_by_side(own, "me"), None);
        assert_eq!(side_by_side(own, "you"), None);
        let two = "a \tme\nb a\tme\nx a\tme\nm b x\tyou\n";
        assert_eq!(side_by_side(two, "me"), Some(("b", "x")));
        // A merge that was pushed, while this clone went on.
        let pushed = "a \tme\nx a\tyou\nm a x\tme\nb a\tme\nn m b\tme\nc n\tme\n";
        assert_eq!(side_by_side(pushed, "me"), None);
    }
}
