mod examples;
mod formatter;
mod plain;
mod subcommands;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap_mangen::Man;

use super::commands::Commands;
use super::hints::refusals;
use super::ui::escape;
use super::{CliError, Ctx, ExitCode};
use git_ao::model::shell_name;
use git_ao::ops::{man_dir, man_path};

/// Show or install the manual pages
///
/// On a terminal, shows the page in the pager, formatted by groff or mandoc if one is installed.
/// Otherwise, prints its source in man(7) format.
///
/// 'git ao --help' runs man, which finds the pages once they are installed in $XDG_DATA_HOME/man
/// (by default ~/.local/share/man).
#[derive(clap::Args)]
pub struct Args {
    /// The page: git-ao, a command, or one of config, attention, hooks.7, sharing, transcripts,
    /// worktrees and gitformat-ao.
    #[arg(default_value = "git-ao", conflicts_with = "install")]
    page: String,

    /// Print the source even on a terminal.
    #[arg(long, conflicts_with = "install")]
    roff: bool,

    /// Install all pages where man finds them.
    #[arg(long)]
    install: bool,
}

/// The sections of git-ao(1) that are not about one command.
const MORE: &str = include_str!("man/git-ao.roff");

/// The maximum width of a page: longer lines are hard to read.
const WIDEST: usize = 100;

/// How a page is printed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Formatted for reading.
    Page,
    /// The roff source.
    Source,
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    if args.install {
        return install(&pages(ctx.commands), ctx);
    }
    let look = match ctx.out.is_terminal() && !args.roff {
        true => Look::Page,
        false => Look::Source,
    };
    show(&args.page, look, ctx)?;
    Ok(ExitCode::Done)
}

/// Prints the page of this name.
pub fn show(wanted: &str, look: Look, ctx: &mut Ctx) -> Result<(), CliError> {
    let pages = pages(ctx.commands);
    let is_wanted = |page: &&Page| {
        page.name == wanted
            || page.file_name() == wanted
            || page.name.strip_prefix("git-ao-") == Some(wanted)
            || page.file_name().strip_prefix("git-ao-") == Some(wanted)
    };
    let Some(page) = pages.iter().find(is_wanted) else {
        let names: Vec<_> = pages.iter().map(|page| page.name_among(&pages)).collect();
        return Err(refusals::no_page(wanted, &names));
    };
    if look == Look::Source {
        return Ok(ctx.out.bytes(&page.text)?);
    }
    let width = ctx.out.width().unwrap_or(80).min(WIDEST);
    let pager = ctx.repository().ok().and_then(|repo| repo.config("core.pager"));
    // A terminal without color may not support bold text either.
    let formatted = match ctx.out.is_colored() {
        true => formatter::render(&page.text, width),
        false => None,
    };
    let text = formatted
        .unwrap_or_else(|| plain::render(&String::from_utf8_lossy(&page.text), width).into_bytes());
    ctx.page(pager.as_deref())?;
    Ok(ctx.out.bytes(&text)?)
}

/// The hand-written pages: section, name and source.
const BY_HAND: [(u8, &str, &str); 7] = [
    (5, "git-ao-config", include_str!("../../man/git-ao-config.5")),
    (5, "gitformat-ao", include_str!("../../man/gitformat-ao.5")),
    (7, "git-ao-attention", include_str!("../../man/git-ao-attention.7")),
    (7, "git-ao-hooks", include_str!("../../man/git-ao-hooks.7")),
    (7, "git-ao-sharing", include_str!("../../man/git-ao-sharing.7")),
    (7, "git-ao-transcripts", include_str!("../../man/git-ao-transcripts.7")),
    (7, "git-ao-worktrees", include_str!("../../man/git-ao-worktrees.7")),
];

/// A manual page.
struct Page {
    section: u8,
    name: String,
    text: Vec<u8>,
}

impl Page {
    fn file_name(&self) -> String {
        format!("{}.{}", self.name, self.section)
    }

    /// Returns the name, with the section if another page has the same name.
    fn name_among(&self, pages: &[Self]) -> String {
        match pages.iter().filter(|page| page.name == self.name).count() {
            1 => self.name.clone(),
            _ => self.file_name(),
        }
    }
}

/// Returns git-ao(1), a page for each command, and the hand-written pages.
fn pages(commands: Commands) -> Vec<Page> {
    let mut tree = (commands.tree)();
    tree.build();
    let verbs = tree.get_subcommands().filter(|verb| !verb.is_hide_set()).cloned();
    let mut pages: Vec<_> = verbs.map(page).collect();
    let mut first = page(tree.subcommand_help_heading("COMMANDS"));
    first.text.extend_from_slice(MORE.as_bytes());
    pages.insert(0, first);
    pages.extend(BY_HAND.iter().map(|(section, name, text)| Page {
        section: *section,
        name: (*name).to_owned(),
        text: text.as_bytes().to_vec(),
    }));
    pages
}

fn page(command: clap::Command) -> Page {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned();
    let verb = name.strip_prefix("git-ao-").unwrap_or_default().to_owned();
    let below = if verb.is_empty() { Vec::new() } else { subcommands::section(&command) };
    let command = match below.is_empty() {
        true => command,
        false => command.mut_subcommands(|it| it.hide(true)),
    };
    let mut text = Vec::new();
    Man::new(command)
        .title(name.to_uppercase())
        .date("\\&") // an empty one would not count as an argument
        .source(concat!("git-ao ", env!("CARGO_PKG_VERSION")))
        .manual("Git AO Manual")
        .render(&mut text)
        .expect("writing to a vector does not fail");
    text.extend_from_slice(&below);
    text.extend_from_slice(examples::section(&verb).as_bytes());
    text.extend_from_slice(see_also(&name).as_bytes());
    Page { section: 1, name, text }
}

/// Returns the last section of a verb's page. That of git-ao(1) is hand-written.
fn see_also(page: &str) -> String {
    let Some(verb) = page.strip_prefix("git-ao-") else { return String::new() };
    let guide = match verb {
        "fetch" | "pull" | "push" | "sync" => ",\n.BR git\\-ao\\-sharing (7)",
        "agents" | "doctor" => ",\n.BR git\\-ao\\-config (5)",
        "fork" | "restore" | "spawn" => {
            ",\n.BR git\\-ao\\-worktrees (7),\n.BR git\\-ao\\-config (5)"
        }
        "attach" | "send" | "status" | "wait" => ",\n.BR git\\-ao\\-attention (7)",
        "grep" | "transcript" | "usage" => ",\n.BR git\\-ao\\-transcripts (7)",
        "cleanup" | "exec" | "trust" => ",\n.BR git\\-ao\\-worktrees (7)",
        "hooks" => ",\n.BR git\\-ao\\-hooks (7)",
        "edit" | "fsck" | "set" => ",\n.BR gitformat\\-ao (5)",
        _ => "",
    };
    format!(".SH \"SEE ALSO\"\n.BR git\\-ao (1){guide}\n")
}

fn install(pages: &[Page], ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let Some(root) = man_dir(&ctx.env) else {
        return Err(CliError::fatal("neither XDG_DATA_HOME nor HOME is set"));
    };
    write(pages, &root).map_err(|(path, error)| {
        CliError::fatal(format!("cannot write '{}'", escape::os(path.as_os_str()))).because(&error)
    })?;
    let shown = escape::os(root.as_os_str());
    writeln!(ctx.out, "installed {} pages in {shown}", pages.len())?;
    if !man_path(&ctx.env).contains(&root) {
        ctx.out.hint(&format!(
            "man may not search this directory yet; if so, add to your shell's startup file:\n  \
             export MANPATH={}:\"$MANPATH\"",
            shell_name(&root.to_string_lossy())
        ));
    }
    Ok(ExitCode::Done)
}

fn write(pages: &[Page], root: &Path) -> Result<(), (PathBuf, io::Error)> {
    for page in pages {
        let dir = root.join(format!("man{}", page.section));
        fs::create_dir_all(&dir).map_err(|error| (dir.clone(), error))?;
        let path = dir.join(page.file_name());
        fs::write(&path, &page.text).map_err(|error| (path, error))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_page_for_the_program_and_for_each_verb() {
        let pages = pages(crate::cli::parse::COMMANDS);
        let names: Vec<_> = pages.iter().map(|page| page.name.as_str()).collect();
        assert_eq!(names[0], "git-ao");
        assert!(names.contains(&"git-ao-man"), "{names:?}");
        for page in &pages {
            let text = String::from_utf8(page.text.clone()).unwrap();
            let title = format!(".TH {} {} ", page.name.to_uppercase(), page.section);
            assert!(text.contains(&title), "{text}");
            if page.section == 1 {
                let has_more = text.contains("\n.SH \"EXIT STATUS\"\n");
                assert_eq!(has_more, page.name == "git-ao");
            }
        }
    }
}
