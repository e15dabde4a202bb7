//! goose's database, by its published schema.
//!
//! A message is a row with its parts as JSON. When goose shortens a conversation, or imports one,
//! it deletes all rows and adds what is left, with other numbers but the same messages: these are
//! not captured again. A conversation is known by its id, or by the name with which it was begun.

use crate::agent::database::AgentDatabase;
use crate::agent::home::AgentHome;
use crate::transcript::RowColumn::Value;
use crate::transcript::RowTable;

pub static GOOSE: AgentDatabase = AgentDatabase {
    file_variable: None,
    home: AgentHome {
        moved_by: &[("GOOSE_PATH_ROOT", "data/sessions"), ("XDG_DATA_HOME", "goose/sessions")],
        default: ".local/share/goose/sessions",
    },
    file: "sessions.db",
    format: "goose-jsonl",
    tables: &[
        RowTable::new("sessions", "?1 IN (id, name)", "0", &[Value("id")]).changing(
            &[Value("updated_at"), Value("accumulated_total_tokens")],
            "0",
            true,
        ),
        RowTable::new(
            "messages",
            "session_id IN (SELECT id FROM sessions WHERE ?1 IN (id, name))",
            "id",
            &[
                Value("message_id"),
                Value("role"),
                Value("created_timestamp"),
                Value("content_json"),
            ],
        ),
    ],
    has: "SELECT 1 FROM sessions WHERE ?1 IN (id, name) LIMIT 1",
    conversations: "SELECT id, working_dir, unixepoch(created_at) * 1000, \
                    unixepoch(updated_at) * 1000 FROM sessions \
                    WHERE session_type = 'user' ORDER BY created_at, id",
    subagents: "SELECT 1 WHERE ?1 IS NULL",
    take_back: None,
};
