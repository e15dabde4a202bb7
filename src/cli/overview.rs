use std::fmt::Write as _;

use clap::Command;

use super::verbs::GROUPS;

/// The synopsis of the whole program.
pub const SYNOPSIS: &str = "git ao <command> [<args>]";

/// What `git ao` says when it is asked for nothing, in the manner of `git`: all verbs, in groups.
pub fn overview(tree: &Command) -> String {
    let mut text = format!("usage: {SYNOPSIS}\n");
    let about = |name: &str| Some(tree.find_subcommand(name)?.get_about()?.to_string());
    for (title, names) in GROUPS {
        let verbs: Vec<_> = names.iter().filter_map(|name| Some((name, about(name)?))).collect();
        if verbs.is_empty() {
            continue;
        }
        push(&mut text, format_args!("\n{title}\n"));
        for (name, about) in verbs {
            push(&mut text, format_args!("   {name:<12} {about}\n"));
        }
    }
    text.push_str(
        "\n'git ao <command> -h' shows the options of a command, 'git ao help <command>' its manual \
         page.\n",
    );
    text
}

fn push(text: &mut String, what: std::fmt::Arguments<'_>) {
    text.write_fmt(what).expect("writing to a string does not fail");
}
