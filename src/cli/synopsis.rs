//! Gives clap's commands synopses and help in git's form.

use clap::{Arg, ArgAction, Command};

/// Gives a command and those below it a synopsis in git's form, and lower-case value names.
pub fn dress(command: Command, above: &str, template: &'static str) -> Command {
    let command = command.mut_args(|arg| match arg.get_value_names() {
        Some(names) => {
            let names: Vec<_> =
                names.iter().map(|name| name.to_lowercase().replace('_', "-")).collect();
            arg.value_names(names)
        }
        None => arg,
    });
    let path = format!("{above} {}", command.get_name());
    let synopsis = match command.get_overridden_usage() {
        Some(usage) => usage.to_string(),
        None => synopsis(&command, &path),
    };
    command
        .override_usage(synopsis)
        .help_template(template)
        .mut_subcommands(|below| dress(below, &path, template))
}

/// Returns `git ao send [<options>] <session> [<text>...]`.
fn synopsis(command: &Command, path: &str) -> String {
    let mut words = vec![path.to_owned()];
    let is_option = |arg: &&Arg| !arg.is_positional() && !arg.is_hide_set();
    if command.get_arguments().any(|arg| is_option(&arg)) {
        words.push("[<options>]".to_owned());
    }
    for arg in command.get_positionals().filter(|arg| !arg.is_hide_set()) {
        let name = arg.get_value_names().and_then(|names| names.first());
        let name = name.map_or(arg.get_id().as_str(), |name| name.as_str());
        let many = matches!(arg.get_action(), ArgAction::Append)
            || arg.get_num_args().is_some_and(|count| count.max_values() > 1);
        let dots = if many { "..." } else { "" };
        words.push(match arg.is_required_set() {
            true => format!("<{name}>{dots}"),
            false => format!("[<{name}>{dots}]"),
        });
    }
    if command.has_subcommands() {
        words.push("<command>".to_owned());
    }
    words.join(" ")
}
