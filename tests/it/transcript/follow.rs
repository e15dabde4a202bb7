//! What is captured while somebody looks.

use std::fs;
use std::io::Read as _;
use std::process::Stdio;

use crate::support::agents::{STAYS, agent, spawn};
use crate::support::{Combo, Repo, TestEnv};
use crate::support::{LIMIT, output_of, wait_for};

fn running() -> (Repo, String) {
    let repo = TestEnv::new().repo(Combo::PLAIN);
    repo.commit("a", "a");
    agent(&repo, "mine", STAYS);
    let id = spawn(&repo, &["--agent=mine", "--runtime=detached", "work"]);
    (repo, id.to_string())
}

fn say(repo: &Repo, id: &str, text: &str) {
    repo.ao_run(["transcript", "append", "--role=assistant", id]).input(text).run().ok();
}

#[test]
fn it_shows_what_comes_and_ends_with_the_agent() {
    let (repo, id) = running();
    say(&repo, &id, "old");
    say(&repo, &id, "before");
    let shown = repo.env().path("shown");
    let seen = || fs::read_to_string(&shown).unwrap_or_default();
    let follow = repo.ao_run(["transcript", "--follow", "-n1", "--json", &id]);
    let mut follow = follow.after(&format!("exec >'{}'", shown.display())).spawn();
    wait_for("what was there", || seen().contains("before"));
    for text in ["one", "two"] {
        say(&repo, &id, text);
        wait_for(text, || seen().contains(text));
    }
    repo.ao(["kill", &id]).ok();
    assert!(follow.wait().unwrap().success());
    let texts: Vec<_> = seen()
        .lines()
        .map(|line| {
            let entry: serde_json::Value = serde_json::from_str(line).unwrap();
            (entry["n"].as_u64().unwrap(), entry["text"].as_str().unwrap().to_owned())
        })
        .collect();
    let expected = [(2, "before"), (3, "one"), (4, "two")].map(|(n, text)| (n, text.to_owned()));
    assert_eq!(texts, expected);
    // There is nobody left to wait for.
    repo.ao(["transcript", "--follow", "--json", &id]).ok().stdout_has("two");
}

#[test]
fn it_ends_quietly_when_nobody_reads_or_with_an_interrupt() {
    let (repo, id) = running();
    say(&repo, &id, "first");
    let mut command = repo.ao_run(["transcript", "--follow", &id]).command();
    let mut follow = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = [0; 5];
    follow.stdout.take().unwrap().read_exact(&mut first).unwrap();
    say(&repo, &id, "second");
    let output = output_of(follow, "a follower without a reader", LIMIT);
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(141), &b""[..]));

    let shown = repo.env().path("shown");
    let run = repo.ao_run(["transcript", "--follow", &id]);
    let follow = run.after(&format!("exec >'{}'", shown.display())).spawn();
    let seen = || fs::read_to_string(&shown).unwrap_or_default();
    wait_for("it is shown", || seen().contains("second"));
    let pid = follow.id().to_string();
    repo.env().shell(repo.dir(), &format!("kill -INT {pid}")).run().ok();
    let output = output_of(follow, "an interrupted follower", LIMIT);
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    repo.ao(["kill", &id]).ok();
}
