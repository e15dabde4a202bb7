//! Transcripts that are removed from a machine.

use std::fs;
use std::path::Path;
use std::time::Duration;

use git_ao::model::SessionId;
use git_ao::transcript::TranscriptStore;

use super::{ann, capture, fetched, refs, said, transcripts};
use crate::share::{Team, create, short};
use crate::support::sessions::id;
use crate::support::{Repo, Terminal, strace};

const SECRET: &str = "the quick brown fox has said this once";

fn git(repo: &Repo, args: &[&str]) -> String {
    let folder = repo.common_dir().join("ao/transcripts.git");
    repo.git([&["--git-dir", folder.to_str().unwrap()], args].concat())
}

/// What was captured of a session, byte for byte.
fn bytes(store: &TranscriptStore, session: SessionId) -> Vec<Vec<u8>> {
    let all = store.session_transcripts(session).unwrap();
    let segments =
        all.iter().flat_map(|it| (0..it.segment_count()).map(|n| it.segment(n).unwrap()));
    segments.collect()
}

/// The objects of which a text is a part, whether a ref leads to them or not, and all files that do
/// not belong to git.
fn traces(repo: &Repo, text: &str) -> Vec<String> {
    let format = "--batch-check=%(objectname) %(objecttype)";
    let all = git(repo, &["cat-file", "--batch-all-objects", format]);
    let blobs = all.lines().filter_map(|line| line.strip_suffix(" blob"));
    let mut found: Vec<_> = blobs.map(str::to_owned).collect();
    found.retain(|id| git(repo, &["cat-file", "blob", id]).contains(text));
    let objects = repo.common_dir().join("ao/transcripts.git/objects");
    found.extend(strangers(&objects));
    found
}

fn strangers(objects: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(objects).unwrap().flatten() {
        let name = entry.file_name().into_string().unwrap();
        match name.len() {
            2 => found.extend(
                fs::read_dir(entry.path())
                    .unwrap()
                    .flatten()
                    .map(|it| it.file_name().into_string().unwrap())
                    .filter(|name| name.len() != 38),
            ),
            _ if ["pack", "info"].contains(&name.as_str()) => {}
            _ => found.push(name),
        }
    }
    found
}

/// Two sessions whose transcripts are in all places in which git keeps objects.
fn world() -> (Team, Repo) {
    let team = Team::new();
    let ann = ann(&team);
    create(&ann, 2, "Two");
    for round in 0..3 {
        for (n, text) in [(1, SECRET), (2, "nobody minds this")] {
            let lines: String = (0..=round).map(|k| said(&format!("{text} {k}"))).collect();
            capture(&ann, n, &lines);
        }
        match round {
            0 => drop(git(&ann, &["gc", "-q", "--cruft", "--prune=never"])),
            1 => drop(git(&ann, &["repack", "-q"])),
            _ => {}
        }
    }
    let objects = ann.common_dir().join("ao/transcripts.git/objects");
    fs::create_dir(objects.join("tmp_objdir-incoming-x")).unwrap();
    fs::create_dir_all(objects.join("ab")).unwrap();
    for name in ["tmp_obj_x", "ab/tmpXYZ", "tmp_objdir-incoming-x/y", "pack/tmp_pack_x"] {
        fs::write(objects.join(name), SECRET).unwrap();
    }
    for pack in fs::read_dir(objects.join("pack")).unwrap().flatten() {
        if pack.path().extension().is_some_and(|it| it == "pack") {
            fs::write(pack.path().with_extension("keep"), "").unwrap();
        }
    }
    (team, ann)
}

#[test]
fn nothing_of_it_is_left_and_all_of_the_others() {
    let (_team, ann) = world();
    let before = bytes(&transcripts(&ann), id(2));
    assert!(!traces(&ann, SECRET).is_empty());
    let refused = ann.ao(["transcript", "purge", &short(1)]).code(1);
    refused.stderr_has("cannot ask whether to remove").stderr_has("--yes");
    ann.ao(["transcript", "purge", "-n", &short(1)]).ok().stdout_has("would remove");
    assert!(!traces(&ann, SECRET).is_empty());
    ann.ao(["transcript", "purge", "--yes", &short(1)])
        .ok()
        .stdout_has("removed")
        .stderr_has("own");
    assert_eq!(traces(&ann, SECRET), Vec::<String>::new());
    assert_eq!(bytes(&transcripts(&ann), id(2)), before);
    git(&ann, &["fsck", "--strict"]);
    let all = git(&ann, &["for-each-ref"]);
    assert!(!all.contains(&id(1).to_string()), "{all}");
    for folder in ["logs/refs/ao/transcripts", "ao/sizes"] {
        let path = ann.common_dir().join("ao/transcripts.git").join(folder);
        let left = ann.env().run(ann.dir(), "find", [path.to_str().unwrap(), "-type", "f"]).run();
        assert!(!left.stdout.contains(&id(1).to_string()), "{}", left.stdout);
    }
    ann.ao(["transcript", "purge", "--yes", &short(1)]).code(1).stderr_has("no transcript");
    ann.ao(["transcript", "purge"]).code(129).stderr_has("--older-than");
    // It can be captured again.
    capture(&ann, 1, &said(SECRET));
    assert_eq!(bytes(&transcripts(&ann), id(1)).len(), 1);
}

#[test]
fn a_share_can_be_withdrawn_afterwards() {
    let (team, ann) = world();
    ann.ao(["push", "--transcript", &short(1)]).ok();
    let there = refs(&team.hub);
    ann.ao(["transcript", "purge", "--yes", &short(1)]).ok();
    assert_eq!(traces(&ann, SECRET), Vec::<String>::new(), "not the redacted copy either");
    ann.ao(["push"]).ok();
    assert_eq!(refs(&team.hub), there, "it stays shared");
    ann.ao(["doctor"]).stdout_lacks("damaged");
    // What is captured again replaces it.
    capture(&ann, 1, &said("again"));
    ann.ao(["push"]).ok().stdout_has("transcripts of");
    assert_ne!(refs(&team.hub), there);
    ann.ao(["transcript", "purge", "--yes", &short(1)]).ok();
    ann.ao(["set", &short(1), "visibility=private"]).ok().stdout_has("withdrew");
    assert!(!refs(&team.hub).contains("refs/ao/transcripts"));
}

#[test]
fn what_was_fetched_goes_too() {
    let (team, ann) = world();
    let ben = team.member("ben");
    ann.ao(["push", "--transcript", &short(1)]).ok();
    ben.ao(["pull"]).ok();
    ben.ao(["transcript", "fetch", &short(1)]).ok();
    assert!(!traces(&ben, SECRET).is_empty());
    ben.ao(["transcript", "purge", "--yes", &short(1)]).ok();
    assert_eq!(traces(&ben, SECRET), Vec::<String>::new());
    ben.ao(["transcript", "fetch", &short(1)]).ok();
    assert_eq!(fetched(&ben, id(1)).len(), 3, "it can be fetched again");
}

#[test]
fn old_ones_and_deleted_ones() {
    let (_team, ann) = world();
    ann.ao(["transcript", "purge", "--older-than=1d", "--yes"])
        .ok()
        .stdout_has("nothing to remove");
    assert!(!traces(&ann, SECRET).is_empty());
    let deleted = ann.ao(["delete", "--force", &short(1)]).ok();
    deleted.stderr_has(&format!("git ao transcript purge --yes {}", short(1)));
    assert!(!traces(&ann, SECRET).is_empty());
    ann.ao(["transcript", "purge", "--yes", &short(1)]).ok();
    assert_eq!(traces(&ann, SECRET), Vec::<String>::new());
    create(&ann, 3, "Three");
    capture(&ann, 3, &said(SECRET));
    ann.ao(["delete", "--force", "--purge", &short(3)]).ok().stdout_has("removed the transcripts");
    assert_eq!(traces(&ann, SECRET), Vec::<String>::new());
    // The commit of a capture has the time of the day.
    let name = format!("refs/ao/transcripts/{}/{}/", id(2).shard(), id(2));
    let about = git(&ann, &["for-each-ref", "--format=%(refname) %(tree)", &name]);
    let (name, tree) = about.trim().split_once(' ').unwrap();
    let folder = format!("--git-dir={}", ann.common_dir().join("ao/transcripts.git").display());
    let old = ann.env().git(ann.dir(), [&folder, "commit-tree", "-m", "old", tree]);
    let old = old.env("GIT_COMMITTER_DATE", "2001-01-01T00:00:00Z").run().ok().stdout;
    git(&ann, &["update-ref", name, old.trim()]);
    ann.ao(["transcript", "purge", "--older-than=1d", "--yes"]).ok().stdout_has(&short(2));
    assert!(transcripts(&ann).all_sessions().is_empty());
}

#[test]
fn a_person_is_asked() {
    let (_team, ann) = world();
    let run = ann.ao_run(["transcript", "purge", &short(1)]);
    let mut terminal = Terminal::open(run);
    terminal.wait_for("[y/N]");
    terminal.press("n\n");
    terminal.wait_for("nothing was removed");
    assert!(!traces(&ann, SECRET).is_empty());
    let mut terminal = Terminal::open(ann.ao_run(["delete", "--force", &short(1)]));
    terminal.wait_for("[y/N]");
    terminal.press("y\n");
    terminal.wait_for("removed the transcripts");
    assert_eq!(traces(&ann, SECRET), Vec::<String>::new());
}

#[test]
fn a_running_capture_is_waited_for() {
    let (_team, ann) = world();
    let held = transcripts(&ann).keep_purge_out().unwrap();
    let impatient = transcripts(&ann).with_patience(Duration::from_millis(50));
    assert!(impatient.purge(&[id(1)]).is_err());
    assert!(!traces(&ann, SECRET).is_empty());
    drop(held);
    impatient.purge(&[id(1)]).unwrap();
}

#[test]
fn a_purge_that_was_killed_loses_nothing_else() {
    let (_team, ann) = world();
    let trace = ann.env().path("trace");
    let before = bytes(&transcripts(&ann), id(2));
    let (mut is_complete, mut interrupted) = (false, 0);
    for when in 1..200 {
        capture(&ann, 1, &said(&format!("{SECRET} {when}")));
        let run = ann.ao_run(["transcript", "purge", "--yes", &short(1)]);
        let inject =
            format!("inject=unlink,rename,mkdir,link,fchmod,execve:signal=SIGKILL:when={when}");
        let args = ["-o", trace.to_str().unwrap(), "-f", "-e", &inject];
        let Some(run) = strace(&run, &args) else { return };
        let out = run.run();
        assert_eq!(bytes(&transcripts(&ann), id(2)), before, "{when}");
        git(&ann, &["fsck", "--connectivity-only"]);
        if transcripts(&ann).has_unfinished_purge() {
            interrupted += 1;
            if interrupted == 1 {
                ann.ao(["doctor"]).stdout_has("purge of transcripts was interrupted");
            }
            ann.ao(["transcript", "purge"]).ok();
        }
        if transcripts(&ann).all_sessions().contains(&id(1)) {
            ann.ao(["transcript", "purge", "--yes", &short(1)]).ok();
        }
        assert_eq!(traces(&ann, SECRET), Vec::<String>::new(), "{when}: {out}");
        if out.status == 0 {
            is_complete = true;
            break;
        }
    }
    assert!(is_complete && interrupted >= 3, "{interrupted}");
}
