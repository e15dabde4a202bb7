use std::io;
use std::path::{Path, PathBuf};

use super::contents::{ForeignContents, ForeignSession};
use super::lines::lines;
use super::record::ImportDefaults;
use super::{ao_core, astrid, claw, thulp};

/// A program whose store can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ForeignStore {
    /// ao-rs: YAML records of orchestrated sessions, without conversations.
    AoCore,
    /// Astrid: a JSON file per session.
    Astrid,
    /// Thulp: a JSON file per session.
    Thulp,
    /// Claw Code: JSON lines per session, with rotations and backups.
    Claw,
}

impl ForeignStore {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::AoCore, Self::Astrid, Self::Thulp, Self::Claw];

    /// Returns the name: `ao_core`, `astrid`, `thulp` or `claw`. Ids and `context` of the sessions
    /// have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::AoCore => "ao_core",
            Self::Astrid => "astrid",
            Self::Thulp => "thulp",
            Self::Claw => "claw",
        }
    }

    /// Returns the store with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|store| store.name() == name)
    }

    /// Returns the folder of a session's store: of those of a home directory, or of those in a
    /// working directory.
    pub fn default_path(self, home: &Path, work_dir: &Path) -> PathBuf {
        match self {
            Self::AoCore => home.join(".ao-rs/sessions"),
            Self::Astrid => home.join(".astrid/sessions"),
            Self::Thulp => work_dir.join(".thulp/sessions"),
            Self::Claw => work_dir.join(".claw/sessions"),
        }
    }

    /// Returns the folder of the sessions if a person names it or a folder above it: `~/.ao-rs`
    /// means `~/.ao-rs/sessions`.
    fn sessions_folder(self, named: &Path) -> PathBuf {
        let top = match self {
            Self::AoCore => ".ao-rs",
            Self::Astrid => ".astrid",
            Self::Thulp => ".thulp",
            Self::Claw => ".claw",
        };
        let inside = named.join(top).join("sessions");
        if inside.is_dir() {
            return inside;
        }
        let below = named.join("sessions");
        let is_top = named.file_name().is_some_and(|name| name == top);
        if is_top && below.is_dir() { below } else { named.to_owned() }
    }

    /// Reads all sessions of a store, except for their conversations.
    ///
    /// # Errors
    /// Fails if the folder itself cannot be read.
    pub fn read(self, path: &Path, defaults: &ImportDefaults) -> io::Result<ForeignContents> {
        let folder = self.sessions_folder(path);
        std::fs::read_dir(&folder)?;
        let mut contents = match self {
            Self::AoCore => ao_core::read(&folder, defaults),
            Self::Astrid => astrid::read(&folder, defaults),
            Self::Thulp => thulp::read(&folder, defaults),
            Self::Claw => claw::read(&folder, defaults),
        };
        contents.skipped.sort();
        Ok(contents)
    }

    /// Reads the conversation of a session, as lines of the format `ao-jsonl`. The first entry of a
    /// message also has the program's own form of it, as `imported`.
    ///
    /// # Errors
    /// Fails if a file cannot be read.
    pub fn conversation(self, session: &ForeignSession) -> io::Result<Vec<u8>> {
        let said = match self {
            Self::AoCore => Vec::new(),
            Self::Astrid => astrid::conversation(&session.files),
            Self::Thulp => thulp::conversation(&session.files),
            Self::Claw => claw::conversation(&session.files),
        };
        lines(&said)
    }
}
