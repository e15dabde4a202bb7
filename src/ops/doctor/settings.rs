use super::Finding;
use crate::agent::{AgentError, Agents};
use crate::model::{Project, distance, error_chain, is_branch_name};
use crate::ops::common::agent_log;
use crate::ops::common::settings::default_agent;
use crate::runtime;
use crate::share::{Remote, ShareError};
use crate::store::Store;

/// The keys there are, but for `ao.agent.<name>.<what>`.
const KEYS: [&str; 14] = [
    "ao.agent",
    "ao.autoPush",
    "ao.branchPrefix",
    "ao.hooks",
    "ao.logLimit",
    "ao.project",
    "ao.pushTimeout",
    "ao.remote",
    "ao.remoteRef",
    "ao.replica",
    "ao.replicaPlace",
    "ao.runtime",
    "ao.tmuxSocket",
    "ao.worktreeDir",
];

pub fn look(store: &Store, found: &mut Vec<Finding>) {
    let repo = store.repository();
    let agents = Agents::of(repo);
    for problem in agents.problems() {
        let fix = problem.hint().unwrap_or_else(|| "git config --edit".to_owned());
        found.push(Finding::wrong(error_chain(problem), fix));
    }
    agent(store, &agents, found);
    unknown_keys(store, found);
    for key in KEYS {
        if let Some(value) = repo.config(key)
            && let Some(why) = problem(store, key, &value)
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
    let Some(name) = default_agent(store.repository()) else { return };
    let fix = "git ao agents";
    match agents.find(&name) {
        Err(error @ AgentError::Unknown { .. }) => {
            found.push(Finding::wrong(format!("ao.agent: {error}"), fix));
        }
        // That was said already.
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

fn unknown_keys(store: &Store, found: &mut Vec<Finding>) {
    let known = KEYS.map(str::to_ascii_lowercase);
    let mut keys: Vec<_> = store.repository().config_entries("ao").into_iter().collect();
    keys.sort_by(|a, b| a.key.cmp(&b.key));
    keys.dedup_by(|a, b| a.key == b.key);
    for entry in keys {
        // Those of an agent were read with the agents.
        let key = entry.key;
        if key.starts_with("ao.agent.") || known.contains(&key) {
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

/// Why the value of a key cannot be used.
fn problem(store: &Store, key: &str, value: &str) -> Option<String> {
    let repo = store.repository();
    match key {
        "ao.project" => value.parse::<Project>().err().map(|error| error.to_string()),
        "ao.replica" => {
            // A copy takes a name of its own by itself.
            let valid = store.known_replica().is_some() || store.copied_from().is_some();
            (!valid).then(|| format!("'{value}' is not a valid name of a clone"))
        }
        "ao.runtime" => {
            runtime::named(value, None, repo.environment()).err().map(|error| error.to_string())
        }
        "ao.branchPrefix" => {
            let valid = is_branch_name(&format!("{value}x"));
            (!valid).then(|| format!("'{value}' is not a valid prefix of a branch"))
        }
        "ao.tmuxSocket" | "ao.worktreeDir" => value.is_empty().then(|| "it is empty".to_owned()),
        "ao.autoPush" | "ao.hooks" => {
            let valid = repo.config_bool(key).is_some();
            (!valid).then(|| format!("'{value}' is neither true nor false"))
        }
        "ao.logLimit" => {
            let least = runtime::LEAST_LOG;
            match agent_log::configured(repo) {
                None => Some(format!("'{value}' is not a number of bytes such as 64m")),
                Some(limit) if limit > 0 && limit < least => {
                    Some(format!("'{value}' is too small, {}k is used", least / 1024))
                }
                Some(_) => None,
            }
        }
        "ao.pushTimeout" => {
            let valid = value.trim().parse::<u64>().is_ok();
            (!valid).then(|| format!("'{value}' is not a number of seconds"))
        }
        "ao.remote" => match Remote::choose(store, None) {
            Err(error @ ShareError::UnknownRemote { .. }) => Some(error.to_string()),
            _ => None,
        },
        "ao.remoteRef" => {
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
        "ao.replica" => "git config --unset ao.replica".to_owned(),
        "ao.runtime" => "git config ao.runtime tmux, detached, foreground or none".to_owned(),
        "ao.remote" => "git remote".to_owned(),
        key => format!("git config --unset {key}"),
    }
}
