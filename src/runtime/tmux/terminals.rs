use super::client::{Answer, Client, arg};
use crate::model::{SessionId, TerminalState, Timestamp};

/// The format of a pane. The title comes last, because it may contain spaces.
const FORMAT: &str = "#{@ao_session} #{session_name} #{pane_id},#{@ao_pane} #{window_activity} \
     #{window_bell_flag},#{session_attached} #{pane_title}";

/// Returns the state of the terminals of these sessions' processes.
pub(super) fn of(client: &Client, handles: &[(SessionId, &str)]) -> Vec<Option<TerminalState>> {
    let lines = match client.run(["list-panes", "-a", "-F", FORMAT].map(arg)) {
        Ok(Answer::Done(lines)) => lines,
        _ => String::new(),
    };
    let panes: Vec<_> = lines.lines().filter_map(parse).collect();
    let state = |(session, handle): &(SessionId, &str)| {
        let owner = session.to_string();
        let ours = panes.iter().find(|(of, name, _)| *of == owner && name == handle);
        ours.map(|(_, _, state)| state.clone())
    };
    handles.iter().map(state).collect()
}

/// Returns the owner and the name of the tmux session, and the state of the pane in which its process
/// was started.
fn parse(line: &str) -> Option<(&str, &str, TerminalState)> {
    let mut fields = line.splitn(6, ' ');
    let (owner, name) = (fields.next()?, fields.next()?);
    let (pane, first) = fields.next()?.split_once(',')?;
    let seconds: i64 = fields.next()?.parse().ok()?;
    let (rung, attached) = fields.next()?.split_once(',')?;
    let mut state = TerminalState::titled(fields.next().unwrap_or_default());
    state.last_output = Some(Timestamp::from_millis(seconds.saturating_mul(1000)));
    (state.has_rung, state.is_watched) = (rung == "1", attached != "0");
    (pane == first).then_some((owner, name, state))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_pane_of_the_process_counts() {
        let (owner, name, state) = parse("id ao-1 %3,%3 1795847346 1,2 [ ! ] a  b").unwrap();
        assert_eq!((owner, name), ("id", "ao-1"));
        assert_eq!(state.title, "[ ! ] a  b");
        assert!(state.has_rung && state.is_watched);
        assert_eq!(state.last_output, Some(Timestamp::from_millis(1_795_847_346_000)));
        assert_eq!(parse("id ao-1 %4,%3 1795847346 0,0 x"), None);
        assert!(parse("id ao-1 %3,%3 1795847346 0,0 ").is_some_and(|it| !it.2.is_watched));
        assert!(parse(" other %0, 1795847346 0,0 x").is_none());
        assert!(parse("").is_none());
    }
}
