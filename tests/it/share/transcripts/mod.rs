//! Transcripts that are shared with a remote, withdrawn, and fetched by another clone.

mod dulwich;
mod hostile;
mod later;
mod lost;
mod purged;
mod record;

use std::fs;
use std::path::PathBuf;

use git_ao::model::SessionId;
use git_ao::transcript::{CaptureExtent, Source, TranscriptOrigin, TranscriptStore};

use super::{Team, create, short};
use crate::support::sessions::{id, store};
use crate::support::{Repo, Server, alone, skipped};

const LIMIT: u64 = 1 << 28;

fn token() -> String {
    format!("ghp_{}", "a1B2".repeat(9))
}

fn said(text: &str) -> String {
    let text = serde_json::to_string(text).unwrap();
    format!("{{\"type\":\"user\",\"uuid\":\"u-1\",\"message\":{{\"content\":{text}}}}}\n")
}

fn transcripts(repo: &Repo) -> TranscriptStore {
    TranscriptStore::create(store(repo).repository()).unwrap()
}

/// Captures a transcript of a session, with a file of a tool.
fn capture(repo: &Repo, n: u64, text: &str) {
    let (file, tool) = (path(repo, n, "jsonl"), path(repo, n, "txt"));
    fs::write(&file, text).unwrap();
    fs::write(&tool, format!("printed\n{}\n", token())).unwrap();
    let source = Source::new("claude", format!("11112222-{n}"), "claude-jsonl", file);
    let source = source.with_file("tool-results/a.txt", tool);
    let replica = store(repo).replica().unwrap();
    let extent = CaptureExtent::Lines;
    transcripts(repo).capture(id(n), &replica, &source, extent, LIMIT).unwrap();
}

fn path(repo: &Repo, n: u64, extension: &str) -> PathBuf {
    let name = repo.dir().file_name().unwrap().to_string_lossy().into_owned();
    repo.env().path(format!("{name}-{n}.{extension}"))
}

/// The lines of what was fetched of a session.
fn fetched(repo: &Repo, session: SessionId) -> Vec<String> {
    let all = transcripts(repo).session_transcripts(session).unwrap();
    let fetched = all.iter().filter(|it| it.origin == TranscriptOrigin::Fetched);
    let lines = fetched.flat_map(|it| it.lines().map(Result::unwrap));
    lines.map(|line| String::from_utf8(line.bytes).unwrap()).collect()
}

/// All that is in the objects of a repository.
fn all_objects(repo: &Repo) -> String {
    let all =
        repo.git(["cat-file", "--batch-all-objects", "--batch-check=%(objectname) %(objecttype)"]);
    let ids = all.lines().filter_map(|line| line.strip_suffix(" blob"));
    ids.map(|id| repo.git(["cat-file", "blob", id])).collect()
}

fn refs(hub: &Repo) -> String {
    hub.git([
        "for-each-ref",
        "--format=%(refname) %(objectname)",
        "refs/ao/transcripts",
        "refs/heads",
    ])
}

/// A member whose first session has a transcript with a secret, and who may share it.
fn ann(team: &Team) -> Repo {
    let ann = team.member("ann");
    ann.config("remote.origin.aoShareTranscripts", "true");
    create(&ann, 1, "One");
    capture(&ann, 1, &said(&format!("first\n{}", token())));
    ann
}

fn works_at(team: &Team, url: &str) {
    works_with(team, url, |_| {});
}

fn works_with(team: &Team, url: &str, prepare: impl Fn(&Repo)) {
    let ann = ann(team);
    ann.git(["remote", "set-url", "origin", url]);
    let ben = team.member_at("ben", url);
    [&ann, &ben].into_iter().for_each(prepare);
    let mut text = fs::read_to_string(path(&ann, 1, "jsonl")).unwrap();
    for protocol in ["0", "2"] {
        for member in [&ann, &ben] {
            member.config("protocol.version", protocol);
        }
        ann.ao(["push", "--transcript", &short(1)]).ok().stdout_has("transcripts of");
        ben.ao(["pull"]).ok();
        ben.ao(["transcript", "fetch", &short(1)]).ok().stdout_has("transcripts of");
        let expected = text.replace(&token(), "[REDACTED:github-token]");
        assert_eq!(fetched(&ben, id(1)), expected.lines().collect::<Vec<_>>());
        assert!(!all_objects(&team.hub).contains(&token()));
        text += &said(&format!("more with protocol {protocol} and {}", token()));
        capture(&ann, 1, &text);
    }
    ann.ao(["transcript", "unshare", &short(1)]).ok();
    assert!(!refs(&team.hub).contains("refs/ao/transcripts"));
}

#[test]
fn by_path() {
    let team = Team::new();
    works_at(&team, team.hub.dir().to_str().unwrap());
}

#[test]
fn over_git_daemon() {
    alone(|| {
        let team = Team::new();
        let server = Server::git_daemon(&team.env, &team.env.root());
        works_at(&team, &format!("git://127.0.0.1:{}/hub.git", server.port()));
    });
}

#[test]
fn over_http() {
    alone(|| {
        let team = Team::new();
        let server = Server::git_http(&team.env, &team.env.root());
        works_at(&team, &format!("http://127.0.0.1:{}/hub.git", server.port()));
    });
}

#[test]
fn over_ssh() {
    alone(|| {
        let team = Team::new();
        let (server, command) = match Server::ssh(&team.env) {
            Ok(found) => found,
            Err(why) => return skipped(&why),
        };
        let url = format!("ssh://127.0.0.1{}", team.hub.dir().display());
        works_with(&team, &url, |member| member.config("core.sshCommand", &command));
        drop(server);
    });
}

#[test]
fn what_is_shared_stays_shared_and_replaces_what_was() {
    let team = Team::new();
    let ann = ann(&team);
    ann.ao(["push", "--transcript", &short(1)]).ok().stdout_has("2 secrets replaced");
    let first = refs(&team.hub);
    ann.ao(["push"]).ok().stdout_lacks("transcripts of");
    assert_eq!(refs(&team.hub), first, "nothing is new");
    let text = said("first\nno secret") + &said("second");
    capture(&ann, 1, &text);
    ann.ao(["push"]).ok().stdout_has("transcripts of").stdout_has("2 lines");
    let now = refs(&team.hub);
    assert_ne!(now, first);
    let tip = now.split_whitespace().nth(1).unwrap();
    assert_eq!(team.hub.git(["rev-list", "--count", tip]).trim(), "1", "it has no history");
    assert!(team.hub.git(["log", "-1", "--format=%B", tip]).contains("Ao-Redaction: 1"));
    // Another clone with the same name and something else is not overwritten.
    let name = now.split_whitespace().next().unwrap();
    let other = team.hub.git(["commit-tree", "-m", "x", &format!("{tip}^{{tree}}")]);
    let other = other.trim();
    team.hub.git(["update-ref", name, other]);
    capture(&ann, 1, &(text + &said("third")));
    ann.ao(["push"]).code(1).stderr_has("stale info");
    assert!(refs(&team.hub).contains(other));
}

#[test]
fn nothing_is_shared_without_consent() {
    let team = Team::new();
    let ann = ann(&team);
    ann.git(["config", "--unset", "remote.origin.aoShareTranscripts"]);
    ann.ao(["push", "--transcript", &short(1)]).code(1).stderr_has("aoShareTranscripts true");
    ann.ao(["push"]).ok();
    assert!(!refs(&team.hub).contains("transcripts"));
    let preview = ann.ao(["push", "--dry-run", "--transcript", &short(1)]).ok();
    preview
        .stdout_has("no record would be pushed to origin")
        .stdout_has("would send")
        .stdout_has("1 line")
        .stdout_has("github-token: 2 replaced");
    assert!(!refs(&team.hub).contains("transcripts"));
    ann.config("ao.shareTranscripts", "true");
    create(&ann, 2, "Two");
    capture(&ann, 2, &said("two"));
    create(&ann, 3, "Three, without a transcript");
    ann.ao(["push"]).ok();
    assert_eq!(refs(&team.hub).matches("refs/ao/transcripts/").count(), 2);
    let preview = ann.ao(["push", "--dry-run"]).ok();
    preview.stdout_has("already on origin").stdout_lacks("would send");
}

#[test]
fn private_and_deleted_sessions_are_withdrawn() {
    let team = Team::new();
    let ann = ann(&team);
    for n in [2, 3] {
        create(&ann, n, "Another");
        capture(&ann, n, &said("x"));
        ann.ao(["push", "--transcript", &short(n)]).ok();
    }
    ann.ao(["set", &short(1), "visibility=private"]).ok().stdout_lacks("withdrew");
    ann.ao(["push", "--transcript", &short(1)]).code(1).stderr_has("private");
    assert_eq!(refs(&team.hub).matches("refs/ao/transcripts/").count(), 2);
    ann.ao(["set", &short(2), "visibility=private"]).ok().stdout_has("withdrew").stderr_has("keep");
    assert_eq!(refs(&team.hub).matches("refs/ao/transcripts/").count(), 1);
    ann.ao(["delete", "--force", &short(3)]).ok().stdout_has("withdrew").stderr_has("keep");
    assert!(!refs(&team.hub).contains("refs/ao/transcripts/"));
}

#[test]
fn the_next_push_withdraws_what_could_not_be_withdrawn() {
    let team = Team::new();
    let ann = ann(&team);
    create(&ann, 2, "Another");
    capture(&ann, 2, &said("x"));
    ann.ao(["push", "--transcript", &short(1), "--transcript", &short(2)]).ok();
    let away = team.env.path("away.git");
    fs::rename(team.hub.dir(), &away).unwrap();
    let private = ann.ao(["set", &short(1), "visibility=private"]).ok();
    let private = private.stderr_has("still shared with 'origin'");
    private.stderr_has("git ao push origin").stderr_has(&format!("{}/", id(1)));
    ann.ao(["delete", "--force", &short(2)]).ok().stderr_has("still shared with 'origin'");
    fs::rename(&away, team.hub.dir()).unwrap();
    assert_eq!(refs(&team.hub).matches("refs/ao/transcripts/").count(), 2);
    ann.ao(["push"]).ok().stdout_has("withdrawn");
    assert!(!refs(&team.hub).contains("refs/ao/transcripts/"));
}

#[test]
fn unshare_removes_it_from_the_remote() {
    let team = Team::new();
    let (ann, ben) = (ann(&team), team.member("ben"));
    ann.ao(["transcript", "unshare", &short(1)]).code(1).stderr_has("shares no transcripts");
    ann.ao(["push", "--transcript", &short(1)]).ok();
    ann.ao(["transcript", "unshare", &short(1)]).ok().stderr_has("keep them");
    assert!(!refs(&team.hub).contains("transcripts"));
    ann.ao(["push"]).ok();
    assert!(!refs(&team.hub).contains("transcripts"), "it is not shared again");
    ben.ao(["pull"]).ok();
    ben.ao(["transcript", "fetch", &short(1)]).code(1).stderr_has("has no transcripts");
}

#[test]
fn own_rules_and_known_values_count() {
    let team = Team::new();
    let ann = ann(&team);
    fs::write(ann.dir().join(".env.local"), "A=correct-horse-battery\n").unwrap();
    ann.commit(".gitignore", ".env\nignored/\n");
    let tree = ann.env().path("linked");
    ann.git(["worktree", "add", "-q", tree.to_str().unwrap()]);
    fs::write(tree.join(".env"), "B='another secret'\n").unwrap();
    ann.config("ao.redact.codename", r"Project \w+");
    let text = said("Project Zebra, correct-horse-battery, and words; another secret");
    capture(&ann, 1, &text);
    ann.ao(["push", "--transcript", &short(1)]).ok();
    let all = all_objects(&team.hub);
    assert!(all.contains(
        "[REDACTED:codename], [REDACTED:known-value], and words; [REDACTED:known-value]"
    ));
    ann.config("ao.redact.broken", "a(b");
    capture(&ann, 1, &(text + &said("new")));
    let before = refs(&team.hub);
    ann.ao(["push"]).code(1).stderr_has("redaction rule 'broken'");
    assert_eq!(refs(&team.hub), before);
}

#[test]
fn hosts_that_take_only_branches() {
    let team = Team::new();
    let ann = ann(&team);
    let ben = team.member("ben");
    for member in [&ann, &ben] {
        member.config("ao.remoteRef", "refs/heads/ao/sessions");
    }
    ann.ao(["push", "--transcript", &short(1)]).ok();
    assert!(refs(&team.hub).contains("refs/heads/ao/transcripts/"));
    ben.ao(["pull"]).ok();
    ben.ao(["transcript", "fetch", &short(1)]).ok();
    assert_eq!(fetched(&ben, id(1)).len(), 1);
    // It may refuse to replace what is there.
    team.hub.config("receive.denyNonFastForwards", "true");
    capture(&ann, 1, &(said("first") + &said("second")));
    ann.ao(["push"]).code(1).stderr_has("rejected");
}
