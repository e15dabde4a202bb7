mod histories;
mod newer;
mod rules;
mod strays;
mod world;
