use crate::model::{Project, Shelf};
use crate::store::Visibility;

/// A part of the store: the shelf of one ref.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::store) struct Part {
    pub visibility: Visibility,
    pub shelf: Shelf,
}

impl Part {
    pub fn all() -> impl Iterator<Item = Self> {
        [Visibility::Public, Visibility::Private].into_iter().flat_map(|visibility| {
            [Shelf::Active, Shelf::Archived].map(|shelf| Self { visibility, shelf })
        })
    }
}

/// The place of a shard in the trees.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::store) struct Place {
    pub part: Part,
    pub project: Project,
    /// The first byte of its sessions' ids.
    pub byte: u8,
}

impl Place {
    /// Returns the place of the folder with this name, or None if it cannot hold records.
    pub fn new(part: Part, project: &Project, name: &str) -> Option<Self> {
        let byte = u8::from_str_radix(name, 16).ok()?;
        let project = project.clone();
        (format!("{byte:02x}") == name).then_some(Self { part, project, byte })
    }
}
