//! What somebody who means harm may have put on the remote.

use super::{ann, fetched, said, transcripts};
use crate::share::{Team, create, short};
use crate::support::sessions::id;
use crate::support::{Repo, TestEnv};

/// A team whose remote has a session, and a member who fetches.
fn team() -> (Team, Repo) {
    let team = Team::new();
    let ben = team.member("ben");
    create(&ben, 1, "One");
    ben.ao(["push"]).ok();
    (team, ben)
}

/// Makes objects on the remote, without asking whether they make sense.
struct Forge<'t> {
    env: &'t TestEnv,
    hub: &'t Repo,
}

impl Forge<'_> {
    fn blob(&self, text: &str) -> String {
        let run = self.env.git(self.hub.dir(), ["hash-object", "-w", "--stdin"]).input(text);
        run.run().ok().text().trim().to_owned()
    }

    fn tree(&self, lines: &str) -> String {
        let run = self.env.git(self.hub.dir(), ["mktree", "--missing"]).input(lines);
        run.run().ok().text().trim().to_owned()
    }

    /// A tree as bytes: git's own commands refuse some names.
    fn raw_tree(&self, mode: &str, name: &str, id: &str) -> String {
        let octal: String = (0..20)
            .map(|n| format!("\\{:03o}", u8::from_str_radix(&id[2 * n..2 * n + 2], 16).unwrap()))
            .collect();
        let script = format!(
            "printf '{mode} {name}\\000{octal}' | git hash-object -w -t tree --literally --stdin"
        );
        self.env.run(self.hub.dir(), "sh", ["-c", &script]).run().ok().stdout.trim().to_owned()
    }

    fn share(&self, replica: &str, tree: &str) {
        let name = format!("refs/ao/transcripts/{}/{}/{replica}", id(1).shard(), id(1));
        let commit = self.hub.git(["commit-tree", "-m", "x", tree]);
        self.hub.git(["update-ref", &name, commit.trim()]);
    }
}

#[test]
fn trees_that_are_no_transcripts_are_refused() {
    let (team, ben) = team();
    let forge = Forge { env: &team.env, hub: &team.hub };
    let (blob, empty) = (forge.blob(""), forge.tree(""));
    let commit = team.hub.git(["commit-tree", "-m", "x", &empty]).trim().to_owned();
    let deep =
        (0..20).fold(empty.clone(), |inner, _| forge.tree(&format!("040000 tree {inner}\td\n")));
    let flat = |count: usize| -> String {
        (0..count).map(|n| format!("100644 blob {blob}\t{n:06}-3c6ef372fe94.jsonl\n")).collect()
    };
    // Few objects can be many files.
    let folder = forge.tree(&flat(256));
    let segments: String = (0..400).map(|n| format!("040000 tree {folder}\t{n:03}\n")).collect();
    let segments = forge.tree(&segments);
    for (root, reason) in [
        (forge.tree(&format!("120000 blob {blob}\tx\n")), "is a link"),
        (forge.tree(&format!("160000 commit {commit}\tx\n")), "is a link"),
        (forge.tree(&format!("100644 blob {blob}\ta:b\n")), "cannot be the name"),
        (forge.tree(&format!("100644 blob {blob}\t.hidden\n")), "cannot be the name"),
        (forge.tree(&format!("100644 blob {blob}\t\"a\\033[31m\"\n")), "cannot be the name"),
        (deep, "too deep"),
        (forge.tree(&flat(100_000)), "more than"),
        (forge.tree(&format!("040000 tree {segments}\t00-1\n")), "more than"),
        // Git notices these itself.
        (forge.raw_tree("100644", "000000-3c6ef372fe94.jsonl", &empty), "cannot fetch"),
        (forge.raw_tree("40000", "000", &blob), "cannot fetch"),
        (forge.raw_tree("40000", "..", &empty), "git rejects"),
        (forge.raw_tree("40000", ".git", &empty), "git rejects"),
        (forge.raw_tree("100644", "a/b", &blob), "git rejects"),
    ] {
        forge.share("eve", &root);
        let refused = ben.ao(["transcript", "fetch", &short(1)]).code(128);
        assert!(refused.stderr.contains(reason), "{reason}: {refused}");
        assert!(!refused.stderr.contains('\x1b'), "{refused}");
        assert!(transcripts(&ben).fetched(id(1)).unwrap().is_empty(), "{reason}");
        ben.ao(["transcript", &short(1)]).code(1);
    }
}

#[test]
fn what_others_share_is_taken_all_the_same() {
    let team = Team::new();
    let ann = ann(&team);
    ann.ao(["push", "--transcript", &short(1)]).ok();
    let forge = Forge { env: &team.env, hub: &team.hub };
    let link = forge.tree(&format!("120000 blob {}\tx\n", forge.blob("/etc/passwd")));
    // One comes before, and one after.
    forge.share("0-eve", &link);
    forge.share("zz-eve", &link);
    let ben = team.member("ben");
    ben.git(["fetch", "-q", "origin", "refs/ao/sessions:refs/ao/sessions"]);
    ben.config("protocol.version", "0");
    ben.ao(["transcript", "fetch", &short(1)]).code(128).stderr_has("is a link");
    assert_eq!(transcripts(&ben).fetched(id(1)).unwrap().len(), 1);
    assert_eq!(fetched(&ben, id(1)).len(), 1);
    // What is there but was not checked is not read.
    let folder = ben.common_dir().join("ao/transcripts.git");
    let git = |args: &[&str]| ben.git([&["--git-dir", folder.to_str().unwrap()], args].concat());
    let tip = git(&["for-each-ref", "--format=%(objectname)", "refs/ao/fetched"]);
    git(&["update-ref", &format!("refs/ao/incoming/{}/carl", id(1)), tip.trim()]);
    assert_eq!(fetched(&ben, id(1)).len(), 1);
}

#[test]
fn what_is_in_them_shows_as_text() {
    let (team, ben) = team();
    let forge = Forge { env: &team.env, hub: &team.hub };
    let (evil, escaped) = ("\x1b]0;title\x07\x1b[2J\r<script>", "\\u001b[2J");
    let about =
        format!("{{\"agent\":\"{escaped}\",\"session\":\"../../x\",\"format\":\"claude-jsonl\"}}");
    let lines = said(evil) + "\x1b[31m is no JSON\n" + &"[".repeat(100_000) + "\n";
    let folder = forge.tree(&format!(
        "100644 blob {}\t000000-3c6ef372fe94.jsonl\n040000 tree {}\t000001-3c6ef372fe94.jsonl\n",
        forge.blob(&lines),
        forge.tree(""),
    ));
    let conversation = forge.tree(&format!(
        "040000 tree {folder}\t000\n100644 blob {}\tconversation\n",
        forge.blob(&about)
    ));
    forge.share("eve", &forge.tree(&format!("040000 tree {conversation}\t00-x\n")));
    ben.ao(["transcript", "fetch", &short(1)]).ok();
    for args in [
        &["transcript", &short(1)][..],
        &["transcript", "--json", &short(1)],
        &["transcript", "export", &short(1)],
        &["transcript", "export", "--format=html", &short(1)],
        &["grep", "script"],
        &["show", &short(1)],
        &["usage"],
    ] {
        let out = ben.ao(args);
        assert!([0, 1].contains(&out.status), "{out}");
        for bad in ['\x1b', '\x07'] {
            assert!(!out.stdout.contains(bad) && !out.stderr.contains(bad), "{args:?}: {out}");
        }
    }
    let html = ben.ao(["transcript", "export", "--format=html", &short(1)]).ok();
    assert!(!html.stdout.contains("<script>"));
}
