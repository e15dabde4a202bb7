use git_ao::model::{Session, SessionStatus, Timestamp};
use git_ao::ops::{Against, AgentState, BaseStatus, Live};
use git_ao::view::{self, Status, StatusRow, age};
use git_ao::workspace::{Condition, Divergence, WorkspaceState};

use crate::cli::ui::{Cell, Column, Out, Style, Table, cut, one_line};

/// Formats the status for people, line by line.
pub fn lines(status: &Status, out: &Out, now: Timestamp) -> Vec<String> {
    let mut table = Table::new([
        Column::left("ID"),
        Column::left("STATUS"),
        Column::left("AGENT"),
        Column::right("AGE"),
        Column::left("WORKTREE"),
        Column::left("BASE"),
        Column::left("TITLE"),
    ]);
    for row in &status.rows {
        table.row(cells(row, now));
    }
    let mut lines = Vec::new();
    let (header, rows) = match table.lines(out) {
        mut all if !all.is_empty() => (Some(all.remove(0)), all),
        all => (None, all),
    };
    lines.extend(header);
    for (line, row) in rows.into_iter().zip(&status.rows) {
        lines.push(line);
        lines.extend(words(row, out));
    }
    if status.hidden > 0 {
        let (sessions, are, them) = match status.hidden {
            1 => ("session", "is", "it"),
            _ => ("sessions", "are", "them"),
        };
        let text =
            format!("{} ended {sessions} {are} hidden; to show {them}, use --all", status.hidden);
        lines.push(out.paint(Style::Dim, &text) + "\n");
    }
    lines
}

/// Returns the line with the last words of a row's agent.
fn words(row: &StatusRow, out: &Out) -> Option<String> {
    let (_, live) = row.session.as_ref().ok()?;
    let words = one_line(live.last_words.as_ref()?);
    let room = out.width().unwrap_or(WIDTH).saturating_sub(INDENT);
    Some(format!("{:INDENT$}{}\n", "", out.paint_escaped(Style::Dim, &cut(&words, room))))
}

/// The indentation of last words: to the column after the id.
const INDENT: usize = 10;

/// The width of last words where there is no terminal.
const WIDTH: usize = 120;

fn cells(row: &StatusRow, now: Timestamp) -> [Cell; 7] {
    let id = Cell::new(Style::Id, &row.location.id.short());
    let mark = view::mark(&row.location);
    match &row.session {
        Ok((session, live)) => [
            id,
            Cell::new(Style::of_status(&session.status), &format!("{}{mark}", session.status)),
            agent(session, live),
            Cell::plain(&age(session.updated_at, now)),
            worktree(live.workspace.as_ref(), session.branch.as_deref()),
            base(live.base.as_ref()),
            Cell::plain(&session.display_title()),
        ],
        Err(problem) => [
            id,
            Cell::new(Style::Failed, &format!("corrupt{mark}")),
            Cell::plain("-"),
            Cell::plain(""),
            Cell::plain("-"),
            Cell::plain("-"),
            Cell::new(Style::Failed, &problem.to_string()),
        ],
    }
}

fn agent(session: &Session, live: &Live) -> Cell {
    use SessionStatus as S;
    let is_at_work = matches!(session.status, S::Spawning | S::Working);
    let (style, state) = match &live.agent {
        AgentState::Alive { .. } => (Style::Good, "alive".to_owned()),
        AgentState::Gone if is_at_work => (Style::Failed, "gone".to_owned()),
        AgentState::Gone => (Style::Dim, "gone".to_owned()),
        AgentState::Unknown(_) => (Style::Failed, "unknown".to_owned()),
        AgentState::NotStarted => (Style::Dim, String::new()),
        AgentState::Elsewhere => (Style::Dim, format!("on {}", live.elsewhere.join(", "))),
    };
    match (session.agent.as_deref(), state.as_str()) {
        (None, "") => Cell::new(style, "-"),
        (None, state) => Cell::new(style, state),
        (Some(agent), "") => Cell::new(style, agent),
        (Some(agent), state) => Cell::new(style, &format!("{agent} {state}")),
    }
}

fn worktree(state: Option<&WorkspaceState>, recorded: Option<&str>) -> Cell {
    let Some(state) = state else { return Cell::new(Style::Dim, "-") };
    let (style, text) = match (&state.condition, &state.changes) {
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
