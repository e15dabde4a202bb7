//! Git's configuration, beyond what gix reads of it.

mod entries;
mod includes;
mod load;
mod local;
mod overrides;
mod unread;

pub use entries::GitConfigEntry;
pub(super) use includes::check_includes;
pub(super) use load::{global_files, interpolated, load};
use overrides::overrides;
pub(super) use unread::check_read;
