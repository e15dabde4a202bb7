#![allow(clippy::print_stdout)] // the figures are what it is for

//! How fast git ao is, as ratios: each figure is measured against something else in the same run,
//! in turn, so that a noisy machine disturbs both alike. Run with `cargo bench`; `cargo bench --
//! write list` runs some of it.

mod fill;
mod hooks;
mod index;
mod lookup;
mod measure;
mod merge;
mod open;
mod process;
mod scale;
mod size;
mod stage;
mod status;
mod write;

fn main() {
    let wanted: Vec<String> =
        std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    let benches: [(&str, fn()); 19] = [
        ("size", size::program),
        ("write", write::against_files),
        ("plumbing", write::against_plumbing),
        ("lookup", lookup::by_id),
        ("list", lookup::list_against_files),
        ("among", index::among_many),
        ("take", index::take),
        ("log", lookup::log_of_one),
        ("hooks", hooks::checkout),
        ("merge", merge::large_against_small),
        ("status", status::against_git_and_tmux),
        ("show", process::show_against_rev_parse),
        ("complete", process::completion_against_rev_parse),
        ("scale", scale::per_session),
        ("shard", scale::one_shard),
        ("numbers", lookup::list_with_fractions),
        ("open", open::against_gix),
        ("look", open::look),
        ("threads", open::shared),
    ];
    for (name, bench) in benches {
        if wanted.is_empty() || wanted.iter().any(|word| name.contains(word.as_str())) {
            bench();
        }
    }
}
