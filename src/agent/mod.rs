//! Agents: the programs that do the work, described as data.
//!
//! A built-in table and the user's git configuration define how each agent is launched, resumed and
//! forked. The result is a [`Launch`]: a program and its arguments, for a runtime to start.
//! Commands never come from a record.

mod action;
mod activity;
mod agents;
mod config;
mod database;
mod databases;
mod deletion;
mod entries;
mod error;
mod folder_name;
mod history;
mod home;
mod interface;
mod kept_conversation;
mod launch;
mod own_file;
mod own_id;
mod plan;
mod put;
mod source_request;
mod sources;
mod spec;
mod table;
mod take_back;
mod template;
#[cfg(test)]
mod tests;
mod transcript;
mod value;

pub use action::{Action, Mode};
pub use activity::{ActivityInputs, HookMoment, HookNote, RunningConversation, StartOf};
pub use agents::{Agents, InstalledAgent};
pub use config::{AgentSetting, Trust};
pub use deletion::Deletion;
pub use entries::{
    Entries, EntryReader, entries, last_words, redact_entry, redact_line, redact_transcript,
};
pub use error::AgentError;
pub use interface::Agent;
pub use kept_conversation::KeptConversation;
pub use launch::{Launch, LaunchRequest, Prepare};
pub use own_id::IdSource;
pub use put::SavedConversation;
pub use source_request::{DirectoryUse, SourceRequest};
pub use take_back::TakeBack;
pub use template::{Slot, TemplateError};
