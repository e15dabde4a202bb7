//! A disk that really is full: a small file system of its own, with so many pages left.

use std::fs;

use super::disk::mounted;
use crate::support::sessions::{id, session, store};
use crate::support::{Combo, Refs, Repo, TestEnv};

/// Runs a verb with little room and then with enough, for the copy of what is in `before`: the
/// repository `demo` and its remote `hub`. Whatever the first attempt says has to be true, and the
/// second one has to work.
const SCENARIO: &str = r#"
git() { if [ "$1" = ao ]; then shift; "$program" "$@"; else command git "$@"; fi; }
fail() { echo "$1, $room pages left: $2"; cat "$log"; exit 1; }
seen() { git ao show --json "$id" | grep -q '"title": *"'"$1"'"'; }
fill() {
    cat /dev/zero >../filler 2>/dev/null
    truncate -s $(($(stat -c %s ../filler) / 4096 * 4096 - room * 4096)) ../filler
}
attempt() {
    verb=$1; shift
    rm -rf full/*; cp -a before/. full/; cd full/demo || exit 1
    case $verb in
    repair) tip=$(git rev-parse refs/ao/sessions); rm -f ".git/objects/${tip%"${tip#??}"}/${tip#??}" ;;
    esac
    fill
    git ao "$@" >"$log" 2>&1; first=$?
    rm -f ../filler
    case $verb,$first in
    repair,0) git ao fsck -q || fail "$verb" 'done, and not whole' ;;
    set,0) seen Three || fail "$verb" 'done, and not there' ;;
    set,*) seen Two || fail "$verb" 'refused, and changed' ;;
    push,0) [ "$(git rev-parse refs/ao/sessions)" = "$(git -C ../hub rev-parse refs/ao/sessions)" ] ||
        fail "$verb" 'done, and not there' ;;
    esac
    [ $first -eq 0 ] || [ -s "$log" ] || fail "$verb" 'refused without a word'
    [ $first -lt 129 ] || fail "$verb" "exit $first"
    git ao "$@" >"$log" 2>&1 || fail "$verb" 'not done when there is room'
    git ao fsck >"$log" 2>&1 || fail "$verb" 'not whole when there is room'
    [ "$(git ao list --json | grep -c '"short_id"')" = 3 ] || fail "$verb" 'a session is lost'
    case $verb in repair) seen One || seen Two ;; set) seen Three ;; esac ||
        fail "$verb" 'not there when there is room'
    git fetch -q origin || fail "$verb" 'git is blocked'
    [ $first -eq 0 ] || refused="$refused $verb"
    cd ../..
}
log=$(pwd)/log; refused=
for room in 0 2 5; do
    attempt repair fsck --repair
    attempt set set "$id" title=Three
    attempt push push origin
done
echo "refused:$refused"
"#;

fn prepare(combo: Combo) -> Repo {
    let repo = TestEnv::new().repo(combo);
    let store = store(&repo);
    for n in 1..=3 {
        store.create(&session(n, "One")).unwrap();
    }
    let root = repo.env().root();
    repo.git(["init", "-q", "--bare", "../hub"]);
    repo.git(["remote", "add", "origin", "../hub"]);
    repo.ao(["push", "origin"]).ok();
    repo.ao(["set", &id(1).short(), "title=Two"]).ok();
    let before = root.join("before");
    fs::create_dir(&before).unwrap();
    fs::create_dir(root.join("full")).unwrap();
    fs::rename(repo.dir(), before.join("demo")).unwrap();
    fs::rename(root.join("hub"), before.join("hub")).unwrap();
    repo
}

#[test]
fn nothing_is_lost_or_falsely_said_on_one() {
    let files = Combo::PLAIN;
    let tables = Refs::can_be_chosen().then_some(Combo { refs: Refs::Reftable, ..files });
    for combo in [files].into_iter().chain(tables) {
        let repo = prepare(combo);
        let root = repo.env().root();
        let scenario = repo.env().run(&root, "sh", ["-c", SCENARIO]);
        let scenario =
            scenario.env("id", id(1).short()).env("program", env!("CARGO_BIN_EXE_git-ao"));
        let Some(scenario) = mounted(scenario, "mount -t tmpfs -o size=3m none full") else {
            return;
        };
        let out = scenario.run().ok();
        for verb in ["repair", "set", "push"] {
            assert!(out.stdout.contains(verb), "the disk was never full: {out}");
        }
    }
}
