//! What agents and their users said, kept byte for byte.

mod capture;
mod histories;
mod reading;
mod world;
