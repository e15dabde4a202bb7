#![allow(clippy::print_stdout)] // the figures are what it is for

//! How fast git ao is, as ratios: each figure is measured against something else in the same run,
//! in turn, so that a noisy machine disturbs both alike. Run with `cargo bench`; `cargo bench --
//! write list` runs some of it, `cargo bench -- table` what README.md's table of speed has. With
//! `--write`, the table gets the figures that were measured.

mod clocks;
mod fill;
mod hooks;
mod index;
mod lines;
mod lookup;
mod measure;
mod merge;
mod open;
mod past;
mod process;
mod readers;
mod ready;
mod redact;
mod scale;
mod search;
mod share;
mod size;
mod stage;
mod status;
mod table;
mod transcripts;
mod whole;
mod why;
mod write;

fn main() {
    let wanted: Vec<String> =
        std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    let benches: [(&str, fn()); 39] = [
        ("size", size::program),
        ("write", write::against_files),
        ("plumbing", write::against_plumbing),
        ("lookup", lookup::by_id),
        ("list", lookup::list_against_files),
        ("among", index::among_many),
        ("take", index::take),
        ("log", lookup::log_of_one),
        ("past", past::searches),
        ("clocks", clocks::behind),
        ("hooks", hooks::checkout),
        ("merge", merge::large_against_small),
        ("status", status::against_git_and_tmux),
        ("among_ended", status::among_ended),
        ("bases", status::far_bases),
        ("show", process::show_against_rev_parse),
        ("complete", process::completion_against_rev_parse),
        ("readers", readers::against_rev_parse),
        ("set", readers::set),
        ("latest", readers::set_latest),
        ("whole", whole::list),
        ("memory", whole::memory),
        ("build", whole::build),
        ("night", whole::night),
        ("scale", scale::per_session),
        ("shard", scale::one_shard),
        ("search", search::transcripts),
        ("capture", transcripts::capture),
        ("fetch", transcripts::fetch),
        ("packed", transcripts::packed),
        ("first_pull", share::first_pull),
        ("at_once", share::at_once),
        ("numbers", lookup::list_with_fractions),
        ("open", open::against_gix),
        ("look", open::look),
        ("threads", open::shared),
        ("redact", redact::lines),
        ("include", ready::include),
        ("why", why::against_git),
    ];
    for (name, bench) in benches {
        let is_wanted =
            |word: &String| name.contains(word.as_str()) || word == "table" && table::needs(name);
        if wanted.is_empty() || wanted.iter().any(is_wanted) {
            bench();
        }
    }
    if std::env::args().any(|arg| arg == "--write") {
        table::write();
    }
}
