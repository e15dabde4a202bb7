//! `git ao blame`: what `git blame` says, with sessions in place of authors.

use serde_json::Value;
use unicode_width::UnicodeWidthStr as _;

use super::world::{Work, each, hub, later, teammate, why};
use crate::support::sessions::store;
use crate::support::{Combo, Kind, Repo, TestEnv};

/// A line's commit, its sessions and the evidence.
type Line = (Option<String>, Vec<(String, String)>);

/// What `blame` says of each line.
fn blame(repo: &Repo, args: &[&str]) -> Vec<Line> {
    let made = repo.ao(["blame", "--json"].iter().chain(args)).ok().json();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let found = |line: &Value| {
        let found = line["found"].as_array().unwrap().iter();
        let found = found.map(|one| (text(&one["session"]), text(&one["evidence"]))).collect();
        (line["commit"].as_str().map(str::to_owned), found)
    };
    made["blame"]["lines"].as_array().unwrap().iter().map(found).collect()
}

/// Asserts that `why` says the same of each line of a file as `blame`.
#[track_caller]
fn agree(repo: &Repo, file: &str) -> Vec<String> {
    let lines = blame(repo, &["--", file]);
    for (at, (commit, found)) in lines.iter().enumerate() {
        let line = format!("{file}:{}", at + 1);
        assert_eq!(why(repo, &line), *found, "{line}");
        if let Some(commit) = commit.as_deref().filter(|_| found.iter().all(|it| it.1 != "line")) {
            assert_eq!(why(repo, commit), *found, "{line}: {commit}");
        }
    }
    let evidence = |(_, found): Line| {
        found.into_iter().map(|(_, evidence)| evidence).collect::<Vec<_>>().join(" ")
    };
    lines.into_iter().map(evidence).collect()
}

fn numbered(from: usize, to: usize) -> String {
    (from..=to).map(|n| format!("a line with number {n}\n")).collect()
}

/// A file with lines of every origin, and the sessions they come from.
fn mixed(repo: &Repo) -> Vec<Work> {
    let file = |end: &str| format!("{}{end}", numbered(1, 4));
    repo.commit("code.rs", &file(""));
    let mut works = Vec::new();
    let mut begin = |title: &str| works.push(Work::begin(repo, title));
    ["Own", "Picked", "Squashed", "Edited"].iter().for_each(|title| begin(title));
    let [own, picked, squashed, edited] = &works[..] else { panic!() };
    let forward = own.tree.commit("code.rs", &file("its own line\n"));
    repo.git(["merge", "-q", "--ff-only", &forward]);
    let pick = picked.tree.commit("code.rs", &format!("a picked line\n{}", file("")));
    later(repo, &["cherry-pick", &pick]);
    squashed.tree.git(["merge", "-q", "--ff-only", "main"]);
    let text = std::fs::read_to_string(repo.dir().join("code.rs")).unwrap();
    squashed.tree.commit("code.rs", &format!("{text}one of two lines\n"));
    squashed.tree.commit("code.rs", &format!("{text}one of two lines\nthe other one\n"));
    repo.git(["merge", "-q", "--squash", &squashed.branch]);
    later(repo, &["commit", "-q", "-m", "Squash"]);
    edited.tree.git(["reset", "-q", "--hard", "main"]);
    let text = std::fs::read_to_string(repo.dir().join("code.rs")).unwrap();
    edited.tree.commit("code.rs", &format!("{text}kept as it was\nchanged afterwards\n}}\n"));
    repo.git(["merge", "-q", "--squash", &edited.branch]);
    repo.write("code.rs", &format!("{text}kept as it was\nby somebody else\n}}\n"));
    later(repo, &["commit", "-q", "-a", "-m", "Squash and edit"]);
    works
}

#[test]
fn it_says_of_each_line_what_why_says() {
    each(|repo| {
        let works = mixed(repo);
        let people = ["", "", "", ""];
        let evidence = [&["patch"][..], &people, &["commit", "work", "work", "line", "", ""]];
        assert_eq!(agree(repo, "code.rs"), evidence.concat());
        for work in &works {
            work.end(repo);
        }
        repo.git(["mv", "code.rs", "renamed.rs"]);
        repo.git(["commit", "-q", "-m", "Rename"]);
        repo.write("renamed.rs", &format!("{}not committed\n", numbered(1, 3)));
        assert_eq!(agree(repo, "renamed.rs"), ["", "", "", ""]);
        repo.git(["checkout", "-q", "renamed.rs"]);
        assert_eq!(agree(repo, "renamed.rs"), evidence.concat());
        let sessions: Vec<_> =
            blame(repo, &["renamed.rs"]).into_iter().flat_map(|it| it.1).collect();
        let [own, picked, squashed, edited] = &works[..] else { panic!() };
        let order = [picked, own, squashed, squashed, edited].map(|work| work.id.clone());
        assert_eq!(sessions.into_iter().map(|it| it.0).collect::<Vec<_>>(), order);
        // The file's name in the commits is shown, since it was another one.
        repo.ao(["blame", "renamed.rs"]).ok().stdout_has(" code.rs ");
        repo.ao(["blame", "HEAD~1", "--", "code.rs"]).ok().stdout_lacks(" code.rs ");
    });
}

#[test]
fn a_reader_of_gits_porcelain_understands_ours() {
    let repo = Repo::new();
    let works = mixed(&repo);
    let ours = repo.ao(["blame", "--porcelain", "code.rs"]).ok().stdout;
    let is_ours = |line: &&str| line.starts_with("ao-");
    let theirs: String = ours.split_inclusive('\n').filter(|line| !is_ours(line)).collect();
    assert_eq!(theirs, repo.git(["blame", "--porcelain", "code.rs"]));
    let added: Vec<_> = ours.lines().filter(is_ours).collect();
    let [own, picked, squashed, edited] = &works[..] else { panic!() };
    let whole = |id: &str, title: &str, evidence: &str| {
        vec![
            format!("ao-session {id}"),
            format!("ao-title {title}"),
            format!("ao-evidence {evidence}"),
        ]
    };
    let mut expected = whole(&picked.id, "Picked", "patch");
    expected.extend(whole(&own.id, "Own", "commit"));
    expected.extend(whole(&squashed.id, "Squashed", "work"));
    let line = [format!("ao-line-session {}", edited.id), "ao-line-title Edited".to_owned()];
    expected.extend(line);
    assert_eq!(added, expected);
}

#[test]
fn columns_stay_aligned_whatever_is_in_a_title() {
    let repo = Repo::new();
    let titles = [
        "Short",
        "東京の時計を直す 東京の時計を直す 東京の時計を直す",
        "e\u{301}\u{200d}\u{202e}evil",
    ];
    let mut text = String::new();
    for (at, title) in titles.iter().enumerate() {
        let work = Work::begin(&repo, title);
        text.push_str(&format!("\tline {at}\x1b[31m\r\n"));
        let commit = work.tree.commit("wide\tname", &text);
        repo.git(["merge", "-q", "--ff-only", &commit]);
    }
    // Titles from elsewhere may be anything.
    let id =
        store(&repo).snapshot().unwrap().list(git_ao::store::Shelf::Active).unwrap()[0].location.id;
    let hostile = |session: &mut git_ao::model::Session| {
        session.title = "\x1b]0;owned\x07\ttabs\tand\u{202e} more".to_owned();
        Ok::<_, git_ao::store::StoreError>(())
    };
    store(&repo).transaction("set", |tx| tx.update(id, hostile)).unwrap();
    repo.write("wide\tname", &format!("{text}not committed\n"));
    for width in ["20", "60", "80", "200"] {
        let run = repo.ao_run(["blame", "wide\tname"]).env("GIT_PAGER_IN_USE", "1");
        let out = run.env("COLUMNS", width).env("NO_COLOR", "1").run().ok();
        let columns: Vec<_> =
            out.stdout.lines().map(|line| line.split_once(") ").unwrap()).collect();
        assert_eq!(columns.len(), 4, "{}", out.stdout);
        let widths: Vec<_> = columns.iter().map(|(before, _)| before.width()).collect();
        assert!(widths.iter().all(|it| *it == widths[0]), "{}", out.stdout);
        assert!(!out.stdout.contains(['\x1b', '\x07', '\r', '\u{202e}']), "{:?}", out.stdout);
        assert_eq!(columns[0].1, "\tline 0\\x1b[31m");
    }
    let colored = repo.ao_run(["blame", "wide\tname"]).env("GIT_PAGER_IN_USE", "1");
    let colored = colored.env("TERM", "xterm").run().ok().stdout;
    assert_eq!(colored.lines().map(|line| line.matches("\x1b[33m").count()).sum::<usize>(), 3);
}

#[test]
fn gits_options_choose_and_explain_lines() {
    let repo = Repo::new();
    repo.commit("code", &numbered(1, 6));
    let work = Work::begin(&repo, "Work");
    let text = numbered(1, 6).replace("number 3", "  number 3").replace("number 5", "NUMBER 5");
    let commit = work.tree.commit("code", &text);
    repo.git(["merge", "-q", "--ff-only", &commit]);
    let whose = |args: &[&str]| {
        let lines = blame(&repo, args);
        lines
            .into_iter()
            .map(|(_, found)| if found.is_empty() { '-' } else { 'x' })
            .collect::<String>()
    };
    assert_eq!(whose(&["code"]), "--x-x-");
    assert_eq!(whose(&["-L", "3,+1", "-L5,6", "code"]), "xx-");
    assert_eq!(whose(&["-L3", "code"]), "x-x-");
    assert_eq!(whose(&["-w", "code"]), "----x-");
    assert_eq!(whose(&["--ignore-rev", "HEAD", "code"]), "------");
    assert_eq!(whose(&["HEAD~1", "code"]), "------");
    assert_eq!(whose(&["HEAD~1", "--", "code"]), "------");
    assert_eq!(whose(&["-MCC", "--first-parent", "code"]), "--x-x-");
    assert_eq!(whose(&["--contents=README", "code"]), "-");
    // A line that is older than what git looked at is not that commit's.
    repo.commit("code", &format!("{text}more\n"));
    assert_eq!(whose(&["HEAD~1..", "--", "code"]), "-------");
    assert_eq!(whose(&["code"]), "--x-x--");
    let moved = repo.dir().join("sub");
    std::fs::create_dir(&moved).unwrap();
    repo.git(["mv", "code", "sub/-code"]);
    repo.git(["commit", "-q", "-m", "Move"]);
    let within = repo.within(&moved);
    within.ao(["blame", "-l", "-s", "--", "-code"]).code(129);
    within.ao(["blame", "-l", "--", "-code"]).ok().stdout_has(&commit);
}

#[test]
fn what_cannot_be_blamed_is_said_as_git_says_it() {
    let repo = Repo::new();
    repo.write("new", "new\n");
    for (args, hint) in [
        (&["missing"][..], "git ls-files"),
        (&["new"], "git ls-files"),
        (&["."], "git ls-files"),
        (&["../outside"], ""),
        (&["nowhere", "README"], "git ao blame <rev> -- <file>"),
        (&["-L9,12", "README"], ""),
        (&["HEAD", "--", "nothing"], "git ls-files"),
        (&["--ignore-rev", "nothing", "README"], ""),
    ] {
        let ours = repo.ao(["blame"].iter().chain(args)).code(128).stderr_has(hint);
        let theirs = repo.git_result(["blame"].iter().chain(args)).code(128).stderr;
        assert_eq!(ours.stderr.lines().next(), theirs.lines().next(), "{args:?}");
    }
    for args in [
        &[][..],
        &["-Lx", "README"],
        &["--reverse", "README"],
        &["a", "b", "c"],
        &["--json", "-p", "README"],
    ] {
        repo.ao(["blame"].iter().chain(args)).code(129);
    }
    // Without any session it is still a blame, of anything that git can blame.
    repo.ao(["blame", "README"]).ok().stdout_has(") ");
    repo.write("bin", "\0\x01\x02\n\0");
    repo.git(["add", "bin"]);
    repo.ao(["blame", "bin"]).ok().stdout_has("\\x00\\x01\\x02\n");
    let bare = TestEnv::new().repo(Combo { kind: Kind::Bare, ..Combo::PLAIN });
    for args in [&["README"][..], &["main", "README"], &["main", "--", "README"]] {
        bare.ao(["blame"].iter().chain(args)).ok().stdout_has("1) demo\n");
    }
}

#[test]
fn a_teammate_who_has_only_the_records_gets_the_same_answer() {
    let repo = Repo::new();
    let hub = hub(&repo);
    let work = Work::begin(&repo, "Work");
    let own = work.tree.commit("code", "a telling line\n");
    repo.git(["merge", "-q", "--ff-only", &own]);
    let squashed = Work::begin(&repo, "Squashed");
    squashed.tree.commit("code", "a telling line\nanother telling line\n");
    squashed.squash_as_a_host(&repo, 12);
    work.end(&repo);
    squashed.end(&repo);
    let mate = teammate(&repo, &hub);
    assert_eq!(agree(&mate, "code"), ["commit", "pull_request"]);
    assert_eq!(blame(&mate, &["code"]), blame(&repo, &["code"]));
}
