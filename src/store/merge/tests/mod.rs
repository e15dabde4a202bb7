mod histories;
mod rules;
mod strays;
mod world;
