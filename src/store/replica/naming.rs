use std::sync::{Arc, OnceLock};

/// What is known about a clone's name. All copies of one [`Store`] share it.
#[derive(Debug, Clone, Default)]
pub struct Naming {
    /// The state when the configuration was first read.
    pub found: Arc<OnceLock<Standing>>,
    /// The name that was made since.
    pub made: Arc<OnceLock<Made>>,
}

#[derive(Debug)]
pub struct Made {
    pub name: String,
    pub copied_from: Option<String>,
}

/// The relation of a clone to the name in its configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// There is no name.
    Unnamed,
    /// The name was made for this directory.
    Settled(String),
    /// The name is this clone's, but its directory is not recorded or out of date: an older version
    /// made the name, or the clone was moved.
    Unnoted(String),
    /// The name is that of the clone from which this one was copied.
    Copied(String),
}
