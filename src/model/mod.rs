//! Plain types and pure rules: no input, no output, no clock.
//!
//! A session has two forms: [`Session`] with typed fields, and the stored form, a [`Map`] of
//! [`Value`]s that preserves keys unknown to this version.

mod activity;
mod agent_end;
mod captured;
mod change;
mod dates;
mod diff;
mod error_chain;
mod error_kind;
mod event;
mod filter;
mod handle;
mod id;
mod landed;
mod merge;
mod name;
mod nearest;
mod oid;
mod order;
mod placement;
mod project;
mod record;
mod recovery;
mod secret;
mod serialize;
mod session;
mod shelf;
mod shell;
mod status;
mod time;
mod title;
mod undo;
mod usage;
mod value;
mod when;

pub use activity::{Activity, ActivityReport, InvalidActivity, TerminalState};
pub use agent_end::AgentEnd;
pub use captured::{CapturedTranscripts, SharedTranscripts};
pub use change::{
    Assignment, AssignmentError, Guard, RuleError, broken_rules, check_change, check_fixed,
    check_new, check_update, close_status,
};
pub(crate) use dates::{Dates, Rank};
pub use diff::{FieldChange, field_changes};
pub use error_chain::{append_cause, error_chain};
pub use error_kind::ErrorKind;
pub use event::{Event, Message, Origin, Person};
pub use filter::{Field, Filter, FilterError, Moment, Subject, Unread};
pub(crate) use filter::{Known, combine};
pub use handle::{Handle, Reference};
pub use id::{InvalidId, SessionId};
pub use landed::Landed;
pub use merge::{Merged, merge, merge_told};
pub use name::{is_branch_name, is_folder, is_url, slug};
pub use nearest::{distance, nearest};
pub use oid::{InvalidOid, Oid};
pub use order::{Order, SortKey, UnknownSortKey};
pub use placement::Placement;
pub use project::{InvalidProject, Project};
pub use record::{KEYS, RecordError};
pub use recovery::Recovery;
pub use secret::{HeldSecret, Secret, held_secrets, redact, secrets};
pub(crate) use session::untitled;
pub use session::{Base, Cost, Fork, Kind, Session};
pub use shelf::Shelf;
pub use shell::{shell_name, shell_path, shell_word};
pub use status::{IllegalTransition, SessionStatus};
pub use time::{InvalidTime, Timestamp};
pub use title::title_line;
pub use undo::{Extent, own_changes, undo};
pub use usage::{ModelUsage, Tokens};
pub use value::{Map, Value};
pub use when::{WhenError, ago, parse_age, parse_when};
