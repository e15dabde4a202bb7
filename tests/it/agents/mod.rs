//! Agents in sessions: the real programs, and scripts where any program will do.

mod elsewhere;
mod foreground;
mod looked_after;
mod output;
mod real;
