use crate::model::{Project, Shelf};

/// The place of a shard in the tree.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::store) struct Place {
    pub shelf: Shelf,
    pub project: Project,
    /// The first byte of its sessions' ids.
    pub byte: u8,
}

impl Place {
    /// Returns the place of the folder with this name, or None if it cannot hold records.
    pub fn new(shelf: Shelf, project: &Project, name: &str) -> Option<Self> {
        let byte = u8::from_str_radix(name, 16).ok()?;
        let project = project.clone();
        (format!("{byte:02x}") == name).then_some(Self { shelf, project, byte })
    }
}
