use std::time::SystemTime;

use super::super::law::{Outcome, expect};
use super::AgentLaws;
use super::stage::{AgentStage, MODES};
use crate::agent::Action;
use crate::model::error_chain;

/// The keys under which agents are known to print the id of a conversation.
const KEYS: [&str; 6] =
    ["session_id", "sessionId", "sessionID", "thread_id", "conversation_id", "id"];

const IDS: [&str; 6] = ["--help", "../../x", "a b", "", "\\u001b[2J", "a\\u0000b"];

pub fn output(laws: &AgentLaws<'_>) -> Outcome {
    let stage = AgentStage::new(laws)?;
    let plain = ["", "{", "}", "null", "[]", "\u{1b}[2J", "{\"id\":7}", "\u{fc}\0", "id: -x"];
    let mut lines: Vec<String> = plain.map(str::to_owned).to_vec();
    lines.push("{\"id\":\"".repeat(10_000));
    for key in KEYS {
        lines.extend(IDS.map(|id| format!("{{\"type\":\"x\",\"{key}\":\"{id}\"}}")));
    }
    for line in lines {
        let Some(id) = laws.agent.id_in_output(&line) else { continue };
        let request = stage.request(Action::Resume).agent_session_id(&*id);
        for mode in MODES {
            if laws.agent.mode(Action::Resume, mode, &request.prompt) == Some(mode) {
                let planned = laws.agent.plan(Action::Resume, mode, &request);
                let planned = planned.map(drop).map_err(|error| error_chain(&error));
                expect(planned.is_ok(), format!("no id, or a usable one, in {line:?}"), planned)?;
            }
        }
    }
    Ok(())
}

pub fn unknown(laws: &AgentLaws<'_>) -> Outcome {
    let stage = AgentStage::new(laws)?;
    let (agent, environment) = (laws.agent, stage.environment());
    for id in [laws.conversation, "", "../../x", "-x"] {
        let found = agent.has_conversation(id, &stage.state_dir(), &environment);
        expect(found != Some(true), format!("no conversation {id:?}"), found)?;
        let transcript = agent.transcript(id, &environment);
        expect(transcript.is_none(), format!("no transcript of {id:?}"), transcript)?;
        let brought = agent.bring_conversation(id, &stage.workspace(), &environment);
        expect(brought.is_ok(), format!("nothing to bring for {id:?}"), brought)?;
    }
    let newest = agent.id_in_transcripts(&stage.workspace(), SystemTime::UNIX_EPOCH, &environment);
    expect(newest.is_none(), "no transcript in an empty home", newest)?;
    stage.is_untouched()
}
