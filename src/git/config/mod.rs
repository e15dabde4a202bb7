//! Git's configuration, beyond what gix reads of it.

mod access;
mod entries;
mod includes;
mod load;
mod loaded;
mod local;
mod origin;
mod overrides;
mod paths;
mod stamp;
mod unread;
mod values;

pub use entries::GitConfigEntry;
pub(super) use includes::check_includes;
pub(super) use load::{global_files, load};
pub(super) use loaded::{Latest, Loaded};
pub(super) use origin::ConfigOrigin;
use overrides::append_overrides;
pub(super) use paths::interpolated;
pub(super) use stamp::Stamp;
pub(super) use unread::check_read;
pub(super) use values::{Config, boolean};
