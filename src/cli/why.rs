use std::path::Path;

use git_ao::model::{CapturedTranscripts, Oid};
use git_ao::ops::{Engine, Evidence, Exchange, Provenance};
use git_ao::view::json::{ProvenanceJson, WhyJson};

use super::ui::{Style, escape};
use super::{CliError, Ctx, ExitCode, hints, json, launch};

/// Show which session a commit or a line comes from
///
/// Each answer names its evidence. Evidence is tried in the following order, and the first that
/// leads to a session counts:
///
/// exact: the record or the worktree lists the commit as the session's own; the commit message has
/// an Ao-Session trailer (see git-interpret-trailers(1)); or the commit replaced such a commit in an amend or a rebase, which the
/// post-rewrite hook has noted ('git ao hooks install post-rewrite').
///
/// strong: the session was landed as this commit; the subject names the session's pull request, as
/// hosts do in squash and merge commits; or the changes are byte for byte those of one of the
/// session's commits, or of all of them together.
///
/// likely: no other session added the same line, and the session's last commit still has it.
///
/// Grafts and replaced commits (git-replace(1)) are ignored. In a shallow clone, a session's
/// commits are known only if the history reaches back to the session's start.
///
/// If there is no evidence, no session is shown, and the exit status is 1. A matching time is never
/// evidence.
///
/// --json prints {"version":1,"why":{…}} with 'commit', 'text' (of the line), 'pr_number' and
/// 'found'. Each entry of 'found' has 'session', 'title', 'agent', 'evidence' (commit, trailer,
/// rewrite, landed, pull_request, patch, work, line), 'strength' (exact, strong, likely) and, if
/// the evidence is another commit of the session, that commit in 'via'. For a line, 'added_by' is the
/// session's own commit that added it, if it is known from one that has the work of several. With
/// --prompt it also has
/// 'exchange', with 'prompt' and 'answer'.
#[derive(clap::Args)]
pub struct Args {
    /// A commit, a line as '<file>:<line>', or a pull request as '#<number>'.
    #[arg(value_name = "commit|file:line|#pr")]
    what: String,

    /// Show the last prompt before the commit and the agent's answer, if the session's transcript
    /// is in this clone.
    #[arg(long)]
    prompt: bool,

    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// What was asked for, and the answers.
struct Answer {
    commit: Option<Oid>,
    text: Option<String>,
    pr_number: Option<u64>,
    found: Vec<Provenance>,
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    let engine = launch::engine(&store);
    let answer = ask(&engine, &args.what)?;
    let mut exchanges = Vec::new();
    for found in &answer.found {
        let exchange = match args.prompt {
            true => engine.exchange_before(found, answer.commit.as_ref())?,
            false => None,
        };
        exchanges.push(exchange);
    }
    if args.json {
        let found = answer.found.iter().zip(exchanges);
        let found: Vec<_> = found.map(|(one, said)| ProvenanceJson::new(one, said)).collect();
        let code = if found.is_empty() { ExitCode::Refused } else { ExitCode::Done };
        let shape = WhyJson::new(answer.commit, found);
        let shape = shape.text(answer.text).pull_request(answer.pr_number);
        json::print_one(&mut ctx.out, "why", &shape)?;
        return Ok(code);
    }
    if answer.found.is_empty() {
        let is_cut = answer.commit.is_some() && store.repository().is_shallow();
        let error = not_known(&answer);
        return Err(if is_cut { hints::cut_off(error) } else { error });
    }
    ctx.page_for(store.repository())?;
    for (n, (found, said)) in answer.found.iter().zip(&exchanges).enumerate() {
        if n > 0 {
            writeln!(ctx.out)?;
        }
        print(found, &answer, ctx)?;
        if args.prompt {
            print_exchange(said.as_ref(), ctx)?;
        }
    }
    let silent = answer.found.iter().zip(&exchanges).filter(|(_, said)| said.is_none());
    for (found, _) in silent.filter(|(found, _)| args.prompt && is_shared(found)) {
        let id = found.id.short();
        ctx.out.hint(&format!("to fetch the conversation of {id}: git ao transcript fetch {id}"));
    }
    Ok(ExitCode::Done)
}

fn ask(engine: &Engine, what: &str) -> Result<Answer, CliError> {
    let number = what.strip_prefix('#').and_then(|number| number.parse().ok());
    if let Some(number) = number {
        let found = engine.why_pull_request(number)?;
        return Ok(Answer { commit: None, text: None, pr_number: Some(number), found });
    }
    let line = what.rsplit_once(':').and_then(|(file, line)| Some((file, line.parse().ok()?)));
    if let Some((file, line)) = line.filter(|(file, _)| !file.is_empty()) {
        let origin = engine.why_line(Path::new(file), line)?;
        let (commit, text) = (origin.commit, Some(origin.text));
        return Ok(Answer { commit, text, pr_number: None, found: origin.found });
    }
    let commit = engine.commit_named(what)?;
    let found = engine.why(&commit)?;
    Ok(Answer { commit: Some(commit), text: None, pr_number: None, found })
}

/// Returns true if a clone has shared the session's transcripts.
fn is_shared(found: &Provenance) -> bool {
    let clones = found.session.iter().flat_map(|session| session.transcripts.values());
    clones.map(CapturedTranscripts::shared_now).any(|shared| shared.is_some())
}

fn not_known(answer: &Answer) -> CliError {
    CliError::refused(match (&answer.commit, answer.pr_number) {
        (_, Some(number)) => format!("no session has pull request #{number}"),
        (Some(commit), _) => format!("no session is known for commit {}", commit.short()),
        (None, None) => "the line is not committed yet".to_owned(),
    })
}

fn print(found: &Provenance, answer: &Answer, ctx: &mut Ctx) -> Result<(), CliError> {
    let id = ctx.out.paint(Style::Id, found.id.short().as_ref());
    match &found.session {
        Some(session) => {
            let title = ctx.out.paint(Style::Title, &session.display_title());
            let agent = session.agent.as_deref().map(|agent| format!(" ({})", escape::line(agent)));
            writeln!(ctx.out, "{id} {title}{}", agent.unwrap_or_default())?;
        }
        None => writeln!(ctx.out, "{id} (its record is not in this clone)")?,
    }
    let about = about(found, answer);
    writeln!(ctx.out, "    {}: {about}", found.strength)?;
    Ok(())
}

/// Says what the evidence is.
fn about(found: &Provenance, answer: &Answer) -> String {
    let commit = answer.commit.as_ref().map_or_else(String::new, |it| it.short().to_owned());
    let via = found.via.as_ref().map_or_else(String::new, |it| it.short().to_owned());
    let about = match found.evidence {
        Evidence::Commit => format!("{commit} is one of its commits"),
        Evidence::Trailer => format!("the message of {commit} names it"),
        Evidence::Rewrite => format!("{commit} replaced {via} in an amend or a rebase"),
        Evidence::Landed => format!("its work was landed with {commit}"),
        Evidence::PullRequest => match answer.pr_number {
            Some(number) => format!("#{number} is its pull request"),
            None => format!("the subject of {commit} names its pull request"),
        },
        Evidence::Patch => format!("{commit} has the changes of its commit {via}"),
        Evidence::Work => format!("{commit} has all changes of the session, up to {via}"),
        Evidence::Line => format!("it added the same line earlier, in {via}"),
        _ => found.evidence.as_str().to_owned(),
    };
    match found.added_by.as_ref().filter(|commit| found.via.as_ref() != Some(commit)) {
        Some(own) => format!("{about}; the line was added in its commit {}", own.short()),
        None => about,
    }
}

fn print_exchange(said: Option<&Exchange>, ctx: &mut Ctx) -> Result<(), CliError> {
    let Some(said) = said else {
        writeln!(ctx.out, "    no earlier prompt is known in this clone")?;
        return Ok(());
    };
    for (who, entry) in [("prompt", &said.prompt), ("answer", &said.answer)] {
        let Some(entry) = entry else { continue };
        let who = ctx.out.paint(Style::Title, &format!("{who}:"));
        writeln!(ctx.out, "    {who}")?;
        for line in entry.text.trim_end().lines() {
            writeln!(ctx.out, "        {}", escape::line(line))?;
        }
    }
    Ok(())
}
