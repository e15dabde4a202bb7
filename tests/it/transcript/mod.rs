//! What agents and their users said, kept byte for byte.

mod append;
mod bad_input;
mod capture;
mod clones;
mod compressed;
mod export;
mod follow;
mod grep;
mod histories;
mod last_words;
mod occasions;
mod own_store;
mod reading;
mod rows;
mod samples;
mod sessions;
mod show;
mod sources;
mod sweep;
mod world;
