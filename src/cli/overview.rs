use std::fmt::Write as _;

use clap::Command;

use super::verbs::{GROUPS, GUIDES};

/// The synopsis of the whole program.
pub const SYNOPSIS: &str = "git ao <command> [<args>]";

/// Returns the output of `git ao` without arguments: all verbs in groups, as in `git help`.
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
    text.push_str("\nguides\n");
    for (name, about) in GUIDES {
        push(&mut text, format_args!("   {name:<12} {about}\n"));
    }
    text.push_str(
        "\n'git ao <command> -h' lists the options of a command. 'git ao help <command>' or\n\
         'git ao help <guide>' shows a manual page.\n",
    );
    text
}

fn push(text: &mut String, what: std::fmt::Arguments<'_>) {
    text.write_fmt(what).expect("writing to a string does not fail");
}
