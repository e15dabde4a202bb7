//! The commands of a verb that has some: they have no separate pages.

use clap::Command;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

/// Returns the section about the commands of a verb, or nothing if it has none.
pub fn section(verb: &Command) -> Vec<u8> {
    let mut text = Vec::new();
    let shown = verb.get_subcommands().filter(|command| !command.is_hide_set());
    for command in shown {
        let mut one = Roff::new();
        let usage = command.get_overridden_usage().map(ToString::to_string).unwrap_or_default();
        one.control("SS", [usage.as_str()]);
        let about = command.get_long_about().or_else(|| command.get_about());
        for (nth, paragraph) in
            about.map(ToString::to_string).iter().flat_map(|it| it.split("\n\n")).enumerate()
        {
            if nth > 0 {
                one.control("PP", []);
            }
            one.text([roman(paragraph)]);
        }
        text.extend(one.to_roff().into_bytes());
        if !repeats(command, verb) {
            text.extend(options(command));
        }
    }
    if !text.is_empty() {
        text.splice(..0, b".SH COMMANDS\n".iter().copied());
    }
    text
}

/// Returns true if the verb itself takes the same options.
fn repeats(command: &Command, verb: &Command) -> bool {
    let names = |command: &Command| {
        let ids = command.get_arguments().map(|arg| arg.get_id().to_string());
        ids.filter(|id| id != "help").collect::<Vec<_>>()
    };
    !names(command).is_empty() && names(command) == names(verb)
}

fn options(command: &Command) -> Vec<u8> {
    let mut text = Vec::new();
    let without_help = command.clone().disable_help_flag(true);
    let without_help = without_help.mut_args(|arg| match arg.get_id() == "help" {
        true => arg.hide(true),
        false => arg,
    });
    Man::new(without_help)
        .render_options_section(&mut text)
        .expect("writing to a vector does not fail");
    let text = String::from_utf8_lossy(&text);
    let options = text.split_once(".SH OPTIONS\n").map(|(_, options)| options);
    options.unwrap_or_default().as_bytes().to_vec()
}
