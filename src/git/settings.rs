//! The settings of git-ao (git-ao-config(5)): every key under `ao.` once, with its default.
//!
//! The agents themselves read their keys, `ao.agent.<name>.<what>`, and redaction its rules,
//! `ao.redact.<name>`.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::config::Config;
use super::{Environment, Repository};
use crate::model::parse_age;

pub(crate) const ADOPT: &str = "ao.adopt";
pub(crate) const AGENT: &str = "ao.agent";
pub(crate) const AUTO_PUSH: &str = "ao.autoPush";
pub(crate) const BRANCH_PREFIX: &str = "ao.branchPrefix";
pub(crate) const HOOKS: &str = "ao.hooks";
pub(crate) const IDLE_AFTER: &str = "ao.idleAfter";
pub(crate) const LOG_LIMIT: &str = "ao.logLimit";
pub(crate) const NOTIFY: &str = "ao.notify";
pub(crate) const PROJECT: &str = "ao.project";
pub(crate) const PUSH_TIMEOUT: &str = "ao.pushTimeout";
pub(crate) const REMOTE: &str = "ao.remote";
pub(crate) const REMOTE_REF: &str = "ao.remoteRef";
pub(crate) const REPLICA: &str = "ao.replica";
pub(crate) const REPLICA_PLACE: &str = "ao.replicaPlace";
pub(crate) const RUNTIME: &str = "ao.runtime";
pub(crate) const SETUP: &str = "ao.setup";
pub(crate) const SETUP_TIMEOUT: &str = "ao.setupTimeout";
pub(crate) const SHARE_TRANSCRIPTS: &str = "ao.shareTranscripts";
pub(crate) const STUCK_AFTER: &str = "ao.stuckAfter";
pub(crate) const TEARDOWN: &str = "ao.teardown";
pub(crate) const TMUX_SOCKET: &str = "ao.tmuxSocket";
pub(crate) const TRAILER: &str = "ao.trailer";
pub(crate) const TRANSCRIPT_MAX_SIZE: &str = "ao.transcriptMaxSize";
pub(crate) const TRANSCRIPTS: &str = "ao.transcripts";
pub(crate) const WORKTREE_DIR: &str = "ao.worktreeDir";

/// All keys except those of individual agents.
pub(crate) const KEYS: [&str; 25] = [
    ADOPT,
    AGENT,
    AUTO_PUSH,
    BRANCH_PREFIX,
    HOOKS,
    IDLE_AFTER,
    LOG_LIMIT,
    NOTIFY,
    PROJECT,
    PUSH_TIMEOUT,
    REMOTE,
    REMOTE_REF,
    REPLICA,
    REPLICA_PLACE,
    RUNTIME,
    SETUP,
    SETUP_TIMEOUT,
    SHARE_TRANSCRIPTS,
    STUCK_AFTER,
    TEARDOWN,
    TMUX_SOCKET,
    TRAILER,
    TRANSCRIPT_MAX_SIZE,
    TRANSCRIPTS,
    WORKTREE_DIR,
];

/// What is recorded of sessions that begin without git-ao.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Adoption {
    /// Nothing.
    Off,
    /// They are private.
    Private,
    /// The next push shares them.
    Public,
}

/// A trailer of commit messages that the prepare-commit-msg hook adds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trailer {
    /// `Ao-Session`, with the id.
    Session,
    /// `Assisted-by`, with the agent and the model.
    Assistant,
}

/// The settings of a repository at one moment, as git's configuration has them.
#[derive(Debug, Clone)]
pub struct Settings {
    config: Arc<Config>,
    environment: Environment,
}

impl Repository {
    /// Returns the settings of git-ao in this repository, after a look at the configuration. If
    /// that cannot be read, they are those of the last one that could be; the next snapshot or
    /// transaction reports the error.
    pub fn settings(&self) -> Settings {
        // Whatever is written afterwards fails with this error.
        let _ = self.refresh();
        Settings { config: self.configuration(), environment: self.environment().clone() }
    }
}

impl Settings {
    /// Returns `ao.adopt`: whether sessions are recorded that begin without git-ao, and who may see
    /// them. Default: they are not.
    pub fn adopt(&self) -> Adoption {
        match self.config.text(ADOPT).as_deref() {
            Some("public") => Adoption::Public,
            _ if self.config.boolean(ADOPT) == Some(true) => Adoption::Private,
            _ => Adoption::Off,
        }
    }

    /// Returns `ao.agent`, the agent to start if none is named.
    pub fn agent(&self) -> Option<String> {
        self.config.text(AGENT)
    }

    /// Returns `ao.autoPush`: whether a push of branches also pushes the sessions. Default: false.
    pub fn auto_push(&self) -> bool {
        self.config.boolean(AUTO_PUSH) == Some(true)
    }

    /// Returns `ao.branchPrefix`, with which the branches of sessions begin. Default: `ao/`.
    pub fn branch_prefix(&self) -> String {
        self.config.text(BRANCH_PREFIX).unwrap_or_else(|| "ao/".to_owned())
    }

    /// Returns `ao.hooks`: whether git's hooks record anything. Default: only if the hooks belong
    /// to this repository alone.
    pub fn hooks(&self) -> Option<bool> {
        self.config.boolean(HOOKS)
    }

    /// Returns `ao.idleAfter`: how long an agent is ready before it is idle. Default, also for an
    /// invalid value: 5 minutes.
    pub fn idle_after(&self) -> Duration {
        self.age(IDLE_AFTER).unwrap_or(Duration::from_secs(300))
    }

    /// Returns `ao.notify`: how to notify a person that an agent needs attention. `bell`,
    /// `desktop`, or a command, which is read only from a file that belongs to the user. Default:
    /// no notification.
    pub fn notify(&self) -> Option<String> {
        self.config.trusted_text(NOTIFY)
    }

    /// Returns `ao.stuckAfter`: how long an agent waits for a person before its session's status
    /// says so. Default, also for an invalid value: 10 minutes.
    pub fn stuck_after(&self) -> Duration {
        self.age(STUCK_AFTER).unwrap_or(Duration::from_secs(600))
    }

    fn age(&self, key: &str) -> Option<Duration> {
        parse_age(&self.config.text(key)?).ok()
    }

    /// Returns `ao.logLimit`, the maximum size of an agent's log in bytes; 0 means no limit.
    /// Default: 64 MiB. An invalid value does not prevent a start: it counts as not set.
    pub fn log_limit(&self) -> u64 {
        self.valid_log_limit().unwrap_or(64 << 20)
    }

    /// Returns `ao.logLimit` if it is set and valid.
    pub fn valid_log_limit(&self) -> Option<u64> {
        self.config.integer(LOG_LIMIT).and_then(|bytes| bytes.try_into().ok())
    }

    /// Returns `ao.price.<model>`: what a million tokens of a model cost. Git allows only some
    /// characters in the last part of a key; for any model there is `ao.price.<model>.usd`.
    pub fn price(&self, model: &str) -> Option<String> {
        let key = format!("ao.price.{model}");
        self.config.text(&key).or_else(|| self.config.text(&format!("{key}.usd")))
    }

    /// Returns `ao.project`, the project of new sessions. Default: see
    /// [`Snapshot::default_project`](crate::store::Snapshot::default_project).
    pub fn project(&self) -> Option<String> {
        self.config.text(PROJECT)
    }

    /// Returns `ao.pushTimeout`, how long a push is retried while others push. Default: ten
    /// minutes.
    ///
    /// # Errors
    /// Fails with the value if it is not a number of seconds.
    pub fn push_timeout(&self) -> Result<Duration, String> {
        let Some(text) = self.config.text(PUSH_TIMEOUT) else {
            return Ok(Duration::from_secs(600));
        };
        let seconds = text.trim().parse().map_err(|_| text)?;
        Ok(Duration::from_secs(seconds))
    }

    /// Returns `ao.remote`, the remote of the store. Default: the only remote.
    pub fn remote(&self) -> Option<String> {
        self.config.text(REMOTE)
    }

    /// Returns `ao.remoteRef`, the ref of the store in the remote. Default: the same as here.
    pub fn remote_ref(&self) -> Option<String> {
        self.config.text(REMOTE_REF)
    }

    /// Returns `ao.runtime`, in which agents are started. Default: `tmux` if it is installed.
    pub fn runtime(&self) -> Option<String> {
        self.config.text(RUNTIME)
    }

    /// Returns `ao.setup`, the command that sets up a new worktree before its agent starts.
    pub fn setup(&self) -> Option<String> {
        self.config.text(SETUP)
    }

    /// Returns `ao.setupTimeout`, how long a setup or a teardown may take. Default: ten minutes. An
    /// invalid value does not prevent a start: it counts as not set.
    pub fn setup_timeout(&self) -> Duration {
        Duration::from_secs(self.valid_setup_timeout().unwrap_or(600))
    }

    /// Returns `ao.setupTimeout` in seconds if it is set and valid.
    pub fn valid_setup_timeout(&self) -> Option<u64> {
        self.config.integer(SETUP_TIMEOUT).and_then(|seconds| seconds.try_into().ok())
    }

    /// Returns `ao.teardown`, the command that runs in a worktree before it is removed.
    pub fn teardown(&self) -> Option<String> {
        self.config.text(TEARDOWN)
    }

    /// Returns `ao.shareTranscripts`: whether each push shares the transcripts of all sessions that
    /// are not private. Default: false.
    pub fn share_transcripts(&self) -> bool {
        self.config.boolean(SHARE_TRANSCRIPTS) == Some(true)
    }

    /// Returns `ao.tmuxSocket`, the socket of the tmux server in which agents are started. Default:
    /// the user's own server.
    pub fn tmux_socket(&self) -> Option<String> {
        self.config.text(TMUX_SOCKET)
    }

    /// Returns `ao.trailer`: which trailers the prepare-commit-msg hook adds, as words. Default:
    /// `Ao-Session`. Unknown words, such as `none`, add nothing.
    pub fn trailers(&self) -> Vec<Trailer> {
        let Some(text) = self.config.text(TRAILER) else { return vec![Trailer::Session] };
        let words = text.split(|c: char| c.is_whitespace() || c == ',');
        let known = words.filter_map(|word| match word.to_ascii_lowercase().as_str() {
            "ao-session" => Some(Trailer::Session),
            "assisted-by" => Some(Trailer::Assistant),
            _ => None,
        });
        known.collect()
    }

    /// Returns `ao.transcripts`: whether the transcripts of agents are captured. Default: true. An
    /// invalid value does not prevent the end of an agent from being recorded: it counts as false.
    pub fn transcripts(&self) -> bool {
        match self.config.text(TRANSCRIPTS) {
            None => true,
            Some(_) => self.config.boolean(TRANSCRIPTS) == Some(true),
        }
    }

    /// Returns `ao.transcriptMaxSize`, how much is captured of one session at most, in bytes;
    /// [`u64::MAX`] for no limit. Default: 256 MiB. An invalid value counts as not set.
    pub fn transcript_max_size(&self) -> u64 {
        match self.valid_transcript_max_size() {
            None => 256 << 20,
            Some(0) => u64::MAX,
            Some(size) => size,
        }
    }

    /// Returns `ao.transcriptMaxSize` if it is set and valid; 0 means no limit.
    pub fn valid_transcript_max_size(&self) -> Option<u64> {
        self.config.integer(TRANSCRIPT_MAX_SIZE).and_then(|bytes| bytes.try_into().ok())
    }

    /// Returns `ao.worktreeDir`, below which worktrees are created; a relative path is relative to
    /// the main worktree. Default: `~/.worktrees`.
    pub fn worktree_dir(&self) -> Option<PathBuf> {
        self.config.path(WORKTREE_DIR, &self.environment)
    }
}
