//! Shared by the verbs: placements, liveness, starting an agent, worktrees of sessions.

pub(in crate::ops) mod activity;
pub(in crate::ops) mod agent_home;
pub(in crate::ops) mod agent_log;
pub(in crate::ops) mod agents;
pub(in crate::ops) mod artifacts;
pub(in crate::ops) mod branch_name;
pub(in crate::ops) mod branch_sessions;
pub(in crate::ops) mod capture;
pub(in crate::ops) mod checks;
pub(in crate::ops) mod conversation;
pub(in crate::ops) mod engine;
pub(in crate::ops) mod error;
pub(in crate::ops) mod find_running;
pub(in crate::ops) mod handover;
pub(in crate::ops) mod inherited_output;
pub(in crate::ops) mod interrupt;
pub(in crate::ops) mod issue_ref;
pub(in crate::ops) mod kept;
pub(in crate::ops) mod known_values;
pub(in crate::ops) mod last_screen;
pub(in crate::ops) mod launch_request;
pub(in crate::ops) mod launcher;
pub(in crate::ops) mod leftover_agents;
pub(in crate::ops) mod live;
pub(in crate::ops) mod liveness;
pub(in crate::ops) mod lodging;
pub(in crate::ops) mod lost_conversation;
pub(in crate::ops) mod man_path;
pub(in crate::ops) mod message;
pub(in crate::ops) mod owned_worktrees;
pub(in crate::ops) mod parent;
pub(in crate::ops) mod placement;
pub(in crate::ops) mod ports;
pub(in crate::ops) mod ready;
pub(in crate::ops) mod restart;
pub(in crate::ops) mod restore_request;
pub(in crate::ops) mod run_request;
pub(in crate::ops) mod runner_files;
pub(in crate::ops) mod session_env;
pub(in crate::ops) mod setup;
pub(in crate::ops) mod site;
pub(in crate::ops) mod spawn_request;
pub(in crate::ops) mod start;
pub(in crate::ops) mod start_guard;
pub(in crate::ops) mod status_change;
pub(in crate::ops) mod supervise;
pub(in crate::ops) mod targets;
pub(in crate::ops) mod uncommitted;
pub(in crate::ops) mod usage;

pub use activity::{HookTarget, hear};
pub use agent_log::log_file;
pub use agents::AgentReport;
pub use artifacts::{Purge, purge};
pub use branch_sessions::{record_branch_of, record_branches};
pub use capture::CaptureOutcome;
pub use checks::Checks;
pub use engine::{Engine, EngineBuilder, Supervisor};
pub use error::{
    AgentStateError, ConflictRemedy, ElsewhereError, LandError, LaunchError, OpsError,
    SessionWorktreeError, SetupError, SpawnError, StatusError,
};
pub use find_running::RunningAgent;
pub use interrupt::Interrupt;
pub use issue_ref::IssueRef;
pub use last_screen::{last_output, last_screen};
pub use launcher::AgentChoice;
pub use leftover_agents::{Remain, end_remains, remains};
pub(in crate::ops) use live::base_tip;
pub use live::{Against, AgentState, BaseStatus, Live, Scope, SessionStanding};
pub use liveness::Liveness;
pub use lost_conversation::LostConversation;
pub use man_path::{man_dir, man_path};
pub use placement::{elsewhere, place, placement};
pub use ready::IgnoredFiles;
pub use restore_request::{Again, Restore, Restored};
pub use run_request::{Caller, Run, RunArgumentError};
pub use setup::{
    LeftSetups, Phase, ProgramTrust, Setup, SetupProgress, TreeProgram, Unusable, UnusableProgram,
};
pub use spawn_request::{Checkout, Duplicates, SpawnRequest, StartAgent, StartAt, WorkFolder};
pub use start::Start;
pub use status_change::{Changed, StatusChange};
pub use targets::MovedSession;
pub use uncommitted::{Uncommitted, uncommitted, uncommitted_at};

pub(in crate::ops) use agents::SESSION_ENV;
