//! What agents and their users said, kept byte for byte.

mod append;
mod bad_input;
mod capture;
mod compressed;
mod histories;
mod occasions;
mod own_store;
mod reading;
mod sessions;
mod sources;
mod world;
