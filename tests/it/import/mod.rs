mod again;
mod ao_core;
mod astrid;
mod claw;
mod history;
mod hostile;
mod thulp;
mod world;
