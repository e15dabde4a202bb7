use git_ao::model::{Session, Timestamp};
use git_ao::ops::{Against, AgentState, BaseStatus, Live, SessionStanding};
use git_ao::view::{self, Status, StatusRow, age};
use git_ao::workspace::{Condition, Divergence};

use super::doing::{doing, words};
use crate::cli::ui::{Cell, Column, Give, Out, Style, Table, one_line};

/// The status for people: a table with one line per session, and what is said below it.
pub struct Lines {
    pub table: Vec<String>,
    pub below: Vec<String>,
}

const COLUMNS: [Column; 9] = [
    Column::left("ID"),
    Column::left("STATUS"),
    Column::left("AGENT"),
    Column::left("ACTIVITY"),
    Column::right("AGE"),
    Column::left("WORKTREE"),
    Column::left("BASE"),
    Column::left("TITLE"),
    Column::left("SAID"),
];

/// What gives way on a narrow terminal: what somebody needs least in order to know where to go first.
const GIVES: [Give; 21] = {
    const STATUS: usize = 1;
    const AGENT: usize = 2;
    const ACTIVITY: usize = 3;
    const AGE: usize = 4;
    const WORKTREE: usize = 5;
    const BASE: usize = 6;
    const TITLE: usize = 7;
    const SAID: usize = 8;
    [
        Give::Width(WORKTREE, 24),
        Give::Width(SAID, 24),
        Give::Column(SAID),
        Give::Width(TITLE, 32),
        Give::Width(ACTIVITY, 36),
        Give::Column(AGE),
        Give::Width(WORKTREE, 16),
        Give::Width(ACTIVITY, 24),
        Give::Width(TITLE, 20),
        Give::Width(AGENT, 8),
        Give::Column(AGENT),
        Give::Width(WORKTREE, 8),
        Give::Column(WORKTREE),
        Give::Column(BASE),
        Give::Width(STATUS, 10),
        Give::Width(ACTIVITY, 20),
        Give::Width(TITLE, 12),
        Give::Column(STATUS),
        Give::Width(ACTIVITY, 12),
        Give::Column(TITLE),
        Give::Width(ACTIVITY, 1),
    ]
};

/// Formats the status.
pub fn lines(status: &Status, out: &Out, now: Timestamp) -> Lines {
    let mut table = Table::new(COLUMNS).giving(&GIVES);
    for row in &status.rows {
        table.row(cells(row, now));
    }
    let mut below = Vec::new();
    if status.rows.len() > 1 {
        below.push(summary(status) + "\n");
    }
    let vanished =
        |(standing, _): &(SessionStanding, usize)| *standing == SessionStanding::Vanished;
    if status.counts().iter().any(vanished) {
        for text in [
            "to restore those whose agent vanished: git ao restore --all",
            "to put one of them away: git ao kill <session>",
        ] {
            below.push(out.paint(Style::Dim, text) + "\n");
        }
    }
    for text in unready(status) {
        below.push(out.paint(Style::Dim, &text) + "\n");
    }
    if status.hidden > 0 {
        let (sessions, are, them) = match status.hidden {
            1 => ("session", "is", "it"),
            _ => ("sessions", "are", "them"),
        };
        let text =
            format!("{} ended {sessions} {are} hidden; to show {them}, use --all", status.hidden);
        below.push(out.paint(Style::Dim, &text) + "\n");
    }
    Lines { table: table.lines(out), below }
}

/// Says why sessions were not started, and what to do about those and about worktrees that are not
/// set up.
fn unready(status: &Status) -> Vec<String> {
    let rows = status.rows.iter().filter_map(|row| row.session.as_ref().ok());
    let unready: Vec<_> = rows.filter(|(session, live)| is_unready(session, live)).collect();
    let mut lines: Vec<_> = unready
        .iter()
        .map(|(session, _)| match session.failed_start() {
            Some(why) => format!("{} was not started: {}", session.id.short(), one_line(&why)),
            None => format!("{} is not set up", session.id.short()),
        })
        .collect();
    let (how, id) = match unready[..] {
        [] => return lines,
        [(session, _)] if session.agent.is_none() => ("--no-agent ", session.id.short()),
        [(session, _)] => ("", session.id.short()),
        _ => ("", "<session>".to_owned()),
    };
    lines.push(format!("to try that again: git ao restore {how}{id}"));
    lines.push(format!("to put it away: git ao kill {id}"));
    lines
}

/// Returns true if the session could not be started, or if its worktree was not set up and nobody
/// is doing it.
fn is_unready(session: &Session, live: &Live) -> bool {
    live.standing(session) == SessionStanding::NotStarted
        && (session.failed_start().is_some() || live.awaits_setup && !session.status.is_terminal())
}

/// Formats `7 sessions: 2 need you, 4 active, 1 ready`.
fn summary(status: &Status) -> String {
    use SessionStanding as S;
    const WORDS: [(&[SessionStanding], &str); 9] = [
        (&[S::WaitingInput, S::Blocked], "need you"),
        (&[S::Vanished], "vanished"),
        (&[S::Active], "active"),
        (&[S::Ready], "ready"),
        (&[S::Idle], "idle"),
        (&[S::Unknown], "unknown"),
        (&[S::Exited], "ended"),
        (&[S::NotStarted], "without an agent"),
        (&[S::Elsewhere], "elsewhere"),
    ];
    let counts = status.counts();
    let count = |of: &[SessionStanding]| -> usize {
        counts.iter().filter(|(standing, _)| of.contains(standing)).map(|(_, count)| count).sum()
    };
    let failed = status.rows.iter().filter_map(|row| row.session.as_ref().ok());
    let failed = failed.filter(|(session, live)| {
        live.standing(session) == SessionStanding::NotStarted && session.failed_start().is_some()
    });
    let failed = failed.count();
    let parts = WORDS.iter().map(|(of, words)| match (count(of), *words) {
        (1, "need you") => (1, "1 needs you".to_owned()),
        (count, words @ "without an agent") => {
            (count - failed, format!("{} {words}", count - failed))
        }
        (count, words) => (count, format!("{count} {words}")),
    });
    let mut parts: Vec<_> = parts.filter(|(count, _)| *count > 0).map(|(_, text)| text).collect();
    let corrupt = status.rows.iter().filter(|row| row.session.is_err()).count();
    if failed > 0 {
        parts.push(format!("{failed} not started"));
    }
    if corrupt > 0 {
        parts.push(format!("{corrupt} corrupt"));
    }
    format!("{} sessions: {}", status.rows.len(), parts.join(", "))
}

fn cells(row: &StatusRow, now: Timestamp) -> [Cell; 9] {
    let id = Cell::new(Style::Id, &row.location.id.short());
    let mark = view::mark(&row.location);
    match &row.session {
        Ok((session, live)) => [
            id,
            Cell::new(Style::of_status(&session.status), &format!("{}{mark}", session.status)),
            Cell::plain(session.agent.as_deref().unwrap_or("-")),
            doing(session, live, now),
            Cell::plain(&age(session.updated_at, now)),
            worktree(session, live),
            base(live.base.as_ref()),
            Cell::plain(&session.display_title()),
            said(session, live),
        ],
        Err(problem) => [
            id,
            Cell::new(Style::Failed, &format!("corrupt{mark}")),
            Cell::plain("-"),
            Cell::plain("-"),
            Cell::plain(""),
            Cell::plain("-"),
            Cell::plain("-"),
            Cell::new(Style::Failed, &problem.to_string()),
            Cell::plain(""),
        ],
    }
}

/// Returns the last words of the agent.
fn said(session: &Session, live: &Live) -> Cell {
    Cell::escaped(Style::Dim, words(session, live).unwrap_or_default())
}

fn worktree(session: &Session, live: &Live) -> Cell {
    let recorded = session.branch.as_deref();
    let Some(state) = &live.workspace else { return Cell::new(Style::Dim, "-") };
    let (style, text) = match (&state.condition, &state.changes) {
        (Condition::Ready, _) if live.awaits_setup => match live.agent {
            AgentState::Alive { .. } if session.failed_start().is_none() => {
                (Style::Plain, "setting up".to_owned())
            }
            _ => (Style::Waiting, "not set up".to_owned()),
        },
        (Condition::Ready, None) => (Style::Plain, "ready".to_owned()),
        (Condition::Ready, Some(changes)) if changes.is_clean() => {
            (Style::Plain, "clean".to_owned())
        }
        (Condition::Ready, Some(changes)) => (Style::Waiting, changes.to_string()),
        (condition, Some(changes)) if !changes.is_clean() => {
            (Style::Failed, format!("{condition}, {changes}"))
        }
        (condition, _) => (Style::Failed, condition.to_string()),
    };
    // The agent switched to a new branch that is not recorded yet.
    let other = state.branch.as_deref().filter(|on| Some(*on) != recorded);
    let text = match (&state.condition, other) {
        (Condition::Ready, Some(on)) => format!("{text}, on '{on}'"),
        _ => text,
    };
    match &state.locked {
        Some(_) => Cell::new(style, &format!("{text}, locked")),
        None => Cell::new(style, &text),
    }
}

fn base(status: Option<&BaseStatus>) -> Cell {
    let Some(status) = status else { return Cell::new(Style::Dim, "-") };
    let stand = match status.divergence {
        _ if status.is_merged => "merged".to_owned(),
        Divergence { ahead: 0, behind: 0 } => "=".to_owned(),
        Divergence { ahead, behind: 0 } => format!("+{ahead}"),
        Divergence { ahead: 0, behind } => format!("-{behind}"),
        Divergence { ahead, behind } => format!("+{ahead} -{behind}"),
    };
    let other = match &status.against {
        _ if !status.is_replaced => return Cell::plain(&stand),
        Against::Branch(name) => short_ref(name),
        Against::Commit(commit) => commit.short(),
    };
    Cell::plain(&format!("{stand} ({other})"))
}

fn short_ref(name: &str) -> &str {
    let prefixes = ["refs/heads/", "refs/remotes/"];
    prefixes.iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(name)
}
