//! Conversations whose entries are rows of an SQLite database, which becomes lines: an object of its
//! columns each.
//!
//! Rows have no end that grows, as files do: an agent adds some, and changes others until they are
//! [settled](RowTable::settled). A row is captured when it is, and once more when it has changed
//! since. So nothing that was ever there is lost, and of a row that has several lines, the last one
//! is how it is.

#[cfg(feature = "sqlite")]
mod database;
mod new_rows;
mod table;
mod taken;
#[cfg(not(feature = "sqlite"))]
mod unsupported;

#[cfg(feature = "sqlite")]
pub(crate) use database::Database;
pub(super) use new_rows::NewRows;
pub use table::{RowColumn, RowTable};
pub(super) use taken::{TakenRows, TakenSet};
#[cfg(not(feature = "sqlite"))]
pub(crate) use unsupported::Database;
