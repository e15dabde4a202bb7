//! Lists the values of an argument.

use std::collections::BTreeSet;

use git_ao::agent::Agents;
use git_ao::git::Repository;
use git_ao::hook::HookName;
use git_ao::model::{Field, Filter, KEYS, Order, Session, SessionStatus};
use git_ao::store::{Shelf, Snapshot, Store, Visibility};

use super::candidate::Candidate;
use super::line::Wanted;
use crate::cli::{Ctx, open};

/// The most records to read while the user waits. If there are more, only ids are offered.
const MOST: usize = 500;

const KINDS: [&str; 6] =
    ["task", "conversation", "evaluation", "refinement", "demo", "orchestrator"];

/// Returns the values of an argument. Those from a repository that cannot be read are left out.
pub fn of(wanted: &Wanted<'_>, ctx: &mut Ctx) -> Vec<Candidate> {
    let mut values =
        wanted.possible.iter().map(|it| Candidate::new(&*it.word, &*it.about)).collect();
    let found = match wanted.arg.as_str() {
        "sort" => Order::names().map(Candidate::plain).collect(),
        "hooks" => HookName::ALL.map(|name| Candidate::plain(name.as_str())).into(),
        "page" | "command" => {
            ["config", "hooks", "sharing", "gitformat-ao"].map(Candidate::plain).into()
        }
        _ => match ctx.store() {
            Ok(store) => in_repository(wanted, &store).unwrap_or_default(),
            Err(_) => Vec::new(),
        },
    };
    Vec::extend(&mut values, found);
    values
}

fn in_repository(wanted: &Wanted<'_>, store: &Store) -> Option<Vec<Candidate>> {
    let repo = store.repository();
    let names = match (wanted.arg.as_str(), wanted.verb.as_str()) {
        ("session" | "sessions" | "parent", verb) => return sessions(store, verb, wanted.typed),
        ("changes", _) => return changes(store, wanted.typed),
        ("remote", _) | ("name", "fetch" | "pull" | "push" | "sync") => repo.remotes(),
        ("base", _) => refs(repo, &["refs/heads", "refs/tags", "refs/remotes"])?,
        // A new session gets a new branch.
        ("branch", "spawn" | "fork") => return None,
        ("agent", _) => Agents::of(repo).names().map(str::to_owned).collect(),
        ("status", _) => {
            let known = SessionStatus::ALL.iter().map(ToString::to_string);
            let used = used(store, |it| vec![it.status.to_string()])?;
            known.chain(["corrupt".to_owned()]).chain(used).collect()
        }
        ("branch", _) => used(store, |it| it.branch.iter().cloned().collect())?,
        ("issue", _) => used(store, |it| it.issue_id.iter().cloned().collect())?,
        ("pr", _) => used(store, |it| it.pr_number.iter().map(ToString::to_string).collect())?,
        ("tag", _) => used(store, |it| it.tags.clone())?,
        ("kind", _) => {
            let used = used(store, |it| vec![it.kind.as_str().to_owned()])?;
            KINDS.map(str::to_owned).into_iter().chain(used).collect()
        }
        ("project", _) => used(store, |it| vec![it.project_id.to_string()])?,
        _ => return None,
    };
    let mut seen = BTreeSet::new();
    Some(names.into_iter().filter(|name| seen.insert(name.clone())).map(Candidate::plain).collect())
}

/// Returns sessions by id, or by branch if the typed text cannot be an id.
fn sessions(store: &Store, verb: &str, typed: &str) -> Option<Vec<Candidate>> {
    let snapshot = store.snapshot().ok()?;
    let shelf = if verb == "unarchive" { Shelf::Archived } else { Shelf::Active };
    let mut words = Vec::new();
    if open::here(store.repository()).is_some() {
        words.push(Candidate::new("@", "the session of this worktree"));
    }
    words.push(Candidate::new("latest", "the most recently changed session"));
    let mut entries = snapshot.entries(shelf).ok()?;
    let is_id = typed.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
    if is_id {
        entries.retain(|entry| entry.location.id.short().starts_with(typed));
    }
    if entries.len() > MOST {
        words.extend(entries.iter().map(|entry| Candidate::plain(entry.location.id.short())));
        return Some(words);
    }
    let is_status = |status: SessionStatus| Filter::Is(Field::Status, status.to_string());
    let wanted = match verb {
        _ if !is_id => Filter::All,
        "pause" | "kill" | "complete" | "fail" | "cancel" | "send" | "attach" => !Filter::Ended,
        "resume" => is_status(SessionStatus::Paused),
        "archive" | "delete" => Filter::Ended,
        _ => Filter::All,
    };
    let sessions = snapshot.select(entries, &wanted.into(), |_| true).into_iter();
    let sessions: Vec<Session> = sessions.filter_map(|listed| listed.session.ok()).collect();
    if !is_id {
        let by_branch = |it: &Session| Some(Candidate::new(it.branch.clone()?, it.display_title()));
        words.extend(sessions.iter().filter_map(by_branch));
        return Some(words);
    }
    let about = |it: &Session| format!("{}: {}", it.status, it.display_title());
    let by_id = sessions.iter().map(|it| Candidate::new(it.id.short(), about(it)));
    words.extend(by_id);
    Some(words)
}

/// Returns `status=` and the like, and after the `=` the values of the field.
fn changes(store: &Store, typed: &str) -> Option<Vec<Candidate>> {
    let Some((field, _)) = typed.split_once('=') else {
        let fixed = ["schema", "id", "created_at", "updated_at", "base", "fork", "placements"];
        let fields = KEYS.iter().filter(|key| !fixed.contains(key) && **key != "project_id");
        let fields = fields.chain(&["visibility"]).map(|key| match *key {
            "agent_config" | "context" | "cost" => format!("{key}."),
            key => format!("{key}="),
        });
        return Some(fields.map(Candidate::plain).collect());
    };
    let values: Vec<String> = match field.trim_end_matches(['+', '-']) {
        "status" => SessionStatus::ALL.iter().map(ToString::to_string).collect(),
        "kind" => KINDS.map(str::to_owned).into(),
        "visibility" => {
            [Visibility::Public, Visibility::Private].map(|it| it.name().to_owned()).into()
        }
        "tags" => used(store, |it| it.tags.clone())?.into_iter().collect(),
        "agent" => Agents::of(store.repository()).names().map(str::to_owned).collect(),
        "branch" => refs(store.repository(), &["refs/heads"])?,
        _ => Vec::new(),
    };
    Some(values.iter().map(|value| Candidate::plain(format!("{field}={value}"))).collect())
}

/// Returns the values that active sessions have, each once.
fn used(store: &Store, of: impl Fn(&Session) -> Vec<String>) -> Option<Vec<String>> {
    let snapshot: Snapshot<'_> = store.snapshot().ok()?;
    let mut entries = snapshot.entries(Shelf::Active).ok()?;
    entries.truncate(MOST);
    let sessions = snapshot.load_all(entries).into_iter();
    let sessions = sessions.filter_map(|listed| listed.session.ok());
    Some(sessions.flat_map(|it| of(&it)).collect::<BTreeSet<_>>().into_iter().collect())
}

fn refs(repo: &Repository, folders: &[&str]) -> Option<Vec<String>> {
    let git = repo.git("for-each-ref").arg("--format=%(refname:short)").args(folders);
    Some(git.run().ok()?.text().lines().map(str::to_owned).collect())
}
