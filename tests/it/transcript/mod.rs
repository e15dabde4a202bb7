//! What agents and their users said, kept byte for byte.

mod bad_input;
mod capture;
mod compressed;
mod histories;
mod own_store;
mod reading;
mod sources;
mod world;
