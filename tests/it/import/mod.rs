mod again;
mod ao_core;
mod astrid;
mod claw;
mod hostile;
mod thulp;
mod world;
