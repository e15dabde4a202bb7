//! What was asked before a line was written.

use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use git_ao::git::Repository;
use git_ao::model::Timestamp;
use git_ao::transcript::{CaptureExtent, Source, TranscriptStore};
use serde_json::{Value, json};

use super::world::{Work, each, tip};
use crate::support::Repo;

/// Commits a file, as written at this time.
fn commit_at(tree: &Repo, seconds: i64, name: &str, content: &str) -> String {
    tree.write(name, content);
    tree.git(["add", "--", name]);
    let date = format!("@{seconds} +0000");
    let run = tree.env().git(tree.dir(), ["commit", "-q", "-m", name]);
    run.env("GIT_AUTHOR_DATE", date).run().ok();
    tip(tree, "HEAD")
}

/// Keeps a conversation of prompts and their answers at these times.
fn talk(repo: &Repo, work: &Work, said: &[(i64, &str)]) {
    let file = repo.env().path(format!("{}.jsonl", work.id));
    let line = |n: usize, at: i64, role: &str, text: &str| {
        let at = Timestamp::from_millis(at * 1000).to_string();
        let message = json!({"role": role, "content": text});
        json!({"type": role, "uuid": format!("u{n}-{role}"), "timestamp": at, "message": message})
    };
    let lines = said.iter().enumerate().flat_map(|(n, (at, text))| {
        let answer = json!([{"type": "text", "text": format!("{text} is done")}]);
        let mut said = line(n, at + 1, "assistant", "");
        said["message"]["content"] = answer;
        [line(n, *at, "user", text), said]
    });
    let text: String = lines.map(|line| format!("{line}\n")).collect();
    fs::write(&file, text).unwrap();
    let repository = Repository::discover_with(repo.dir(), repo.env().environment()).unwrap();
    let source = Source::new("claude", "11112222", "claude-jsonl", &file);
    let store = TranscriptStore::create(&repository).unwrap();
    let id = work.id.parse().unwrap();
    store.capture(id, "ann", &source, CaptureExtent::All, 1 << 28).unwrap();
}

fn prompt(repo: &Repo, what: &str) -> Value {
    let out = repo.ao(["why", "--json", "--prompt", what]).ok().json();
    out["why"]["found"][0]["exchange"]["prompt"]["text"].clone()
}

#[test]
fn a_line_of_a_squash_leads_to_its_own_prompt() {
    each(|repo| {
        let begun = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let begun = i64::try_from(begun).unwrap() - 1000;
        for (how, landed) in ["landed", "pull_request", "work"].into_iter().enumerate() {
            let work = Work::begin(repo, landed);
            talk(repo, &work, &[(begun, "First"), (begun + 200, "Second")]);
            let [a, b] = ["a", "b"].map(|name| format!("{name}{how}"));
            let first = format!("the first line of {a}\nonce more\nnext\n");
            let own = commit_at(&work.tree, begun + 100, &a, &first);
            let second = format!("{first}the last line\nonce more\n");
            commit_at(&work.tree, begun + 300, &a, &second);
            let last = commit_at(&work.tree, begun + 310, &b, "the other file\n");
            match landed {
                "landed" => drop(repo.ao(["land", "--squash", &work.id]).ok()),
                "pull_request" => work.squash_as_a_host(repo, 7),
                _ => {
                    repo.git(["merge", "-q", "--squash", &work.branch]);
                    repo.git(["commit", "-q", "-m", "All of it"]);
                }
            }
            let line = |n: usize| format!("{a}:{n}");
            let found = repo.ao(["why", "--json", &line(1)]).ok().json()["why"]["found"].clone();
            assert_eq!(found[0]["evidence"], landed);
            assert_eq!(found[0]["added_by"], own.as_str());
            for (n, wanted) in [(1, "First"), (3, "First"), (4, "Second")] {
                assert_eq!(prompt(repo, &line(n)), wanted, "{landed} {n}");
            }
            assert_eq!(prompt(repo, &format!("{b}:1")), "Second");
            // Both have added it.
            assert_eq!(prompt(repo, &line(2)), "Second");
            let told = format!("; the line was added in its commit {}\n", &own[..7]);
            repo.ao(["why", &line(1)]).ok().stdout_has(&told);
            assert_eq!(prompt(repo, &own), "First");
            assert_eq!(prompt(repo, &last), "Second");
        }
    });
}
