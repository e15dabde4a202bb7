//! What is true of running sessions, with real git and real tmux.

mod agents;
mod arrives;
mod cleanup;
mod doctor;
mod half_made;
mod last_words;
mod moved;
mod namesake;
mod reconcile;
mod remains;
mod status;
mod status_moved;
mod talk;
mod unfinished;
mod unwritable;
mod witnesses;
mod world;
