use git_ao::model::{Session, Timestamp};
use git_ao::ops::{AgentState, Live, SessionStanding};
use git_ao::view::age;

use crate::cli::ui::{Cell, Style, cut, one_line};

/// The most of an agent's words that are shown, in columns.
const LONGEST: usize = 120;

/// Says what an agent is doing: `asks: Run npm test? (3m)`, `blocked: API Error (2m)`, `ready 12m`.
pub fn doing(session: &Session, live: &Live, now: Timestamp) -> Cell {
    let standing = live.standing(session);
    let what = live.activity.as_ref().and_then(|report| report.what.as_deref()).map(one_line);
    let what = what.filter(|what| !what.is_empty());
    let since = live.since().map(|since| age(since, now));
    if let (SessionStanding::NotStarted, Some(why)) = (standing, session.failed_start()) {
        return Cell::escaped(Style::Failed, format!("not started: {}", one_line(&why)));
    }
    let (style, word) = match standing {
        SessionStanding::WaitingInput => (Style::Waiting, "asks"),
        SessionStanding::Blocked => (Style::Failed, "blocked"),
        SessionStanding::Ready => (Style::Good, "ready"),
        SessionStanding::Idle => (Style::Good, "idle"),
        SessionStanding::Vanished => (Style::Failed, "vanished"),
        SessionStanding::Active => (Style::Busy, "active"),
        // All that is known is that it runs.
        SessionStanding::Unknown if matches!(live.agent, AgentState::Alive { .. }) => {
            (Style::Plain, "alive")
        }
        SessionStanding::Unknown => (Style::Failed, "unknown"),
        SessionStanding::Exited => return Cell::new(Style::Dim, "exited"),
        SessionStanding::Elsewhere => {
            return Cell::new(Style::Dim, &format!("on {}", live.elsewhere.join(", ")));
        }
        _ => return Cell::new(Style::Dim, "-"),
    };
    match (standing, what, since) {
        (
            SessionStanding::WaitingInput | SessionStanding::Blocked | SessionStanding::Unknown,
            Some(what),
            since,
        ) => {
            let since = since.map(|since| format!(" ({since})")).unwrap_or_default();
            Cell::escaped(style, format!("{word}: {what}")).ending_in(&since)
        }
        (SessionStanding::Active, Some(what), _) => Cell::escaped(style, format!("{word}: {what}")),
        (SessionStanding::Active | SessionStanding::Vanished, ..) | (.., None) => {
            Cell::new(style, word)
        }
        (.., Some(since)) => Cell::new(style, word).ending_in(&format!(" {since}")),
    }
}

/// Returns the last thing that the agent said, on one line, escaped.
pub fn words(session: &Session, live: &Live) -> Option<String> {
    let is_over = matches!(live.standing(session), SessionStanding::Ready | SessionStanding::Idle);
    let report = live.activity.as_ref().filter(|_| is_over);
    let said = report.and_then(|report| report.what.as_ref()).or(live.last_words.as_ref())?;
    Some(cut(&one_line(said), LONGEST).into_owned())
}
