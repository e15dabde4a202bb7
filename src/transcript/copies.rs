//! Conversations of which several clones have a copy: one that went on in another clone begins there
//! with what was said before.

use super::{Transcript, TranscriptError};

/// Leaves out each transcript that is the beginning of another clone's.
pub(super) fn without_beginnings(all: Vec<Transcript>) -> Result<Vec<Transcript>, TranscriptError> {
    let mut kept: Vec<Transcript> = Vec::with_capacity(all.len());
    for transcript in all {
        let mut is_known = false;
        for other in &mut kept {
            if !other.is_copy_of(&transcript) {
                continue;
            }
            if other.begins_with(&transcript)? {
                is_known = true;
            } else if transcript.begins_with(other)? {
                *other = transcript.clone();
                is_known = true;
            }
        }
        if !is_known {
            kept.push(transcript);
        }
    }
    Ok(kept)
}

impl Transcript {
    fn is_copy_of(&self, other: &Self) -> bool {
        self.replica != other.replica
            && (&self.agent, &self.agent_session_id) == (&other.agent, &other.agent_session_id)
            && self.subagent == other.subagent
    }

    /// Returns true if this transcript begins with all bytes of another one.
    fn begins_with(&self, other: &Self) -> Result<bool, TranscriptError> {
        let (mut here, mut next) = (Vec::new(), 0);
        for nth in 0..other.segment_count() {
            let there = other.segment(nth)?;
            let mut rest = &there[..];
            while !rest.is_empty() {
                if here.is_empty() {
                    if next == self.segment_count() {
                        return Ok(false);
                    }
                    (here, next) = (self.segment(next)?, next + 1);
                }
                let size = here.len().min(rest.len());
                if here[..size] != rest[..size] {
                    return Ok(false);
                }
                here.drain(..size);
                rest = &rest[size..];
            }
        }
        Ok(true)
    }
}
