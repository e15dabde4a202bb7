mod lines;
mod porcelain;

use std::ffi::OsString;

use git_ao::ops::{Blame, BlameArgs, BlameLine};
use git_ao::view::json::BlameJson;

use self::lines::Ids;
use super::{CliError, Ctx, ExitCode, hints, json, launch};

/// Show which session each line of a file comes from
///
/// Works like git-blame(1), but shows the short id and the title of the session in place of the
/// author. A '?' after the id marks a likely session: the commit is not known to be the session's,
/// but the session added the same line earlier. If no session is known, the author of the commit is
/// shown. See git-ao-why(1) for what counts as evidence.
///
/// --porcelain prints the output of 'git blame --porcelain' with additional lines. The header of a
/// commit has three more lines for each session that the commit comes from: 'ao-session' (its id),
/// 'ao-title' and 'ao-evidence' (commit, trailer, rewrite, landed, pull_request, patch, work). A
/// session that is known for a single line only is named there, in 'ao-line-session' and
/// 'ao-line-title'. Titles are quoted as by 'git ao list --porcelain'. Later versions may add
/// lines.
///
/// --json prints {"version":1,"blame":{…}} with 'file', 'commits' and 'lines'. 'commits' maps each
/// commit id to an object with 'author' ('name', 'email'), 'date', 'summary', 'boundary' (true if
/// git went no further back) and 'found', as in 'git ao why --json'. Each line has 'line', 'commit'
/// (null if it is not committed), 'original_line', 'original_file', 'text' and 'found': the
/// sessions of the commit or, if there are none, the only session that added the line.
#[derive(clap::Args)]
#[command(override_usage = "git ao blame [<options>] [<rev>] [--] <file>")]
pub struct Args {
    /// Show only these lines: '<start>,<end>', '<start>,+<count>' or ':<function>', as in git
    /// blame.
    #[arg(short = 'L', value_name = "range", allow_hyphen_values = true)]
    ranges: Vec<OsString>,

    /// Ignore white space when commits are compared.
    #[arg(short = 'w')]
    ignore_space: bool,

    /// Find lines that were moved within the file.
    #[arg(short = 'M')]
    moved: bool,

    /// Find lines that were moved or copied from files that the same commit changed. Given twice,
    /// also search the commit that created the file; given three times, search all commits.
    #[arg(short = 'C', action = clap::ArgAction::Count)]
    copied: u8,

    /// Go back no further than this date.
    #[arg(long, value_name = "date")]
    since: Option<OsString>,

    /// Ignore the changes of this commit.
    #[arg(long, value_name = "rev")]
    ignore_rev: Vec<OsString>,

    /// Ignore the changes of the commits that are listed in this file.
    #[arg(long, value_name = "path")]
    ignore_revs_file: Vec<OsString>,

    /// Follow only the first parents of merges.
    #[arg(long)]
    first_parent: bool,

    /// Use the content of this file in place of the working tree's.
    #[arg(long, value_name = "path")]
    contents: Option<OsString>,

    /// Print the full ids of commits.
    #[arg(short = 'l')]
    long: bool,

    /// Print git blame's porcelain format, with the sessions.
    #[arg(long, short = 'p', conflicts_with_all = ["json", "long"])]
    porcelain: bool,

    /// Print JSON.
    #[arg(long, conflicts_with = "long")]
    json: bool,

    /// The file, optionally after the revision to start from. Default: the file as it is now.
    #[arg(value_name = "rev|file", num_args = 1..=2)]
    operands: Vec<OsString>,

    /// The file, if its name begins with '-' or is also the name of a revision.
    #[arg(value_name = "file", last = true)]
    file: Option<OsString>,
}

impl Args {
    /// Returns the arguments for git.
    fn for_git(&self) -> BlameArgs {
        let mut options = Vec::new();
        let mut add = |name: &str, value: Option<&OsString>| {
            let mut option = OsString::from(name);
            option.extend(value.map(OsString::as_os_str));
            options.push(option);
        };
        self.ranges.iter().for_each(|range| add("-L", Some(range)));
        let flags =
            [(self.ignore_space, "-w"), (self.moved, "-M"), (self.first_parent, "--first-parent")];
        flags.iter().filter(|(given, _)| *given).for_each(|(_, flag)| add(flag, None));
        (0..self.copied).for_each(|_| add("-C", None));
        self.since.iter().for_each(|date| add("--since=", Some(date)));
        self.ignore_rev.iter().for_each(|rev| add("--ignore-rev=", Some(rev)));
        self.ignore_revs_file.iter().for_each(|file| add("--ignore-revs-file=", Some(file)));
        self.contents.iter().for_each(|file| add("--contents=", Some(file)));
        let mut operands = self.operands.clone();
        if let Some(file) = &self.file {
            operands.extend(["--".into(), file.clone()]);
        }
        BlameArgs::new(options, operands)
    }
}

/// Returns true if the session of a line is not known, and its commit may have it from an earlier one.
fn is_cut_off(blame: &Blame, line: &BlameLine) -> bool {
    let commit = blame.commits.get(&line.commit);
    commit.is_some_and(|commit| commit.is_boundary) && blame.found(line).is_empty()
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let Some(file) = args.file.as_ref().or(args.operands.last()) else {
        return Err(CliError::usage("missing <file>").synopsis("git ao blame [<rev>] [--] <file>"));
    };
    let store = ctx.store()?;
    let blame = launch::engine(&store).blame(&args.for_git())?;
    if args.json {
        json::print_one(&mut ctx.out, "blame", &BlameJson::new(file, &blame))?;
    } else if args.porcelain {
        porcelain::print(&blame, &mut ctx.out)?;
    } else {
        ctx.page_for(store.repository())?;
        let ids = if args.long { Ids::Whole } else { Ids::Short };
        lines::print(&blame, file, ids, ctx)?;
        if store.repository().is_shallow()
            && blame.lines.iter().any(|line| is_cut_off(&blame, line))
        {
            ctx.out.hint(hints::UNSHALLOW);
        }
    }
    Ok(ExitCode::Done)
}
