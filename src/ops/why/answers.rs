use std::collections::HashMap;

use super::Provenance;
use crate::git::CommitFacts;
use crate::model::Oid;

/// The commits that one look asks for.
pub type Asked = HashMap<Oid, CommitFacts>;

/// Answers of one step, for the commits for which there are any.
pub type Answers = HashMap<Oid, Vec<Provenance>>;
