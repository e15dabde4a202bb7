//! What is true of running sessions, with real git and real tmux.

mod agents;
mod arrives;
mod base;
mod cleanup;
mod clones;
mod deleted;
mod doctor;
mod doctor_fix;
mod doctor_remotes;
mod foreign_env;
mod half_made;
mod last_words;
mod moved;
mod namesake;
mod reconcile;
mod remains;
mod slow_tmux;
mod status;
mod status_moved;
mod talk;
mod two_claims;
mod unfinished;
mod unwritable;
mod users;
mod witnesses;
mod world;
