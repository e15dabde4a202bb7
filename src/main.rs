//! `git ao`: the command line of git-ao.

mod cli;

fn main() -> std::process::ExitCode {
    cli::main(std::env::args_os())
}
