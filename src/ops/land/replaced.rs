//! Notes which commits a rebase has replaced.

use crate::git::GitError;
use crate::model::Oid;
use crate::ops::common::{Engine, OpsError};
use crate::workspace::note_rewrites;

/// What a rebase keeps of a commit.
const KEPT: &str = "%an%x00%ae%x00%at%x00%B";

/// Notes for each commit of `new`, which git has rebased to `base`, which commit of `old` it
/// replaces, as the post-rewrite hook does where it is installed.
///
/// # Errors
/// Fails if git fails. That the note cannot be written is no error.
pub fn note_replaced(engine: &Engine, base: &Oid, old: &Oid, new: &Oid) -> Result<(), OpsError> {
    let mut olds = commits(engine, base, old)?.into_iter();
    let mut lines = String::new();
    for (id, kept) in commits(engine, base, new)? {
        // The rebase keeps the order, and leaves out what the base has already.
        let mut rest = olds.clone();
        if let Some((old, _)) = rest.find(|(_, its)| *its == kept) {
            lines.push_str(&format!("{old} {id}\n"));
            olds = rest;
        }
    }
    let _ = note_rewrites(engine.repository(), &lines);
    Ok(())
}

/// Returns the commits that the base does not have, the oldest first, without merges.
fn commits(engine: &Engine, base: &Oid, tip: &Oid) -> Result<Vec<(String, String)>, GitError> {
    let git = engine.repository().git("log").args(["-z", "--reverse", "--topo-order"]);
    let git = git.args(["--no-merges", &format!("--format=%H%x00{KEPT}%x00")]);
    let text = git.args([tip.as_str(), &format!("^{base}"), "--"]).run()?.text();
    let fields: Vec<&str> = text.split('\0').collect();
    // Each commit has five fields, and an empty one after it.
    let commits = fields.chunks(6).filter(|commit| commit.len() >= 5);
    Ok(commits.map(|commit| (commit[0].to_owned(), commit[1..5].join("\0"))).collect())
}
