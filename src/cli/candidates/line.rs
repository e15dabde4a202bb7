//! Determines what the last word of a command line can be.

use clap::{Arg, ArgAction, Command};

use super::candidate::Candidate;
use crate::cli::commands::Commands;

pub enum Asked<'t> {
    /// One of these: commands or options.
    Words(Vec<Candidate>),
    Value(Wanted<'t>),
    Files,
    Nothing,
}

/// A value of an argument.
pub struct Wanted<'t> {
    pub verb: String,
    /// The id of the argument.
    pub arg: String,
    /// The possible values that the command line defines.
    pub possible: Vec<Candidate>,
    /// The text before the value in the same word: `--status=`, or `done,` in a list.
    pub start: &'t str,
    /// The part of the value that was typed.
    pub typed: &'t str,
}

/// Parses the preceding words and the typed part of the last one.
pub fn read<'t>(commands: Commands, before: &[String], typed: &'t str) -> Asked<'t> {
    let Some((verb, rest)) = before.split_first() else {
        return Asked::Words(top(&(commands.tree)(), typed));
    };
    let Some(tree) = (commands.one)(verb) else { return Asked::Nothing };
    let Some(mut command) = tree.find_subcommand(verb) else { return Asked::Nothing };
    let mut rest = rest;
    if command.has_subcommands() {
        let has_own = command.get_positionals().next().is_some();
        let found = rest.split_first().map(|(below, more)| (command.find_subcommand(below), more));
        match found {
            Some((Some(found), more)) => (command, rest) = (found, more),
            // Such a command can also be given arguments.
            _ if has_own => {}
            Some((None, _)) => return Asked::Nothing,
            None => return Asked::Words(top(command, typed)),
        }
    }
    Line { tree: &tree, verb, command }.read(rest, typed)
}

fn top(tree: &Command, typed: &str) -> Vec<Candidate> {
    if typed.starts_with('-') {
        return vec![Candidate::plain("--help"), Candidate::plain("--version")];
    }
    let shown = tree.get_subcommands().filter(|command| !command.is_hide_set());
    let mut words: Vec<_> = shown.map(|it| Candidate::new(it.get_name(), about(it))).collect();
    if tree.get_name() == "git-ao" {
        words.push(Candidate::new("help", "List the commands, or show the manual page of one"));
        words.push(Candidate::new("version", "Print the version"));
    }
    words
}

fn about(command: &Command) -> String {
    command.get_about().map(ToString::to_string).unwrap_or_default()
}

struct Line<'c> {
    tree: &'c Command,
    verb: &'c str,
    command: &'c Command,
}

impl<'c> Line<'c> {
    fn read<'t>(&self, before: &[String], typed: &'t str) -> Asked<'t> {
        let mut positionals = self.command.get_positionals();
        let mut positional = positionals.next();
        let (mut owed, mut is_over) = (None, false);
        for word in before {
            if owed.take().is_some() {
                continue;
            }
            if !is_over && word == "--" {
                is_over = true;
            } else if !is_over && word.starts_with('-') && word != "-" {
                owed = self.option(word).filter(|arg| takes_next(arg) && !word.contains('='));
            } else if !positional.is_some_and(takes_many) {
                positional = positionals.next();
            }
        }
        if let Some(arg) = owed {
            return self.value(arg, "", typed);
        }
        if !is_over
            && let Some((option, value)) = typed.split_once('=').filter(|_| typed.starts_with("--"))
        {
            let start = &typed[..option.len() + 1];
            return self.option(option).map_or(Asked::Nothing, |arg| self.value(arg, start, value));
        }
        if !is_over && typed.starts_with('-') {
            return Asked::Words(self.options(before));
        }
        let mut asked = positional.map_or(Asked::Nothing, |arg| self.value(arg, "", typed));
        if let Asked::Value(wanted) = &mut asked
            && before.is_empty()
            && self.command.has_subcommands()
        {
            wanted.possible.extend(top(self.command, ""));
        }
        asked
    }

    fn option(&self, word: &str) -> Option<&'c Arg> {
        let all = || self.command.get_arguments();
        let Some(long) = word.strip_prefix("--") else {
            return all().find(|arg| arg.get_short().is_some_and(|short| word.ends_with(short)));
        };
        let long = long.split('=').next().unwrap_or(long);
        let is_it = |arg: &&Arg| {
            let aliases = arg.get_visible_aliases().unwrap_or_default();
            arg.get_long() == Some(long) || aliases.contains(&long)
        };
        all().find(is_it)
    }

    fn options(&self, before: &[String]) -> Vec<Candidate> {
        let is_once = |arg: &Arg| !matches!(arg.get_action(), ArgAction::Append | ArgAction::Count);
        let shown = self.command.get_arguments().filter(|arg| !arg.is_hide_set());
        let shown = shown.filter_map(|arg| Some((arg, format!("--{}", arg.get_long()?))));
        let open = shown.filter(|(arg, word)| !(is_once(arg) && before.contains(word)));
        let words = open.map(|(arg, word)| {
            let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
            Candidate::new(word, help.lines().next().unwrap_or_default())
        });
        words.chain([Candidate::plain("--help")]).collect()
    }

    fn value<'t>(&self, arg: &Arg, start: &'t str, typed: &'t str) -> Asked<'t> {
        let id = arg.get_id().as_str();
        if id == "file" {
            return if start.is_empty() { Asked::Files } else { Asked::Nothing };
        }
        let (start, typed) = match (arg.get_value_delimiter(), start) {
            (Some(comma), "") => split_at_last(typed, comma),
            _ => (start, typed),
        };
        let possible = arg.get_possible_values().into_iter().map(|value| {
            let help = value.get_help().map(ToString::to_string).unwrap_or_default();
            Candidate::new(value.get_name(), help)
        });
        let mut possible: Vec<_> = possible.collect();
        if matches!(id, "page" | "command") {
            possible.extend(top(self.tree, ""));
        }
        Asked::Value(Wanted {
            verb: self.verb.to_owned(),
            arg: id.to_owned(),
            possible,
            start,
            typed,
        })
    }
}

/// Splits `done,ki` into `done,` and `ki`.
fn split_at_last(typed: &str, comma: char) -> (&str, &str) {
    typed.split_at(typed.rfind(comma).map_or(0, |at| at + comma.len_utf8()))
}

fn takes_next(arg: &Arg) -> bool {
    let takes_value = matches!(arg.get_action(), ArgAction::Set | ArgAction::Append);
    takes_value && !arg.is_require_equals_set()
}

fn takes_many(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::Append)
        || arg.get_num_args().is_some_and(|count| count.max_values() > 1)
}
