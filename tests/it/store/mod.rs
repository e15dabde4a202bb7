//! The store, through the library and through plain git.

mod broken;
mod configuration;
mod cycle;
mod disk;
mod faults;
mod full;
mod handles;
mod history;
mod identity;
mod includes;
mod killed;
mod kinds;
mod objects;
mod origin;
mod place;
mod planted;
mod queue;
mod race;
mod reading;
mod recovery;
mod refs;
mod refused;
mod replica;
mod sweep;
mod threads;
mod users;
