//! No text of a record turns a line around, or hides in it.

use crate::support::sessions::{id, session, store};
use crate::support::{Combo, TestEnv};

/// Turns text around, marks, tags, separates lines, is not seen, and controls a terminal.
const HOSTILE: &str = "a\u{202e}b\u{2066}c\u{200b}d\u{200e}e\u{2028}f\u{2029}g\u{feff}h\u{ad}i\
    \u{e0041}j\u{9b}2Jk\u{7f}l\u{1b}[2Jm\u{061c}n\u{3164}o\u{115f}p\u{180e}q";

fn is_hidden(c: char) -> bool {
    HOSTILE.contains(c) && !c.is_ascii_alphanumeric() && !"[".contains(c)
}

#[test]
fn nowhere_but_where_a_program_reads() {
    let repo = TestEnv::new().repo(Combo::PLAIN);
    let store = store(&repo);
    let mut hostile = session(1, HOSTILE);
    hostile.task = Some(format!("{HOSTILE}\n{HOSTILE}"));
    hostile.agent = Some(HOSTILE.to_owned());
    hostile.status = git_ao::model::SessionStatus::from(HOSTILE);
    hostile.status_reason = Some(HOSTILE.to_owned());
    hostile.tags = vec![HOSTILE.to_owned()];
    hostile.kind = git_ao::model::Kind::from(HOSTILE);
    hostile.issue_id = Some(HOSTILE.to_owned());
    store.create_unchecked(&hostile).unwrap();
    let short = id(1).short();
    let verbs: [&[&str]; 16] = [
        &["list"],
        &["list", "--porcelain"],
        &["list", "--json"],
        &["list", "--all", "--sort", "title"],
        &["status"],
        &["status", "--json"],
        &["status", &short],
        &["show", &short],
        &["show", "--json", &short],
        &["log"],
        &["log", "-p"],
        &["log", "--graph"],
        &["log", "--oneline"],
        &["log", "--json"],
        &["set", &short, "pr_number=3"],
        &["reconcile", "-n"],
    ];
    for verb in verbs {
        let out = repo.ao(verb);
        let text = format!("{}{}", out.stdout, out.stderr);
        let found = text.chars().find(|c| *c != '\n' && *c != '\t' && is_hidden(*c));
        assert_eq!(found, None, "{verb:?}: {text:?}");
    }
    for bad in [&["show", HOSTILE][..], &["list", "--sort", HOSTILE], &[HOSTILE], &["man", HOSTILE]]
    {
        let out = repo.ao(bad);
        let found = out.stderr.chars().find(|c| *c != '\n' && is_hidden(*c));
        assert_eq!(found, None, "{bad:?}: {out}");
    }
}

/// Lines that end with NUL are for programs; they have what the record has.
#[test]
fn programs_get_what_is_there() {
    let repo = TestEnv::new().repo(Combo::PLAIN);
    store(&repo).create(&session(1, "a\u{202e}b\\c")).unwrap();
    repo.ao(["list", "--porcelain"]).ok().stdout_has("\ta\\u{202e}b\\\\c\tpublic\n");
    repo.ao(["list", "-z"]).ok().stdout_has("\ta\u{202e}b\\\\c\tpublic\0");
    let json = repo.ao(["list", "--json"]).ok().json();
    assert_eq!(json["sessions"][0]["title"], "a\u{202e}b\\c");
}
