//! OpenCode's database, as 1.18 makes it.
//!
//! A message is a row with its role and model, and its parts (texts, calls of tools, steps) are rows
//! of another table. Both are changed while the model answers: a part until it has an end, a message
//! until it is completed, and that of a person whenever files have changed. The message comes
//! before its parts, so it is captured at once. Subagents have sessions of their own.

use super::opencode_export;
use crate::agent::database::AgentDatabase;
use crate::agent::home::AgentHome;
use crate::transcript::RowColumn::{self, Size, Value};
use crate::transcript::RowTable;

const ID: &[RowColumn] = &[Value("id")];
const DATA: &[RowColumn] = &[Value("time_updated"), Size("data")];

pub static OPENCODE: AgentDatabase = AgentDatabase {
    file_variable: Some("OPENCODE_DB"),
    home: AgentHome {
        moved_by: &[("XDG_DATA_HOME", "opencode")],
        default: ".local/share/opencode",
    },
    file: "opencode.db",
    format: "opencode-jsonl",
    tables: &[
        RowTable::new("session", "id = ?1", "0", ID).changing(&[Value("time_updated")], "0", true),
        RowTable::new("message", "session_id = ?1", "time_created", ID).changing(
            DATA,
            "CASE WHEN json_valid(data) THEN coalesce(data ->> '$.time.completed', \
             data ->> '$.error') IS NOT NULL ELSE 1 END",
            true,
        ),
        RowTable::new("part", "session_id = ?1", "time_created", ID).changing(
            DATA,
            "CASE WHEN json_valid(data) THEN CASE data ->> '$.type' \
             WHEN 'text' THEN data ->> '$.time.start' IS NULL OR data ->> '$.time.end' IS NOT NULL \
             WHEN 'reasoning' THEN data ->> '$.time.end' IS NOT NULL \
             WHEN 'tool' THEN coalesce(data ->> '$.state.status', '') IN ('completed', 'error') \
             ELSE 1 END ELSE 1 END",
            false,
        ),
    ],
    has: "SELECT 1 FROM message WHERE session_id = ?1 LIMIT 1",
    conversations: "SELECT id, directory, time_created, time_updated FROM session \
                    WHERE parent_id IS NULL ORDER BY time_created, id",
    subagents: "WITH RECURSIVE below(id) AS (SELECT id FROM session WHERE parent_id = ?1 \
                UNION SELECT it.id FROM session it JOIN below ON it.parent_id = below.id) \
                SELECT id FROM below ORDER BY id",
    take_back: Some(opencode_export::take_back),
};
