//! Where the agent of a session keeps its conversations, if the environment in which it was started
//! says so: a later command may be run in another one.

use std::collections::BTreeMap;
use std::fs;
use std::io;

use crate::agent::Agent;
use crate::git::{Environment, Repository};
use crate::model::SessionId;

/// The variables and their values.
type Noted = BTreeMap<String, String>;

/// Returns the environment in which the conversations of a session's agent are found. A variable
/// that is set now counts, else that of the agent's start.
pub(in crate::ops) fn environment_of(
    repo: &Repository,
    session: SessionId,
    agent: &dyn Agent,
) -> Environment {
    let env = repo.environment().clone();
    let names = agent.home_variables();
    if names.is_empty() {
        return env;
    }
    let text = fs::read(repo.ao_dir().join(file(session))).unwrap_or_default();
    let noted: Noted = serde_json::from_slice(&text).unwrap_or_default();
    let is_unset = |name: &&str| env.os(name).is_none_or(|value| value.is_empty());
    let missing: Vec<_> = names.into_iter().filter(is_unset).collect();
    let known = missing.iter().filter_map(|name| Some((name, noted.get(*name)?)));
    known.fold(env.clone(), |env, (name, value)| env.with(*name, value))
}

/// Notes what an agent is started with.
pub(in crate::ops) fn note(
    repo: &Repository,
    session: SessionId,
    agent: &dyn Agent,
    env: &Environment,
) -> io::Result<()> {
    let set = agent.home_variables().into_iter().filter_map(|name| {
        let value = env.text(name).filter(|value| !value.is_empty())?;
        Some((name.to_owned(), value.to_owned()))
    });
    let noted: Noted = set.collect();
    if noted.is_empty() {
        return match fs::remove_file(repo.ao_dir().join(file(session))) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        };
    }
    repo.make_ao_dir(FOLDER)?;
    repo.write_note(&file(session), &serde_json::to_string(&noted)?)
}

const FOLDER: &str = "agent";

fn file(session: SessionId) -> String {
    format!("{FOLDER}/{session}.home")
}
