//! Implements the verbs. Each ties records, branches, worktrees and agents together.
//!
//! [`Engine`] has a method for each verb. It holds the store, and the agents, runtimes and
//! workspaces that the verbs use.

mod archive;
mod attention;
mod cancel;
mod capture;
mod cleanup;
mod commits;
mod common;
mod complete;
mod delete;
mod diff;
mod doctor;
mod edit;
mod fail;
mod fork;
mod import;
mod kill;
mod land;
mod path;
mod pause;
mod purge;
mod reconcile;
mod redactor;
mod restore;
mod resume;
mod run;
mod search;
mod send;
mod set;
mod sharing;
mod signs;
mod spawn;
mod start;
mod transcript;
mod unarchive;
mod undo;
mod usage;
mod wait;
mod why;
mod work;

pub use archive::ArchiveError;
pub use attention::{Attention, Awaited, AwaitedSession, HowMany};
pub use cleanup::{Branches, Cleaned, Cleanup, Leftover, Obstacle, branch_to_remove};
pub use commits::SessionCommits;
pub use common::{
    Again, Against, AgentChoice, AgentReport, AgentState, AgentStateError, BaseStatus, Caller,
    CaptureOutcome, Changed, Checkout, Checks, ConflictRemedy, Duplicates, ElsewhereError, Engine,
    EngineBuilder, HookTarget, IgnoredFiles, Interrupt, IssueRef, LandError, LaunchError,
    LeftSetups, Live, Liveness, LostConversation, MovedSession, OpsError, Phase, ProgramTrust,
    Purge, Remain, Restore, Restored, Run, RunArgumentError, RunningAgent, Scope, SessionStanding,
    SessionWorktreeError, Setup, SetupError, SetupProgress, SpawnError, SpawnRequest, Start,
    StartAgent, StartAt, StatusChange, StatusError, Supervisor, TreeProgram, Uncommitted, Unusable,
    UnusableProgram, WorkFolder, elsewhere, end_remains, hear, last_output, last_screen, log_file,
    man_dir, man_path, place, placement, purge, record_branch_of, record_branches, remains,
    uncommitted, uncommitted_at,
};
pub use delete::{DeleteError, DeletedSession, Kept};
pub use diff::{DiffArgs, WorkExtent};
pub use doctor::{Finding, FixOutcome, FixResult, Weight};
pub use edit::EditError;
pub use import::{
    AdoptRequest, Adoptable, HistoryRequest, HistoryScope, ImportError, ImportOutcome,
    ImportReport, ImportRequest, ImportedSession,
};
pub use kill::Killed;
pub use land::{
    AfterLanding, BaseMerge, LandCheck, LandMessage, LandMethod, LandOutlook, LandPlan,
    LandRequest, LandedSession,
};
pub use path::WorkDir;
pub use reconcile::{Reconciled, Step};
pub use restore::RestorePlan;
pub use run::{AgentOutput, Runner};
pub use search::{Case, Match, MatchPlace, Pattern, PatternError, Search, SessionMatches, Syntax};
pub use set::{ChangedRecord, SetError, SetRequest, UpdateTime};
pub use sharing::{LongLines, PreparedTranscripts, WithdrawnTranscripts};
pub use signs::Signs;
pub use spawn::{SpawnPlan, Spawned, Tenure};
pub use start::StartRequest;
pub use undo::{Undo, Undoing};
pub use usage::{UsageKey, UsageReport, UsageRow};
pub use wait::{WaitOutcome, Waited};
pub use why::{
    Blame, BlameArgs, BlameCommit, BlameLine, Evidence, Exchange, LineOrigin, Provenance, Strength,
    WhyError,
};
pub use work::CommittedWork;
