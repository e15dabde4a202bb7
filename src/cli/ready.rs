//! Shared by the verbs that make a worktree ready: options, and what is said.

use git_ao::model::Session;
use git_ao::ops::{IgnoredFiles, LeftSetups, Setup, Unusable};
use git_ao::workspace::{Included, Remarks, Skipped};

use super::sharing::counted;
use super::ui::escape;
use super::{CliError, Ctx};

/// What a new worktree gets.
#[derive(clap::Args)]
pub struct ReadyArgs {
    /// Do not copy the ignored files that '.worktreeinclude' matches.
    #[arg(long)]
    no_include: bool,

    /// Do not set up the worktree: run neither ao.setup nor '.ao/setup'.
    #[arg(long)]
    no_setup: bool,
}

impl ReadyArgs {
    pub fn ignored_files(&self) -> IgnoredFiles {
        if self.no_include { IgnoredFiles::Leave } else { IgnoredFiles::Include }
    }

    pub fn setup(&self) -> Setup {
        if self.no_setup { Setup::Skip } else { Setup::Run }
    }
}

/// Prints the line about the ignored files that were copied, if there are any.
pub fn say_included(ctx: &mut Ctx, remarks: &Remarks) -> Result<(), CliError> {
    let Included { files, bytes, .. } = &remarks.included;
    if *files > 0 {
        let (files, size) = (counted(*files, "ignored file"), size(*bytes));
        writeln!(ctx.out, "  copied    {files}, {size}")?;
    }
    Ok(())
}

/// Warns about files that were not copied.
pub fn say_left_out(ctx: &mut Ctx, included: &Included) {
    if let Some(path) = &included.unread {
        let path = escape::os(path.as_os_str());
        ctx.out.warn(&format!("'{path}' was not read: it is not a regular file"));
    }
    for line in &included.void {
        let line = escape::line(line);
        ctx.out.warn(&format!(
            "'{line}' in .worktreeinclude matches nothing: it points out of the worktree"
        ));
    }
    for (reason, (count, first)) in &included.skipped {
        let why = match reason {
            Skipped::NotIgnored => "the new worktree does not ignore it",
            Skipped::LeadsOut => "the link points out of the worktree",
            Skipped::Special => "it is a FIFO, a socket or a device",
            Skipped::Repository => "it is another worktree or repository",
            Skipped::Blocked => "something else is in its place",
            Skipped::Unreadable => "it cannot be read",
            Skipped::TooDeep => "it is nested too deeply",
            _ => "unknown",
        };
        let more = match count - 1 {
            0 => String::new(),
            more => format!(" (and {more} more)"),
        };
        let first = escape::os(first.as_os_str());
        ctx.out.warn(&format!("not copied: '{first}'{more}: {why}"));
    }
}

/// Hints at setups in the tree that were not run.
pub fn say_left_setups(ctx: &mut Ctx, session: &Session, left: &LeftSetups) {
    let short = session.id.short();
    if let Some(path) = &left.unapproved {
        let path = escape::os(path.as_os_str());
        let root = if session.folder.is_some() { "--root " } else { "" };
        ctx.out.hint(&format!(
            "'{path}' was not run: its content is not approved in this clone\n\
             to look at it and approve it: git ao trust {short}\n\
             to run it then: git ao exec {root}{short} -- {path}"
        ));
    }
    if let Some(program) = &left.unusable {
        let (path, why) = (escape::os(program.path.as_os_str()), why_unusable(program.why));
        ctx.out.hint(&format!("'{path}' was not run: {why}"));
    }
    if let Some(path) = &left.foreign {
        let path = escape::os(path.as_os_str());
        ctx.out.hint(&format!(
            "'{path}' is the setup of another tool, and was not run\n\
             to set worktrees up: git config ao.setup <command>"
        ));
    }
}

/// Says why a program in the tree never runs.
pub fn why_unusable(why: Unusable) -> &'static str {
    match why {
        Unusable::NotExecutable => "it is not executable",
        Unusable::TooLarge => "it is larger than 1 MiB",
        Unusable::SymbolicLink => "symbolic links are not followed",
        _ => "it is not a regular file",
    }
}

/// Writes a number of bytes as git does (`git count-objects -H`).
fn size(bytes: u64) -> String {
    let units = ["bytes", "KiB", "MiB", "GiB"];
    let mut unit = 0;
    let mut value = bytes as f64;
    while value >= 1024.0 && unit + 1 < units.len() {
        value /= 1024.0;
        unit += 1;
    }
    match unit {
        0 => counted(bytes, "byte"),
        _ => format!("{value:.2} {}", units[unit]),
    }
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_those_of_git() {
        assert_eq!(size(0), "0 bytes");
        assert_eq!(size(1), "1 byte");
        assert_eq!(size(1536), "1.50 KiB");
        assert_eq!(size(5 << 40), "5120.00 GiB");
    }
}
