//! The shapes that `--json` prints. All of them can be written and read with serde, so that a
//! program in Rust reads the output of `git ao` with these types:
//!
//! ```
//! use git_ao::view::json::{EntryJson, SessionsJson};
//!
//! # fn main() -> Result<(), serde_json::Error> {
//! # let id = "7b6d11f9-5a0e-4f0c-9d0e-5a7f1c2b3d4e";
//! # let printed = format!(r#"{{"version":1,"sessions":[
//! # {{"id":"{id}","project_id":"demo","status":"working","archived":false,"visibility":"public",
//! # "here":true,"workspace_path":null,"short_id":"7b6d11f9","display_title":"Fix it"}}
//! # ]}}"#);
//! let listed: SessionsJson = serde_json::from_str(&printed)?;
//! for entry in listed.sessions {
//!     match entry {
//!         EntryJson::Session(shown) => println!("{} {}", shown.short_id, shown.session.status),
//!         EntryJson::Corrupt(record) => println!("{} {}", record.short_id, record.corrupt),
//!     }
//! }
//! # Ok(()) }
//! ```
//!
//! Keys may be added; if one is removed or changes its meaning, [`VERSION`] changes. Paths are text,
//! in which bytes that are not UTF-8 are replaced.

mod adopt;
mod agents;
mod blame;
mod capture;
mod cleanup;
mod doctor;
mod event;
mod import;
mod land;
mod live;
mod matches;
mod reconcile;
mod session;
mod started;
mod text;
mod undo;
mod why;

pub use adopt::{AdoptableJson, AdoptablesJson};
pub use agents::{AgentJson, AgentsJson};
pub use blame::{BlameCommitJson, BlameJson, BlameLineJson};
pub use capture::CaptureJson;
pub use cleanup::{CleanupJson, LeftoverJson};
pub use doctor::{DoctorJson, FindingJson, OutcomeJson};
pub use event::{AuthorJson, ConflictJson, EventJson, EventsJson, LinesJson, RecordChangeJson};
pub use import::{ImportJson, ImportedJson, SkippedFileJson};
pub use land::LandCheckJson;
pub use live::{ActivityJson, BaseJson, LiveJson, WorkspaceJson};
pub use matches::MatchJson;
pub use reconcile::{CorrectedJson, CorrectionJson, ReconcileJson};
pub use session::{CorruptJson, EntryJson, SessionJson, SessionsJson, ShownJson};
pub use started::{RestoredJson, SpawnedJson};
pub use text::{pretty, text};
pub use undo::{LeftJson, UndoJson, UndoneJson, UndoneSessionJson};
pub use why::{ExchangeJson, ProvenanceJson, WhyJson};

/// The version of the format.
pub const VERSION: u64 = 1;
