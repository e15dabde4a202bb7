use std::sync::{Arc, Mutex, PoisonError};

/// What is known about a clone's name. All copies of one [`Store`] share it.
#[derive(Debug, Clone, Default)]
pub struct Naming {
    found: Arc<Mutex<Option<Found>>>,
    made: Arc<Mutex<Option<Made>>>,
}

/// What the configuration says, and what follows from it.
#[derive(Debug)]
struct Found {
    configured: Configured,
    standing: Standing,
}

/// The name and the directory in the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Configured {
    pub name: Option<String>,
    pub place: Option<String>,
}

/// The name that was last made or settled here.
#[derive(Debug, Clone)]
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

impl Naming {
    /// Returns the standing of the configured name. It is examined again only if the configuration
    /// has changed.
    pub fn standing(
        &self,
        configured: Configured,
        examine: impl FnOnce(Configured) -> Standing,
    ) -> Standing {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        match &*found {
            Some(found) if found.configured == configured => found.standing.clone(),
            _ => {
                let standing = examine(configured.clone());
                *found = Some(Found { configured, standing: standing.clone() });
                standing
            }
        }
    }

    /// Returns what was made, unless somebody has configured another name since.
    pub fn made(&self, configured: Option<&str>) -> Option<Made> {
        let made = self.made.lock().unwrap_or_else(PoisonError::into_inner).clone()?;
        let before = made.copied_from.as_deref();
        (configured == before || configured == Some(&made.name)).then_some(made)
    }

    /// Records what was made.
    pub fn set_made(&self, made: Made) {
        *self.made.lock().unwrap_or_else(PoisonError::into_inner) = Some(made);
    }
}
