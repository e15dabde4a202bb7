mod lines;
mod porcelain;

use std::ffi::OsString;

use git_ao::ops::BlameArgs;
use git_ao::view::json::BlameJson;

use self::lines::Ids;
use super::{CliError, Ctx, ExitCode, json, launch};

/// Show from which session each line of a file comes
///
/// Works like git-blame(1), with the short id and the title of the session in place of the author.
/// '?' after the id marks a session that is only likely: its commit is not known to be the session's,
/// but the session has added the same line before. Of a line for which no session is known, the author
/// of the commit is shown. git-ao-why(1) says what counts as evidence.
///
/// --porcelain prints what 'git blame --porcelain' prints. Among the lines that git prints once for
/// each commit are also, for each session that the commit comes from, 'ao-session' with its id,
/// 'ao-title' with its title and 'ao-evidence' (commit, trailer, rewrite, landed, pull_request, patch,
/// work). A session that is known for one line only is named at this line, by 'ao-line-session' and
/// 'ao-line-title'. Titles are quoted as by 'git ao list --porcelain'. More lines may be added.
///
/// --json prints {"version":1,"blame":{…}} with 'file', 'commits' and 'lines'. 'commits' has an object
/// for each commit by its id, with 'author' ('name', 'email'), 'date', 'summary', 'boundary' (true if
/// git went no further back) and 'found', as 'git ao why --json' has it. Each line has 'line',
/// 'commit' (null if it is not committed), 'original_line', 'original_file', 'text', and 'found', the
/// sessions that it comes from: those of the commit, or the only one that has added the line.
#[derive(clap::Args)]
#[command(override_usage = "git ao blame [<options>] [<rev>] [--] <file>")]
pub struct Args {
    /// Only these lines: '<start>,<end>', '<start>,+<count>' or ':<function>', as for git blame.
    #[arg(short = 'L', value_name = "range", allow_hyphen_values = true)]
    ranges: Vec<OsString>,

    /// Ignore white space when commits are compared.
    #[arg(short = 'w')]
    ignore_space: bool,

    /// Find lines that were moved within the file.
    #[arg(short = 'M')]
    moved: bool,

    /// Find lines that were moved or copied from other files in the same commit; given twice, in the
    /// commit that created the file; three times, in any commit.
    #[arg(short = 'C', action = clap::ArgAction::Count)]
    copied: u8,

    /// Go back no further than this.
    #[arg(long, value_name = "date")]
    since: Option<OsString>,

    /// Pass over the changes of this commit.
    #[arg(long, value_name = "rev")]
    ignore_rev: Vec<OsString>,

    /// Pass over the changes of the commits that this file lists.
    #[arg(long, value_name = "path")]
    ignore_revs_file: Vec<OsString>,

    /// Follow only the first parents of merges.
    #[arg(long)]
    first_parent: bool,

    /// Take this file's content for the current one.
    #[arg(long, value_name = "path")]
    contents: Option<OsString>,

    /// Print the full ids of commits.
    #[arg(short = 'l')]
    long: bool,

    /// Print for programs what git blame prints, and the sessions.
    #[arg(long, short = 'p', conflicts_with_all = ["json", "long"])]
    porcelain: bool,

    /// Print JSON.
    #[arg(long, conflicts_with = "long")]
    json: bool,

    /// The file, and before it the revision at which to begin. Default: the file as it is now.
    #[arg(value_name = "rev|file", num_args = 1..=2)]
    operands: Vec<OsString>,

    /// The file, if its name begins with '-' or is also that of a revision.
    #[arg(value_name = "file", last = true)]
    file: Option<OsString>,
}

impl Args {
    /// Returns what git is given.
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
    }
    Ok(ExitCode::Done)
}
