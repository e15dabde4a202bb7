mod future;
mod histories;
mod newer;
mod rules;
mod strays;
mod undo;
mod world;
