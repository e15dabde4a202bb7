//! Agents in sessions: the real programs, and scripts where any program will do.

mod elsewhere;
mod looked_after;
mod place;
mod real;
mod terminal;
