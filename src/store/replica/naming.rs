use std::sync::{Arc, OnceLock};

/// What is known of a clone's name, by all copies of one [`Store`].
#[derive(Debug, Clone, Default)]
pub struct Naming {
    /// What the configuration said when it was first looked at.
    pub found: Arc<OnceLock<Standing>>,
    /// What was made after that.
    pub made: Arc<OnceLock<Made>>,
}

#[derive(Debug)]
pub struct Made {
    pub name: String,
    pub copied_from: Option<String>,
}

/// How a clone stands to the name in its configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// There is none.
    Unnamed,
    /// It was made for this directory.
    Settled(String),
    /// It is this clone's, but the place is not noted, or not as it is now: an older version made
    /// the name, or the clone was moved.
    Unnoted(String),
    /// It is that of the clone from which this one was copied.
    Copied(String),
}
