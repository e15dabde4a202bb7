//! What agents and their users said, kept byte for byte.

mod append;
mod capture;
mod follow;
mod histories;
mod reading;
mod sessions;
mod show;
mod world;
