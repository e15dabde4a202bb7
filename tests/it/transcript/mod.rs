//! What agents and their users said, kept byte for byte.

mod append;
mod bad_input;
mod capture;
mod compressed;
mod follow;
mod histories;
mod occasions;
mod own_store;
mod reading;
mod sessions;
mod show;
mod sources;
mod world;
