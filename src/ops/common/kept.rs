//! Conversations that an agent has deleted, or that it had on another machine, in the transcript
//! store.

use std::path::Path;

use crate::agent::SavedConversation;
use crate::model::SessionId;
use crate::ops::common::OpsError;
use crate::store::Store;
use crate::transcript::{Transcript, TranscriptStore};

/// Returns true if a conversation of a session with an agent was captured, or was fetched.
pub(in crate::ops) fn is_kept(
    store: &Store,
    session: SessionId,
    agent: &str,
    id: &str,
) -> Result<bool, OpsError> {
    let all = transcripts(store, session)?;
    Ok(all.iter().any(|transcript| is_wanted(transcript, agent, id)))
}

/// Returns such a conversation for an agent that is going to work in a workspace: the longest copy.
pub(in crate::ops) fn kept(
    store: &Store,
    session: SessionId,
    agent: &str,
    (id, workspace): (&str, &Path),
) -> Result<Option<SavedConversation>, OpsError> {
    let all = transcripts(store, session)?;
    let mut longest: Option<(&Transcript, Vec<u8>)> = None;
    for transcript in all.iter().filter(|transcript| is_wanted(transcript, agent, id)) {
        let bytes = bytes(transcript)?;
        if longest.as_ref().is_none_or(|(_, other)| bytes.len() > other.len()) {
            longest = Some((transcript, bytes));
        }
    }
    let Some((main, bytes_of_main)) = longest else { return Ok(None) };
    let mut kept = SavedConversation::new(id, workspace, bytes_of_main);
    kept.files = main.files()?;
    for sub in all.iter().filter(|transcript| transcript.is_subagent_of(main)) {
        kept.subagents.extend(
            sub.subagent.clone().map(|name| Ok::<_, OpsError>((name, bytes(sub)?))).transpose()?,
        );
    }
    Ok(Some(kept))
}

fn transcripts(store: &Store, session: SessionId) -> Result<Vec<Transcript>, OpsError> {
    match TranscriptStore::open(store.repository())? {
        Some(transcripts) => Ok(transcripts.session_transcripts(session)?),
        None => Ok(Vec::new()),
    }
}

fn is_wanted(transcript: &Transcript, agent: &str, id: &str) -> bool {
    transcript.subagent.is_none() && transcript.agent == agent && transcript.agent_session_id == id
}

fn bytes(transcript: &Transcript) -> Result<Vec<u8>, OpsError> {
    let mut bytes = Vec::new();
    for nth in 0..transcript.segment_count() {
        bytes.extend(transcript.segment(nth)?);
    }
    Ok(bytes)
}
