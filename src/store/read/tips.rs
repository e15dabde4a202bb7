use serde::{Deserialize, Serialize};

use crate::model::Oid;
use crate::store::{Snapshot, Store, StoreError, Visibility};

/// How far a reader has got: the newest public and the newest private event that it knows.
///
/// The default is the beginning: no event is known.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Tips {
    /// The newest public event.
    pub public: Option<Oid>,
    /// The newest private event. None if the store was opened without private sessions.
    pub private: Option<Oid>,
}

impl From<Oid> for Tips {
    /// Stands for a public event, and no private one.
    fn from(public: Oid) -> Self {
        Self { public: Some(public), private: None }
    }
}

impl From<&Oid> for Tips {
    /// Stands for a public event, and no private one.
    fn from(public: &Oid) -> Self {
        public.clone().into()
    }
}

impl From<&Snapshot<'_>> for Tips {
    /// Stands for the events that the snapshot shows: what happens later follows it without a gap.
    fn from(snapshot: &Snapshot<'_>) -> Self {
        let tip = |visibility| snapshot.tip_of(visibility).cloned();
        Self { public: tip(Visibility::Public), private: tip(Visibility::Private) }
    }
}

impl From<&Tips> for Tips {
    fn from(tips: &Tips) -> Self {
        tips.clone()
    }
}

impl Store {
    /// Returns the newest events, from which [`changes`](Self::changes) and [`watch`](Self::watch)
    /// can go on.
    ///
    /// # Errors
    /// Fails if a ref cannot be read.
    pub fn newest(&self) -> Result<Tips, StoreError> {
        let (public, private) = self.tips()?;
        Ok(Tips { public, private: private? })
    }
}
