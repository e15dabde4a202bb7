//! What `doctor --fix` says that it did is what it did, and all of it can be undone.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde_json::Value;

use super::world::{World, id};
use crate::support::{Out, Tree, tree_of};

const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

/// A repository with something of each kind.
struct Ill {
    world: World,
    stray: PathBuf,
    tip: PathBuf,
    /// Worktrees that are gone, left by nobody, and half made.
    gone: PathBuf,
    orphan: PathBuf,
    entry: PathBuf,
}

fn ill() -> Ill {
    let world = World::new();
    world.repo.config("ao.worktreeDir", ".trees");
    let [gone, orphan, _] = ["gone", "orphan", "there"].map(|title| {
        let made = world.spawned(&["--no-agent", title]);
        let path = PathBuf::from(made["workspace"].as_str().unwrap_or_else(|| panic!("{made}")));
        (made["session"]["id"].as_str().unwrap().to_owned(), path)
    });
    fs::remove_dir_all(&gone.1).unwrap();
    world.store().delete(id(&orphan.0)).unwrap();
    fs::write(world.repo.common_dir().join("info/exclude"), "").unwrap();
    let ao = world.repo.common_dir().join("ao");
    let (stray, tip) = (ao.join(format!("log/{NOBODY}.log")), ao.join("tip.abc"));
    for path in [&stray, &tip] {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "what it said").unwrap();
        let day = SystemTime::now() - Duration::from_secs(24 * 3600);
        fs::File::options().append(true).open(path).unwrap().set_modified(day).unwrap();
    }
    let entry = world.repo.common_dir().join("worktrees/half");
    Ill { world, stray, tip, gone: gone.1, orphan: orphan.1, entry }
}

impl Ill {
    fn doctor(&self, args: &[&str]) -> Out {
        self.world.repo.ao(["doctor"].iter().chain(args))
    }

    /// The outcomes of those whose words have this in them, and their details.
    fn outcomes(found: &Value, words: &str) -> Vec<(String, String)> {
        let all = found["findings"].as_array().unwrap().iter();
        let ours = all.filter(|it| it["what"].as_str().unwrap().contains(words));
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        ours.map(|it| (text(&it["outcome"]), text(&it["detail"]))).collect()
    }

    /// What is in the repository. Folders are written to in trying whether they can be.
    fn bytes(&self) -> Tree {
        tree_of(self.world.repo.dir())
    }
}

#[track_caller]
fn assert_same_bytes(before: &Tree, after: &Tree) {
    let is_file = |line: &String| {
        !line.strip_prefix("changed: ").is_some_and(|path| Path::new(path).is_dir())
    };
    let changes: Vec<_> = before.changes(after).into_iter().filter(is_file).collect();
    assert!(changes.is_empty(), "{changes:?}");
}

#[test]
fn a_dry_run_says_it_all_and_changes_nothing() {
    let ill = ill();
    let before = ill.bytes();
    for args in [["--fix", "--dry-run"].as_slice(), &["--fix", "-n"], &["--fix", "-n", "--json"]] {
        let out = ill.doctor(args).code(1);
        assert_same_bytes(&before, &ill.bytes());
        if args.contains(&"--json") {
            let found = out.json();
            for words in ["is out of date", "belongs to no session", "does not ignore"] {
                let all = Ill::outcomes(&found, words);
                assert!(all.iter().all(|(outcome, _)| outcome == "planned"), "{words}: {found}");
                assert!(!all.is_empty(), "{words}: {found}");
            }
            continue;
        }
        let stray = ill.stray.display();
        out.stdout_has(&format!(
            "would fix: '{stray}' belongs to no session: would be moved to ao/set-aside\n"
        ))
        .stdout_has("worktree missing at ")
        .stdout_has(": its entry would be moved to ao/set-aside\n")
        .stdout_has(": would be added to info/exclude\n")
        .stdout_lacks("\nfixed: ");
    }
    let plain = ill.doctor(&["--json"]).code(1).json();
    assert!(plain["findings"].as_array().unwrap().iter().all(|it| it.get("outcome").is_none()));
    ill.doctor(&["--dry-run"]).code(129);
}

#[test]
fn each_thing_done_is_named_and_can_be_undone() {
    let ill = ill();
    let found = ill.doctor(&["--fix", "--json"]).code(1).json();
    let aside = ill.world.repo.common_dir().join("ao/set-aside");
    for (words, detail) in [
        ("is out of date: worktree missing", "updated".to_owned()),
        (
            &*format!("'{}' belongs to no session", ill.stray.display()),
            format!("moved to '{}/{NOBODY}.log-1'", aside.display()),
        ),
        (
            &format!("'{}' was left by a crashed writer", ill.tip.display()),
            format!("moved to '{}/tip.abc-1'", aside.display()),
        ),
        (
            &format!("the worktree '{}' of a session is missing", ill.gone.display()),
            format!("its entry was moved to '{}/", aside.display()),
        ),
        ("git does not ignore", "'/.trees/' was added to '".to_owned()),
    ] {
        match Ill::outcomes(&found, words).as_slice() {
            [(outcome, why)] if outcome == "fixed" && why.starts_with(&detail) => {}
            other => panic!("{words}: {other:?} in {found}"),
        }
    }
    let orphan = format!("for the worktree '{}'", ill.orphan.display());
    let left = ("left".to_owned(), "its fix cannot be undone".to_owned());
    assert_eq!(Ill::outcomes(&found, &orphan), [left], "{found}");
    assert!(ill.orphan.exists());
    // It is done once.
    let again = ill.doctor(&["--fix"]).code(1);
    again.stdout_lacks("\nfixed: ").stdout_lacks("not fixed: ").stdout_has("left: no session ");

    assert_eq!(fs::read_to_string(aside.join(format!("{NOBODY}.log-1"))).unwrap(), "what it said");
    let name = ill.gone.file_name().unwrap().to_str().unwrap();
    let listed = || ill.world.repo.git(["worktree", "list"]).contains(name);
    assert!(!listed());
    let entry = ill.world.repo.common_dir().join("worktrees").join(name);
    fs::rename(aside.join(format!("{name}-1")), entry).unwrap();
    assert!(listed());
}

/// Of what is in the way of looking, the rest is found and put right after it, in one go.
#[test]
fn what_comes_to_light_by_a_fix_is_fixed_too() {
    let ill = ill();
    fs::create_dir_all(&ill.entry).unwrap();
    fs::write(ill.entry.join("commondir"), "").unwrap();
    fs::write(ill.entry.join("locked"), "initializing\n").unwrap();
    let before = ill.bytes();
    let out = ill.doctor(&["--fix", "--dry-run"]).code(1);
    out.stdout_has("would fix: ").stdout_has("was left by a killed 'git worktree add'");
    assert_same_bytes(&before, &ill.bytes());
    let out = ill.doctor(&["--fix"]).code(1);
    let half = ill.world.repo.common_dir().join("ao/half-made/half-1");
    out.stdout_has(&format!("git worktree add': moved to '{}'\n", half.display()))
        .stdout_has("fixed: the record of session ")
        .stdout_has(" belongs to no session: moved to '")
        .stdout_has("left: no session ");
    assert!(half.exists() && !ill.stray.exists());
}
