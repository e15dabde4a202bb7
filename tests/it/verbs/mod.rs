//! The verbs, as a person or a script uses them.

mod discard;
mod edit;
mod future;
mod land;
mod land_gits_own;
mod land_refused;
mod list;
mod log;
mod log_commits;
mod manners;
mod namesake;
mod numbers;
mod prompt;
mod put_away;
mod set;
mod shapes;
mod show;
mod undo;
mod work;
mod world;
