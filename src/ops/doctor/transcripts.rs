use std::collections::BTreeSet;

use super::Finding;
use super::remedy::Remedy;
use crate::model::{ErrorKind, error_chain};
use crate::ops::common::Engine;
use crate::transcript::TranscriptStore;

pub fn look(engine: &Engine, found: &mut Vec<Finding>) {
    let repo = engine.repository();
    let damage = match TranscriptStore::open(repo) {
        Ok(None) => None,
        Ok(Some(transcripts)) => transcripts.damage().map(|damage| damage.to_string()),
        Err(error) if error.kind() == ErrorKind::UnsafeOwnership => {
            let fix = "git config ao.transcripts false, or let its owner remove it";
            found.push(Finding::wrong(error_chain(&error), fix));
            None
        }
        Err(error) => Some(error_chain(&error)),
    };
    if let Some(why) = damage {
        let what = format!("the transcript store is damaged: {why}");
        let fix = "git ao doctor --fix, which keeps the damaged one";
        found.push(Finding::fixable(what, fix, Remedy::Transcripts));
    }
    let opened = TranscriptStore::open(repo).ok().flatten();
    if opened.is_some_and(|it| it.has_unfinished_purge()) {
        let what = "a purge of transcripts was interrupted, and may be incomplete";
        found.push(Finding::wrong(what, "git ao transcript purge"));
    }
    for stopped in engine.stopped_captures() {
        let (id, bytes) = (stopped.session.short(), stopped.captured);
        let what = format!("the capture of the transcripts of {id} has stopped at {bytes} bytes");
        let fix = "git config ao.transcriptMaxSize 0, or a larger size";
        found.push(Finding::note(what, fix));
    }
    deletion(engine, found);
}

/// Says once which agents delete the conversations of sessions in this clone.
fn deletion(engine: &Engine, found: &mut Vec<Finding>) {
    let (store, repo) = (engine.store(), engine.repository());
    let Some(replica) = store.known_replica() else { return };
    // What is wrong with the store is for its own checks to say.
    let Ok(snapshot) = store.snapshot() else { return };
    let placed = snapshot.placed(Some(&replica), &BTreeSet::new());
    let names = placed.into_iter().filter_map(|listed| {
        let session = listed.session.ok()?;
        session.lives_in(Some(&replica)).then_some(session.agent).flatten()
    });
    let agents = engine.agents();
    for name in names.collect::<BTreeSet<_>>() {
        let Ok(agent) = agents.find(&name) else { continue };
        if let Some(deletion) = agent.deletion(repo.main_folder(), repo.environment()) {
            let what = format!("{name} deletes its conversations after {} days", deletion.days);
            found.push(Finding::note(what, deletion.setting));
        }
    }
}
