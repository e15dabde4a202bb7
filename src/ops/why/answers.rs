use std::collections::HashMap;

use super::Provenance;
use crate::git::CommitFacts;
use crate::model::Oid;

/// The commits to find in one step.
pub type Asked = HashMap<Oid, CommitFacts>;

/// The answers of one step, for the commits that have any.
pub type Answers = HashMap<Oid, Vec<Provenance>>;
