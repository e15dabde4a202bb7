//! Agents in sessions: the real programs, and scripts where any program will do.

mod elsewhere;
mod interrupted;
mod looked_after;
mod quiet;
mod real;
