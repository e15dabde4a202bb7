use super::{AgentFacts, Sent};
use crate::agent::{ActivityInputs, Agent, HookNote};
use crate::git::Environment;
use crate::model::{Activity, ActivityReport, TerminalState, Timestamp};
use crate::runtime::{Probe, Process};

/// How long a terminal is silent before its program may be waiting for a person, in milliseconds.
const SILENT: i64 = 10_000;

/// How much of what was said is reported, in characters.
const LONGEST: usize = 2_000;

/// Finds out what a running agent is doing. `agent` is None if it is not configured here. `is_busy`
/// says whether a process uses the processor. What was sent is only used to tell apart what looks
/// the same before and after it.
pub(in crate::ops) fn look(
    agent: Option<&dyn Agent>,
    facts: &AgentFacts,
    terminal: Option<&TerminalState>,
    heard: Option<&HookNote>,
    (known, sent): (Option<&ActivityReport>, Option<Sent>),
    (environment, now): (&Environment, Timestamp),
    is_busy: &dyn Fn(&Process) -> bool,
) -> ActivityReport {
    let process = facts.process.as_deref().and_then(|text| text.parse::<Process>().ok());
    if process.as_ref().is_some_and(|process| matches!(process.probe(), Probe::Gone)) {
        return ActivityReport::new(Activity::Exited, "its process");
    }
    let terminal = terminal.map(|terminal| {
        let mut own = match &facts.bell {
            Some(bell) => bell.taken_out_of(terminal),
            None => terminal.clone(),
        };
        // Terminals know only the second.
        own.last_output = own.last_output.max(facts.started);
        own
    });
    let terminal = terminal.as_ref();
    let mut inputs = ActivityInputs::new(now, &facts.workspace);
    inputs.pid = process.as_ref().map(Process::pid);
    inputs.started = facts.started;
    inputs.conversation = facts.conversation.as_deref();
    inputs.transcripts = &facts.transcripts;
    // One that nobody has looked at is still there.
    let unseen = TerminalState::default();
    inputs.terminal = terminal.or(Some(&unseen)).filter(|_| facts.has_terminal);
    inputs.heard = heard.filter(|note| facts.started.is_none_or(|at| note.at >= at));
    inputs.sent = sent.map(|sent| sent.at);
    inputs.known = known.filter(|known| known.since.is_none_or(|at| Some(at) >= facts.started));
    inputs.start_of = &|pid| Process::of(pid).ok()?.map(|process| process.start().to_owned());
    let is_busy = || process.as_ref().is_some_and(is_busy);
    inputs.is_busy = &is_busy;
    let report = agent.and_then(|agent| agent.activity(&inputs, environment));
    let mut report = report.unwrap_or_else(|| by_terminal(terminal, &inputs, sent));
    if let Some(what) = &mut report.what
        && let Some((end, _)) = what.char_indices().nth(LONGEST)
    {
        what.truncate(end);
    }
    report
}

/// Reports on a program that is known only by its terminal.
fn by_terminal(
    terminal: Option<&TerminalState>,
    inputs: &ActivityInputs<'_>,
    sent: Option<Sent>,
) -> ActivityReport {
    let output = terminal.and_then(|terminal| terminal.last_output);
    if terminal.is_some_and(|terminal| terminal.has_rung) {
        // It may go on to print.
        let known = inputs.known.filter(|it| it.activity == Activity::WaitingInput);
        let known = known.filter(|known| sent.is_none_or(|sent| !sent.is_after(known.since)));
        let since = known.and_then(|known| known.since).or(output);
        return ActivityReport::new(Activity::WaitingInput, "its terminal's bell").since(since);
    }
    if inputs.terminal.is_none() {
        // It waits for nobody: its silence means nothing.
        return ActivityReport::new(Activity::Active, "its process").since(inputs.started);
    }
    if terminal.is_none() {
        return ActivityReport::new(Activity::Unknown, "its process")
            .what("its terminal cannot be seen from here".to_owned());
    }
    let age = output.map_or(i64::MAX, |at| inputs.now.as_millis() - at.as_millis());
    if age < SILENT {
        let known = inputs.known.filter(|known| known.activity == Activity::Active);
        let since = known.map_or(inputs.started, |known| known.since);
        return ActivityReport::new(Activity::Active, "its terminal's output").since(since);
    }
    ActivityReport::new(Activity::Unknown, "its terminal's output")
        .since(output)
        .what("nothing was printed since".to_owned())
}

/// Distinguishes an idle agent from one that has just become ready.
pub(in crate::ops) fn with_idle(
    report: ActivityReport,
    after: std::time::Duration,
    now: Timestamp,
) -> ActivityReport {
    let age = report.since.map_or(0, |since| now.as_millis() - since.as_millis());
    let is_old = u128::try_from(age).is_ok_and(|age| age >= after.as_millis());
    match report.activity {
        Activity::Ready if is_old => ActivityReport { activity: Activity::Idle, ..report },
        _ => report,
    }
}
