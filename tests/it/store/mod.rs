//! The store, through the library and through plain git.

mod cycle;
mod killed;
mod race;
