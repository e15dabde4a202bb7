//! Makes records fit the limits of the store.

use crate::model::{Map, Session, Value};
use crate::store::{parse_record, render_record};

/// The length to which a task is cut that does not fit, in characters.
const TASK: usize = 16 << 10;

/// Leaves out of a record what the store could not hold, the largest first, and returns what that
/// was.
pub fn fit(session: &mut Session, program: &str) -> Vec<String> {
    let mut left_out = Vec::new();
    while !fits(session) {
        match leave_out(session, program) {
            Some(what) => left_out.push(what),
            None => break,
        }
    }
    left_out
}

/// Returns true if the record can be stored, and reads back as the same.
fn fits(session: &Session) -> bool {
    let Ok(text) = render_record(&session.to_record()) else { return false };
    let Ok(record) = parse_record(text.as_bytes()) else { return false };
    Session::from_record(record, &session.project_id).as_ref() == Ok(session)
}

fn leave_out(session: &mut Session, program: &str) -> Option<String> {
    let rest = session.context.get_mut(program);
    if let Some(Value::Map(rest)) = rest
        && let Some(key) = largest(rest)
    {
        rest.take(&key);
        if rest.is_empty() {
            session.context.remove(program);
        }
        return Some(format!("'{}' is left out: the record would be too large", key.label()));
    }
    if session.context.remove(program).is_some() {
        return Some("some fields are left out".to_owned());
    }
    if let Some(key) = largest(&session.agent_config) {
        session.agent_config.take(&key);
        return Some(format!("'{}' is left out: the record would be too large", key.label()));
    }
    let task = session.task.as_mut()?;
    if let Some((end, _)) = task.char_indices().nth(TASK) {
        task.truncate(end);
        return Some(format!("the task is cut after {TASK} characters"));
    }
    session.task = None;
    Some("the task is left out: it cannot be stored".to_owned())
}

fn largest(map: &Map) -> Option<Value> {
    map.iter()
        .max_by_key(|(key, value)| key.label().len() + value.label().len())
        .map(|(k, _)| k.clone())
}
