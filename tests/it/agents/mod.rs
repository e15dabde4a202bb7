//! Agents in sessions: the real programs, and scripts where any program will do.

mod astray;
mod begun;
mod captured;
mod doing;
mod elsewhere;
mod figures;
mod foreground;
mod forgotten;
mod going_on;
mod handed_over;
mod hostile;
mod in_files;
mod in_rows;
mod interrupted;
mod late;
mod looked_after;
mod many;
mod output;
mod own_branch;
mod place;
mod quiet;
mod real;
mod refused;
mod shared;
mod taken_over;
mod terminal;
