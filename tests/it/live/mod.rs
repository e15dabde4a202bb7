//! What is true of running sessions, with real git and real tmux.

mod agents;
mod status;
mod world;
