//! The built-in agents.
//!
//! Arguments and placeholders are written as in git's configuration; see the rules for templates. A
//! prompt follows `--`, or is in one argument with its option, so that a prompt which starts with
//! `-` is still a prompt. A headless form without a placeholder for the prompt reads it from
//! standard input: unchanged, of any length, and invisible in process lists. No form grants more
//! permissions than the agent's defaults; `ao.agent.<name>.args` can.

use super::Action::{self, Fork, Launch, Resume};
use super::Mode::{self, Headless, Interactive};
use super::activity::{self, ActivitySource};
use super::database::AgentDatabase;
use super::databases::{GOOSE, OPENCODE};
use super::home::AgentHome;
use super::own_id::OwnId;
use super::spec::Spec;
use super::template::Template;
use super::transcript::{Lookup, Transcripts};

struct Row {
    name: &'static str,
    program: &'static str,
    completes: bool,
    own_id: Own,
    transcripts: Option<Transcripts>,
    database: Option<&'static AgentDatabase>,
    activity: Option<ActivitySource>,
    forms: &'static [(Action, Mode, &'static str)],
}

enum Own {
    Assigned,
    Json(&'static str),
    HistoryFile,
    Unknown,
}

const TABLE: [Row; 9] = [
    Row {
        name: "claude",
        program: "claude",
        completes: true,
        own_id: Own::Assigned,
        transcripts: Some(Transcripts {
            home: AgentHome { moved_by: &[("CLAUDE_CONFIG_DIR", "")], default: ".claude" },
            folder: "projects",
            depth: 1,
            suffix: "{id}.jsonl",
            format: Some("claude-jsonl"),
            head: None,
            with: None,
            complete: true,
            lookup: Lookup::NamedAfterPath,
        }),
        database: None,
        activity: Some(activity::CLAUDE),
        forms: &[
            (
                Launch,
                Interactive,
                "{args} [--model={model}] [--name={title}] --session-id={new_agent_session_id} \
                 [-- {prompt}]",
            ),
            (
                Launch,
                Headless,
                "-p --output-format=stream-json --verbose {args} [--model={model}] \
                 [--name={title}] --session-id={new_agent_session_id}",
            ),
            (
                Resume,
                Interactive,
                "{args} [--model={model}] --resume={agent_session_id} [-- {prompt}]",
            ),
            (
                Resume,
                Headless,
                "-p --output-format=stream-json --verbose {args} [--model={model}] \
                 --resume={agent_session_id}",
            ),
            (
                Fork,
                Interactive,
                "{args} [--model={model}] [--name={title}] --resume={agent_session_id} \
                 --fork-session --session-id={new_agent_session_id} [-- {prompt}]",
            ),
            (
                Fork,
                Headless,
                "-p --output-format=stream-json --verbose {args} [--model={model}] \
                 [--name={title}] --resume={agent_session_id} --fork-session \
                 --session-id={new_agent_session_id}",
            ),
        ],
    },
    Row {
        name: "codex",
        program: "codex",
        completes: true,
        own_id: Own::Json("thread_id"),
        transcripts: Some(Transcripts {
            home: AgentHome { moved_by: &[("CODEX_HOME", "")], default: ".codex" },
            folder: "sessions",
            depth: 3,
            suffix: "-{id}.jsonl",
            format: Some("codex-jsonl"),
            head: Some(("/payload/id", "/payload/cwd")),
            with: Some(("/payload/thread_source", "user")),
            complete: true,
            lookup: Lookup::ByDay { archive: "archived_sessions" },
        }),
        database: None,
        activity: Some(activity::CODEX),
        forms: &[
            (Launch, Interactive, "--no-daemon {args} [--model={model}] [-- {prompt}]"),
            (Launch, Headless, "exec --json {args} [--model={model}] -"),
            (
                Resume,
                Interactive,
                "resume --no-daemon --cd={workspace} {args} [--model={model}] {agent_session_id} [-- {prompt}]",
            ),
            (Resume, Headless, "exec resume --json {args} [--model={model}] {agent_session_id} -"),
            (
                Fork,
                Interactive,
                "fork --no-daemon --cd={workspace} {args} [--model={model}] {agent_session_id} [-- {prompt}]",
            ),
            (Fork, Headless, "exec fork --json {args} [--model={model}] {agent_session_id} -"),
        ],
    },
    Row {
        name: "gemini",
        program: "gemini",
        completes: true,
        own_id: Own::Assigned,
        transcripts: Some(Transcripts {
            home: AgentHome { moved_by: &[("GEMINI_CLI_HOME", ".gemini")], default: ".gemini" },
            folder: "tmp",
            depth: 2,
            suffix: "-{id8}.jsonl",
            format: Some("gemini-jsonl"),
            head: None,
            with: None,
            complete: true,
            lookup: Lookup::Everywhere,
        }),
        database: None,
        activity: Some(activity::GEMINI),
        forms: &[
            (
                Launch,
                Interactive,
                "{args} [--model={model}] --session-id={new_agent_session_id} \
                 [--prompt-interactive={prompt}]",
            ),
            (
                Launch,
                Headless,
                "--output-format=stream-json {args} [--model={model}] \
                 --session-id={new_agent_session_id}",
            ),
            (
                Resume,
                Interactive,
                "{args} [--model={model}] --resume={agent_session_id} \
                 [--prompt-interactive={prompt}]",
            ),
            (
                Resume,
                Headless,
                "--output-format=stream-json {args} [--model={model}] --resume={agent_session_id}",
            ),
        ],
    },
    Row {
        name: "opencode",
        program: "opencode",
        completes: true,
        own_id: Own::Json("sessionID"),
        transcripts: None,
        database: Some(&OPENCODE),
        activity: Some(activity::LIVELY),
        forms: &[
            (Launch, Interactive, "{args} [--model={model}] [--prompt={prompt}]"),
            (Launch, Headless, "run --format=json {args} [--model={model}] [--title={title}]"),
            (
                Resume,
                Interactive,
                "{args} [--model={model}] --session={agent_session_id} [--prompt={prompt}]",
            ),
            (
                Resume,
                Headless,
                "run --format=json {args} [--model={model}] --session={agent_session_id}",
            ),
            (
                Fork,
                Interactive,
                "{args} [--model={model}] --session={agent_session_id} --fork [--prompt={prompt}]",
            ),
            (
                Fork,
                Headless,
                "run --format=json {args} [--model={model}] --session={agent_session_id} --fork",
            ),
        ],
    },
    Row {
        name: "aider",
        program: "aider",
        completes: false,
        own_id: Own::HistoryFile,
        transcripts: None,
        database: None,
        activity: Some(activity::LIVELY),
        forms: &[
            (
                Launch,
                Interactive,
                "{args} [--model={model}] --chat-history-file={history_file} \
                 --input-history-file={history_file}.input",
            ),
            (
                Launch,
                Headless,
                "{args} [--model={model}] --chat-history-file={history_file} \
                 --input-history-file={history_file}.input --message-file={prompt_file}",
            ),
            (
                Resume,
                Interactive,
                "{args} [--model={model}] --chat-history-file={history_file} \
                 --input-history-file={history_file}.input --restore-chat-history",
            ),
            (
                Resume,
                Headless,
                "{args} [--model={model}] --chat-history-file={history_file} \
                 --input-history-file={history_file}.input --restore-chat-history \
                 --message-file={prompt_file}",
            ),
            (
                Fork,
                Interactive,
                "{args} [--model={model}] --chat-history-file={history_file} \
                 --input-history-file={history_file}.input --restore-chat-history",
            ),
            (
                Fork,
                Headless,
                "{args} [--model={model}] --chat-history-file={history_file} \
                 --input-history-file={history_file}.input --restore-chat-history \
                 --message-file={prompt_file}",
            ),
        ],
    },
    Row {
        name: "goose",
        program: "goose",
        completes: false,
        // goose creates its own ids, but also finds a conversation by its name.
        own_id: Own::Assigned,
        transcripts: None,
        database: Some(&GOOSE),
        activity: None,
        forms: &[
            (
                Launch,
                Interactive,
                "run {args} [--model={model}] --name={new_agent_session_id} --interactive \
                 --text={prompt}",
            ),
            (
                Launch,
                Headless,
                "run {args} [--model={model}] --name={new_agent_session_id} --instructions=-",
            ),
            (Resume, Interactive, "session {args} --resume --name={agent_session_id}"),
            (
                Resume,
                Headless,
                "run {args} [--model={model}] --resume --name={agent_session_id} --instructions=-",
            ),
        ],
    },
    Row {
        name: "cursor",
        program: "cursor-agent",
        completes: false,
        own_id: Own::Json("session_id"),
        transcripts: Some(Transcripts {
            home: AgentHome { moved_by: &[], default: ".cursor" },
            folder: "projects",
            depth: 3,
            suffix: "{id}.jsonl",
            format: Some("cursor-jsonl"),
            head: None,
            with: None,
            complete: false,
            lookup: Lookup::Everywhere,
        }),
        database: None,
        activity: None,
        forms: &[
            (Launch, Interactive, "{args} [--model={model}] [-- {prompt}]"),
            (
                Launch,
                Headless,
                "--print --output-format=stream-json {args} [--model={model}] -- {prompt}",
            ),
            (
                Resume,
                Interactive,
                "{args} [--model={model}] --resume={agent_session_id} [-- {prompt}]",
            ),
            (
                Resume,
                Headless,
                "--print --output-format=stream-json {args} [--model={model}] \
                 --resume={agent_session_id} -- {prompt}",
            ),
        ],
    },
    Row {
        name: "amp",
        program: "amp",
        completes: false,
        own_id: Own::Json("session_id"),
        transcripts: Some(Transcripts {
            home: AgentHome { moved_by: &[("XDG_DATA_HOME", "amp")], default: ".local/share/amp" },
            folder: "threads",
            depth: 0,
            suffix: "{id}.json",
            format: None,
            head: None,
            with: None,
            complete: false,
            lookup: Lookup::Everywhere,
        }),
        database: None,
        activity: None,
        forms: &[
            (Launch, Interactive, "{args}"),
            (Launch, Headless, "{args} --execute --stream-json"),
            (Resume, Interactive, "threads continue {agent_session_id} {args}"),
            (
                Resume,
                Headless,
                "threads continue {agent_session_id} {args} --execute --stream-json",
            ),
        ],
    },
    Row {
        name: "command",
        program: "",
        completes: false,
        own_id: Own::Unknown,
        transcripts: None,
        database: None,
        activity: None,
        forms: &[(Launch, Interactive, "{args}"), (Launch, Headless, "{args}")],
    },
];

/// Returns the built-in agents, in listing order.
pub(super) fn builtin() -> Vec<Spec> {
    TABLE.into_iter().map(Row::into_spec).collect()
}

/// Returns an agent with only a name, to be completed from git's configuration.
pub(super) fn unknown(name: &str) -> Spec {
    let [.., command] = TABLE;
    Spec { name: name.to_owned(), ..command.into_spec() }
}

impl Row {
    fn into_spec(self) -> Spec {
        let form = |&(action, mode, text): &(Action, Mode, &str)| {
            let template = Template::parse(text).expect("the table is parsed by a test");
            ((action, mode), template)
        };
        Spec {
            name: self.name.to_owned(),
            program: self.program.to_owned(),
            prefix: Vec::new(),
            problems: Vec::new(),
            args: Vec::new(),
            env: Vec::new(),
            version: vec!["--version".to_owned()],
            completes: self.completes,
            own_id: match self.own_id {
                Own::Assigned => OwnId::Assigned,
                Own::Json(key) => OwnId::FromJson(key.to_owned()),
                Own::HistoryFile => OwnId::HistoryFile,
                Own::Unknown => OwnId::Unknown,
            },
            transcripts: self.transcripts,
            database: self.database,
            activity: self.activity,
            hooks: true,
            own_file: None,
            forms: self.forms.iter().map(form).collect(),
        }
    }
}
