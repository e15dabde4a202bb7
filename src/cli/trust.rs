use std::io::IsTerminal as _;
use std::path::PathBuf;

use git_ao::ops::{Engine, Phase, ProgramTrust, TreeProgram};

use super::hints::refusals;
use super::ready::why_unusable;
use super::ui::{escape, message};
use super::{CliError, Ctx, ExitCode, launch, open};

/// Approve the programs that set up a repository's worktrees
///
/// '.ao/setup' in the tree runs in a session's worktree before its agent starts, and '.ao/teardown'
/// before the worktree is removed. They run only if you have approved their content in this clone,
/// because starting a session on a fetched branch must not run unknown code. If the content
/// changes, it must be approved again.
///
/// Shows both programs of a worktree and, on a terminal, asks whether to approve them. The approval
/// covers the content that was shown. A copy of it is kept in the clone, and that copy runs: $0 is
/// the copy, and the current directory is in the worktree. Other programs and files that it uses
/// come from the worktree, and are not covered by the approval.
///
/// Without a terminal and without --yes, nothing is approved. The exit status is 1 if there is a
/// program that is not approved.
#[derive(clap::Args)]
pub struct Args {
    /// The session whose worktree to check. Default: the current worktree.
    session: Option<String>,

    /// Approve without being asked.
    #[arg(long, short, conflicts_with_all = ["revoke", "list"])]
    yes: bool,

    /// Revoke the approval of these programs.
    #[arg(long, conflicts_with = "list")]
    revoke: bool,

    /// With --revoke: revoke all approvals in this clone.
    #[arg(long, requires = "revoke", conflicts_with = "session")]
    all: bool,

    /// List the SHA-256 hashes of everything that is approved in this clone.
    #[arg(long)]
    list: bool,
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    let engine = launch::engine(&store);
    if args.list {
        for hash in engine.approvals()? {
            writeln!(ctx.out, "{hash}")?;
        }
        return Ok(ExitCode::Done);
    }
    if args.all {
        return revoke(ctx, &engine, &engine.approvals()?);
    }
    let top: PathBuf = match &args.session {
        Some(session) => {
            engine.worktree(&open::find(&store.snapshot()?, &store, session)?.location)?
        }
        None => store.repository().work_dir().ok_or_else(refusals::no_worktree_here)?,
    };
    let programs = engine.tree_programs(&top)?;
    if args.revoke {
        let hashes: Vec<_> = programs.into_iter().map(|program| program.hash).collect();
        return revoke(ctx, &engine, &hashes);
    }
    let unusable = engine.unusable_programs(&top);
    for program in &unusable {
        let path = escape::os(program.path.as_os_str());
        writeln!(ctx.out, "{path}: never runs: {}", why_unusable(program.why))?;
    }
    if programs.is_empty() && unusable.is_empty() {
        writeln!(ctx.out, "there is neither '.ao/setup' nor '.ao/teardown' in the worktree")?;
    }
    let mut code = if unusable.is_empty() { ExitCode::Done } else { ExitCode::Refused };
    for program in &programs {
        if !look(ctx, &engine, program, args.yes)? {
            code = ExitCode::Refused;
        }
    }
    Ok(code)
}

/// Shows a program and approves it if that is wanted. Returns false if it may not run.
fn look(
    ctx: &mut Ctx,
    engine: &Engine,
    program: &TreeProgram,
    yes: bool,
) -> Result<bool, CliError> {
    let path = escape::os(program.path.as_os_str());
    match program.trust {
        ProgramTrust::Approved => {
            writeln!(ctx.out, "{path}: approved ({})", &program.hash[..12])?;
            return Ok(true);
        }
        // Said already.
        ProgramTrust::Unusable => return Ok(false),
        _ => writeln!(ctx.out, "{path}: not approved ({})", &program.hash[..12])?,
    }
    for line in String::from_utf8_lossy(&program.content).lines() {
        writeln!(ctx.out, "    {}", escape::line(line))?;
    }
    if !yes && !ask(ctx, program.phase)? {
        return Ok(false);
    }
    engine.approve(program)?;
    writeln!(ctx.out, "{path}: approved ({})", &program.hash[..12])?;
    Ok(true)
}

/// Asks whether to approve. Without a terminal, the answer is no.
fn ask(ctx: &mut Ctx, phase: Phase) -> Result<bool, CliError> {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        ctx.out.hint("to approve it: git ao trust --yes");
        return Ok(false);
    }
    ctx.out.flush()?;
    message::print(&format!("run this as the {} of worktrees? [y/N] ", phase.name()));
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).map_err(|error| {
        CliError::fatal("cannot read the answer from standard input").because(&error)
    })?;
    Ok(["y", "yes"].contains(&answer.trim().to_lowercase().as_str()))
}

fn revoke(ctx: &mut Ctx, engine: &Engine, hashes: &[String]) -> Result<ExitCode, CliError> {
    let mut code = ExitCode::Refused;
    for hash in hashes {
        if engine.revoke(hash)? {
            writeln!(ctx.out, "revoked {}", &hash[..12])?;
            code = ExitCode::Done;
        }
    }
    if code == ExitCode::Refused {
        writeln!(ctx.out, "nothing was approved")?;
    }
    Ok(code)
}
