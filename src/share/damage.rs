use super::{Remote, ShareError};
use crate::model::Oid;

impl Remote<'_> {
    /// Returns an error for the file in the store's history whose object git cannot read, if git's
    /// message names one.
    pub(super) fn damage_in(&self, said: &str, ours: &Oid) -> Option<ShareError> {
        let is_id = |word: &&str| matches!(word.len(), 40 | 64);
        let words = said.split(|c: char| !c.is_ascii_hexdigit());
        let named: Vec<Oid> = words.filter(is_id).filter_map(|word| word.parse().ok()).collect();
        if named.is_empty() {
            return None;
        }
        // Trees still contain the ids of objects that are damaged or missing.
        let git = self.store.repository().git("log");
        let git = git.args(["--raw", "--no-abbrev", "--no-renames", "-m", "--format="]);
        let changed = git.args([ours.as_str(), "--"]).run().ok()?.text();
        changed.lines().find_map(|line| {
            let (ids, path) = line.split_once('\t')?;
            let object = named.iter().find(|named| ids.contains(named.as_str()))?.clone();
            Some(ShareError::Damaged { remote: self.name.clone(), object, path: path.to_owned() })
        })
    }
}
