//! Lists the values of an argument.

use std::collections::BTreeSet;

use git_ao::agent::Agents;
use git_ao::git::Repository;
use git_ao::hook::HookName;
use git_ao::model::{Field, Filter, KEYS, Order, Session, SessionStatus};
use git_ao::store::{Query, Shelf, Snapshot, Store, Visibility};

use super::candidate::Candidate;
use super::line::Wanted;
use crate::cli::{Ctx, open};

/// The most records to read while the user waits. If there are more, the last updated ones are
/// offered; of those that begin with the typed text, only the ids.
const MOST: usize = 500;

/// How many are offered before anything is typed, if there are more than that.
const FEW: usize = 40;

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
        ("on", _) => refs(repo, &["refs/heads", "refs/remotes"])?,
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
    let is_id = typed.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
    if !is_id {
        words.extend(by_branch(store, &snapshot, shelf, typed)?);
        return Some(words);
    }
    let is_status = |status: SessionStatus| Filter::Is(Field::Status, status.to_string());
    let wanted = Query::new(match verb {
        "pause" | "kill" | "complete" | "fail" | "cancel" | "send" | "attach" => !Filter::Ended,
        "resume" => is_status(SessionStatus::Paused),
        "archive" | "delete" => Filter::Ended,
        _ => Filter::All,
    });
    let sessions = if typed.is_empty() {
        let most = if snapshot.count(shelf).ok()? > MOST { FEW } else { MOST };
        snapshot.query(wanted.on([shelf]).at_most(most)).sessions
    } else {
        let mut entries = snapshot.entries_with_prefix(shelf, typed).ok()?;
        entries.retain(|entry| entry.location.id.short().starts_with(typed));
        if entries.len() > MOST {
            words.extend(entries.iter().map(|entry| Candidate::plain(entry.location.id.short())));
            return Some(words);
        }
        snapshot.select(entries, &wanted, |_| true)
    };
    let about = |it: &Session| format!("{}: {}", it.status, it.display_title());
    let sessions = sessions.iter().filter_map(|listed| listed.session.as_ref().ok());
    words.extend(sessions.map(|it| Candidate::new(it.id.short(), about(it))));
    Some(words)
}

/// Returns the branches of sessions; in a large store, those of the branches here that begin with
/// the typed text.
fn by_branch(
    store: &Store,
    snapshot: &Snapshot<'_>,
    shelf: Shelf,
    typed: &str,
) -> Option<Vec<Candidate>> {
    let filter = match snapshot.count(shelf).ok()? > MOST {
        false => Filter::All,
        true => {
            let here = refs(store.repository(), &[&format!("refs/heads/{typed}*")])?;
            let here = here.into_iter().take(MOST).map(|name| Filter::Is(Field::Branch, name));
            Filter::Or(here.collect())
        }
    };
    let listed = snapshot.query(Query::new(filter).on([shelf]).at_most(MOST)).sessions;
    let sessions = listed.iter().filter_map(|listed| listed.session.as_ref().ok());
    let named =
        sessions.filter_map(|it| Some(Candidate::new(it.branch.clone()?, it.display_title())));
    Some(named.collect())
}

/// Returns `status=` and the like, and after the `=` the values of the field.
fn changes(store: &Store, typed: &str) -> Option<Vec<Candidate>> {
    let Some((field, _)) = typed.split_once('=') else {
        let fixed = [
            "schema",
            "id",
            "created_at",
            "updated_at",
            "base",
            "fork",
            "placements",
            "existing_branch",
        ];
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

/// Returns the values that active sessions have, each once; in a large store, those of the last
/// updated ones.
fn used(store: &Store, of: impl Fn(&Session) -> Vec<String>) -> Option<Vec<String>> {
    let snapshot = store.snapshot().ok()?;
    let sessions = snapshot.query(Query::default().at_most(MOST)).sessions.into_iter();
    let sessions = sessions.filter_map(|listed| listed.session.ok());
    Some(sessions.flat_map(|it| of(&it)).collect::<BTreeSet<_>>().into_iter().collect())
}

fn refs(repo: &Repository, folders: &[&str]) -> Option<Vec<String>> {
    let git = repo.git("for-each-ref").arg("--format=%(refname:short)").args(folders);
    Some(git.run().ok()?.text().lines().map(str::to_owned).collect())
}
