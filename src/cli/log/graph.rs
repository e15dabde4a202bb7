//! Prints the graph of events. Git draws it; the text beside it is ours.

use git_ao::git::GitCommand;
use git_ao::model::{Oid, error_chain};
use git_ao::store::{Snapshot, Store};

use super::entry;
use super::event_filter::EventFilter;
use super::scope::Scope;
use crate::cli::hints::refusals;
use crate::cli::{CliError, Ctx, ExitCode};

/// The character before each id in git's output.
const MARK: char = '\u{1}';

pub fn print(
    filter: &EventFilter,
    scope: &Scope,
    snapshot: &Snapshot<'_>,
    store: &Store,
    ctx: &mut Ctx,
) -> Result<ExitCode, CliError> {
    let tips: Vec<&Oid> = snapshot.tips().collect();
    if tips.is_empty() {
        return Ok(ExitCode::Done);
    }
    let git = command(filter, scope, &tips, store, ctx.out.is_colored());
    let drawn = match git.run() {
        Ok(output) => output.text(),
        Err(error) => return Err(refusals::no_graph(&error)),
    };
    let mut is_whole = true;
    for line in drawn.lines() {
        let Some((graph, id)) = line.split_once(MARK) else {
            writeln!(ctx.out, "{}", line.trim_end())?;
            continue;
        };
        let event = id.trim().parse::<Oid>().ok().map(|id| snapshot.event(&id));
        match event {
            Some(Ok(event)) => {
                let text = entry::line(&event, &ctx.out);
                writeln!(ctx.out, "{graph}{text}")?;
            }
            Some(Err(error)) => {
                ctx.out.error(&error_chain(&error));
                is_whole = false;
            }
            None => writeln!(ctx.out, "{graph}")?,
        }
    }
    Ok(if is_whole { ExitCode::Done } else { ExitCode::Refused })
}

/// Returns the `git log` command. Options turn off whatever git's configuration could add to each
/// event.
fn command(
    filter: &EventFilter,
    scope: &Scope,
    tips: &[&Oid],
    store: &Store,
    is_colored: bool,
) -> GitCommand {
    let color = if is_colored { "always" } else { "never" };
    let mut git = store.repository().git("log").env("GIT_LITERAL_PATHSPECS", "1");
    git = git.args(["--graph", "--no-show-signature", "--extended-regexp"]);
    git = git.args(["--regexp-ignore-case", "--format=%x01%H"]).arg(format!("--color={color}"));
    if let Some(limit) = filter.limit {
        git = git.arg(format!("--max-count={limit}"));
    }
    if let Some(since) = filter.since {
        git = git.arg(format!("--since=@{}", since.as_seconds()));
    }
    if let Some(until) = filter.until {
        git = git.arg(format!("--until=@{}", until.as_seconds()));
    }
    for author in &filter.authors {
        git = git.arg(format!("--author={}", literal(author)));
    }
    for op in &filter.ops {
        git = git.arg(format!("--grep=^Ao-Op: {}$", literal(op)));
    }
    let paths = scope.places().iter().map(ToString::to_string);
    git.args(tips.iter().map(|tip| tip.as_str())).arg("--").args(paths)
}

/// Escapes a text for use in an extended regular expression.
fn literal(text: &str) -> String {
    let mut literal = String::new();
    for c in text.chars() {
        if matches!(
            c,
            '\\' | '.' | '[' | ']' | '(' | ')' | '{' | '}' | '*' | '+' | '?' | '^' | '$' | '|'
        ) {
            literal.push('\\');
        }
        literal.push(c);
    }
    literal
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_text_is_taken_as_it_is() {
        assert_eq!(super::literal("a.b+c <x@y.z> [1]"), "a\\.b\\+c <x@y\\.z> \\[1\\]");
    }
}
