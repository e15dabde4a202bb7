use std::io;

use crate::import::ForeignSession;

/// Where sessions come from, and how their conversations are read if they are in no file of an
/// agent.
pub(super) struct Taking<'t> {
    pub from: &'t str,
    pub conversation: &'t dyn Fn(&ForeignSession) -> io::Result<Vec<u8>>,
}
