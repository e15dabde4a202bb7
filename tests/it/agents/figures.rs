//! What Claude Code and Codex themselves say they have used is what is counted, also after they have
//! gone on and forked.

use git_ao::model::{Session, SessionId};
use serde_json::Value;

use super::place::Place;
use crate::support::agents::{log, wait_ended};

/// What was used, as an agent says it: input, output, cache read, and cache write together.
type Figures = [u64; 4];

/// The figures in the lines of one kind that an agent has printed.
fn printed(place: &Place, id: SessionId, kind: &str) -> Vec<Value> {
    let log = log(&place.repo, id);
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter(|line| line["type"] == kind).collect()
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

fn counted(session: &Session) -> Figures {
    let models = session.usage.values().next().expect("the record has learned of it");
    let mut sum = [0; 4];
    for it in models.values().filter_map(|it| it.tokens) {
        let written = it.cache_write_5m + it.cache_write_1h;
        let figures = [it.input, it.output, it.cache_read, written];
        sum.iter_mut().zip(figures).for_each(|(sum, figure)| *sum += figure);
    }
    sum
}

/// A conversation, the same after it went on, and a fork of it.
fn sessions(agent: &'static str) -> Option<(Place, [Session; 3])> {
    let place = Place::new(agent)?;
    let first = place.runs(&["spawn", "--json", "--file", "-"], "the first task");
    let id = first.id.to_string();
    place.ao(&["restore", "--json", &id], "").ok();
    let again = wait_ended(&place.repo, first.id);
    let fork = place.runs(&["fork", "--json", &id, "--file", "-"], "the second task");
    Some((place, [first, again, fork]))
}

#[test]
fn claude_says_what_is_counted() {
    let Some((place, [first, again, fork])) = sessions("claude") else { return };
    let figures = |line: &Value| -> Figures {
        let usage = &line["usage"];
        let keys = ["input_tokens", "output_tokens", "cache_read_input_tokens"];
        let [input, output, read] = keys.map(|key| number(&usage[key]));
        [input, output, read, number(&usage["cache_creation_input_tokens"])]
    };
    let add = |a: Figures, b: Figures| std::array::from_fn(|n| a[n] + b[n]);
    let results = printed(&place, first.id, "result");
    let [one, two] = [&results[0], &results[1]].map(figures);
    assert!(one.iter().all(|figure| *figure > 0), "{one:?}");
    assert_eq!((counted(&first), counted(&again)), (one, add(one, two)));
    let of_fork = printed(&place, fork.id, "result");
    assert_eq!(counted(&fork), figures(&of_fork[0]), "what it began with is its parent's");
    // Its price is that of the model it believes to talk to.
    place.repo.config("ao.price.x", "5 25");
    let said = results.iter().chain(&of_fork).map(|line| line["total_cost_usd"].as_f64().unwrap());
    let report = place.ao(&["usage", "--json"], "").ok().json();
    let ours = report["total"]["cost_usd"].as_f64().unwrap();
    assert!((said.sum::<f64>() - ours).abs() < 1e-9, "{ours}: {results:#?}");
    assert_eq!((&report["total"]["turns"], &report["total"]["calls"]), (&3.into(), &3.into()));
}

/// Codex says what the whole conversation has used, also what a fork began with.
#[test]
fn codex_says_what_is_counted() {
    let Some((place, [first, again, fork])) = sessions("codex") else { return };
    let figures = |line: &Value| -> Figures {
        let usage = &line["usage"];
        let keys = ["input_tokens", "output_tokens", "cached_input_tokens"];
        let [input, output, read] = keys.map(|key| number(&usage[key]));
        [input - read, output, read, number(&usage["cache_write_input_tokens"])]
    };
    let results = printed(&place, first.id, "turn.completed");
    let [one, both] = [&results[0], &results[1]].map(figures);
    assert!(one[..3].iter().all(|figure| *figure > 0), "{one:?}");
    assert_eq!((counted(&first), counted(&again)), (one, both));
    let all = figures(&printed(&place, fork.id, "turn.completed")[0]);
    assert_eq!(counted(&fork), std::array::from_fn(|n| all[n] - both[n]));
    let report = place.ao(&["usage", "--json"], "").ok().json();
    assert_eq!(report["total"]["tokens"]["output"], all[1]);
    assert_eq!((&report["total"]["turns"], &report["total"]["calls"]), (&3.into(), &3.into()));
}
