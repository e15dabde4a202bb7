use std::collections::BTreeSet;

use super::Finding;
use crate::agent::{AgentError, Agents};
use crate::git::settings::{self, KEYS};
use crate::model::{Project, Session, distance, error_chain, is_branch_name, parse_age};
use crate::ops::common::Engine;
use crate::runtime;
use crate::share::{Remote, ShareError};
use crate::store::Store;

pub fn look(engine: &Engine, found: &mut Vec<Finding>) {
    let store = engine.store();
    let repo = store.repository();
    let agents = engine.agents();
    for problem in agents.problems() {
        let fix = problem.hint().unwrap_or_else(|| "git config --edit".to_owned());
        found.push(Finding::wrong(error_chain(problem), fix));
    }
    agent(store, &agents, found);
    unknown_keys(store, found);
    notify(engine, found);
    for key in KEYS {
        if let Some(value) = repo.config(key)
            && let Some(why) = problem(engine, key, &value)
        {
            found.push(Finding::wrong(format!("{key}: {why}"), fix(key)));
        }
    }
}

fn agent(store: &Store, agents: &Agents, found: &mut Vec<Finding>) {
    let environment = store.repository().environment();
    if agents.installed(environment).is_empty() {
        found.push(Finding::note("no agent is installed", "git ao agents"));
    }
    let Some(name) = store.repository().settings().agent() else { return };
    let fix = "git ao agents";
    match agents.find(&name) {
        Err(error @ AgentError::Unknown { .. }) => {
            found.push(Finding::wrong(format!("ao.agent: {error}"), fix));
        }
        // Already reported with the agents' problems.
        Err(_) => {}
        Ok(agent) => {
            let program = agent.program();
            if !program.contains('/') && environment.find_program(program).is_none() {
                let what = format!("ao.agent: '{program}' is not on PATH");
                found.push(Finding::wrong(what, fix));
            }
        }
    }
}

/// Notes that notifications are off, if an agent has ever run in this clone.
fn notify(engine: &Engine, found: &mut Vec<Finding>) {
    let store = engine.store();
    if store.repository().config(settings::NOTIFY).is_some() {
        return;
    }
    let Some(replica) = store.known_replica() else { return };
    // What is wrong with the store is for its own checks to say.
    let Ok(snapshot) = store.snapshot() else { return };
    let placed = snapshot.placed(Some(&replica), &BTreeSet::new());
    let has_run = |session: Session| session.lives_in(Some(&replica)) && session.agent.is_some();
    if placed.into_iter().any(|listed| listed.session.is_ok_and(has_run)) {
        let what = "you are not notified when an agent needs you";
        found.push(Finding::note(what, "git config --global ao.notify desktop (bell, off)"));
    }
}

fn unknown_keys(store: &Store, found: &mut Vec<Finding>) {
    let known = KEYS.map(str::to_ascii_lowercase);
    let mut keys: Vec<_> = store.repository().config_entries("ao").into_iter().collect();
    keys.sort_by(|a, b| a.key.cmp(&b.key));
    keys.dedup_by(|a, b| a.key == b.key);
    for entry in keys {
        // Settings of agents were checked with the agents.
        let key = entry.key;
        if key.starts_with("ao.agent.") || key.starts_with("ao.redact.") || known.contains(&key) {
            continue;
        }
        let near = KEYS.iter().filter(|it| distance(&key, &it.to_ascii_lowercase()) <= 2);
        let fix = match near.min_by_key(|it| distance(&key, &it.to_ascii_lowercase())) {
            Some(near) => format!("git config --unset {key}, or rename it to {near}"),
            None => format!("git config --unset {key}"),
        };
        found.push(Finding::wrong(format!("unknown setting {key}"), fix));
    }
}

/// Returns why the value of a key is invalid, or None.
fn problem(engine: &Engine, key: &str, value: &str) -> Option<String> {
    let (store, repo) = (engine.store(), engine.repository());
    match key {
        settings::PROJECT => value.parse::<Project>().err().map(|error| error.to_string()),
        settings::REPLICA => {
            // A copy of a clone gets a new name automatically.
            let valid = store.known_replica().is_some() || store.copied_from().is_some();
            (!valid).then(|| format!("'{value}' is not a valid name of a clone"))
        }
        settings::RUNTIME => engine.runtime_named(value, None).err().map(|error| error.to_string()),
        settings::BRANCH_PREFIX => {
            let valid = is_branch_name(&format!("{value}x"));
            (!valid).then(|| format!("'{value}' is not a valid prefix of a branch"))
        }
        settings::TMUX_SOCKET | settings::WORKTREE_DIR => {
            value.is_empty().then(|| "it is empty".to_owned())
        }
        settings::TRAILER => {
            let is_valid = value.trim() == "none" || !repo.settings().trailers().is_empty();
            let words = "Ao-Session, Assisted-by or none";
            (!is_valid).then(|| format!("'{value}' is none of {words}"))
        }
        settings::AUTO_PUSH
        | settings::HOOKS
        | settings::SHARE_TRANSCRIPTS
        | settings::TRANSCRIPTS => {
            let valid = repo.config_bool(key).is_some();
            (!valid).then(|| format!("'{value}' is neither true nor false"))
        }
        settings::IDLE_AFTER | settings::STUCK_AFTER => {
            parse_age(value).err().map(|error| error.to_string())
        }
        settings::ADOPT => {
            let valid = value == "public" || repo.config_bool(key).is_some();
            (!valid).then(|| format!("'{value}' is none of true, false or public"))
        }
        settings::LOG_LIMIT => {
            let least = runtime::LEAST_LOG;
            match repo.settings().valid_log_limit() {
                None => Some(format!("'{value}' is not a number of bytes such as 64m")),
                Some(limit) if limit > 0 && limit < least => {
                    Some(format!("'{value}' is too small, {}k is used", least / 1024))
                }
                Some(_) => None,
            }
        }
        settings::TRANSCRIPT_MAX_SIZE => {
            let valid = repo.settings().valid_transcript_max_size().is_some();
            (!valid).then(|| format!("'{value}' is not a number of bytes such as 256m"))
        }
        settings::SETUP_TIMEOUT => {
            let valid = repo.settings().valid_setup_timeout().is_some();
            (!valid).then(|| format!("'{value}' is not a number of seconds"))
        }
        settings::PUSH_TIMEOUT => {
            let valid = repo.settings().push_timeout().is_ok();
            (!valid).then(|| format!("'{value}' is not a number of seconds"))
        }
        settings::REMOTE => match Remote::choose(store, None) {
            Err(error @ ShareError::UnknownRemote { .. }) => Some(error.to_string()),
            _ => None,
        },
        settings::REMOTE_REF => {
            let name = repo.remotes().into_iter().next()?;
            match Remote::choose(store, Some(&name)) {
                Err(error @ ShareError::InvalidRef(_)) => Some(error.to_string()),
                _ => None,
            }
        }
        _ => None,
    }
}

fn fix(key: &str) -> String {
    match key {
        settings::REPLICA => "git config --unset ao.replica".to_owned(),
        settings::RUNTIME => "git config ao.runtime tmux, detached, foreground or none".to_owned(),
        settings::REMOTE => "git remote".to_owned(),
        key => format!("git config --unset {key}"),
    }
}
