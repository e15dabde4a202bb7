//! What can happen to a store.

use std::fs::{self, File};
use std::path::PathBuf;

use git_ao::model::SessionId;
use git_ao::store::{PRIVATE_REF, SESSIONS_REF};

use crate::support::sessions::id;
use crate::support::{Refs, Repo};

/// One damage: what it is called, whether it needs refs that are files, and how it is done to a ref
/// whose sessions' numbers begin at `first`.
pub struct Damage {
    pub name: &'static str,
    pub files_only: bool,
    pub act: fn(&Target<'_>),
    /// How many of the three sessions are still `new` afterwards, and how many are there at all.
    pub left: (usize, usize),
}

impl Damage {
    /// What a repair says that was lost.
    pub fn lost(&self) -> usize {
        3 - self.left.0
    }
}

/// A ref and its sessions.
pub struct Target<'a> {
    pub repo: &'a Repo,
    pub name: &'static str,
    pub first: u64,
}

impl<'a> Target<'a> {
    pub fn both(repo: &'a Repo) -> [Self; 2] {
        [(SESSIONS_REF, 1), (PRIVATE_REF, 11)].map(|(name, first)| Self { repo, name, first })
    }

    pub fn session(&self, n: u64) -> SessionId {
        id(self.first + n)
    }

    fn file(&self, below: &str) -> PathBuf {
        self.repo.common_dir().join(below).join(self.name)
    }

    fn write(&self, content: &[u8]) {
        fs::write(self.file(""), content).unwrap();
    }

    fn rev(&self, spec: &str) -> String {
        self.repo.git(["rev-parse", &format!("{}{spec}", self.name)]).trim().to_owned()
    }

    fn record(&self, n: u64) -> String {
        let id = self.session(n);
        format!("sessions/demo/{}/{id}.yaml", id.shard())
    }

    /// The file of a loose object.
    fn object(&self, spec: &str) -> PathBuf {
        let id = self.rev(spec);
        self.repo.common_dir().join("objects").join(&id[..2]).join(&id[2..])
    }

    fn replace_object(&self, spec: &str, content: Option<&[u8]>) {
        let path = self.object(spec);
        fs::remove_file(&path).unwrap();
        if let Some(content) = content {
            fs::write(path, content).unwrap();
        }
    }

    fn cut_object(&self, spec: &str) {
        let content = fs::read(self.object(spec)).unwrap();
        self.replace_object(spec, Some(&content[..content.len() / 2]));
    }

    /// Another object's content under this one's name: nothing but the hash tells.
    fn swap_object(&self, spec: &str, other: &str) {
        let content = fs::read(self.object(other)).unwrap();
        self.replace_object(spec, Some(&content));
    }

    fn point_at(&self, id: &str) {
        match self.repo.combo().refs {
            Refs::Files => self.write(format!("{id}\n").as_bytes()),
            Refs::Reftable => drop(self.repo.git(["update-ref", self.name, id])),
        }
    }

    fn point_at_tree(&self, tree: &str) {
        let commit = self.repo.git(["commit-tree", tree, "-m", "broken"]);
        self.point_at(commit.trim());
    }

    fn version_blob(&self, content: &str) -> String {
        let env = self.repo.env();
        let run = env.git(self.repo.dir(), ["hash-object", "-w", "--stdin"]);
        let id = run.input(content).run().ok().text().to_owned();
        let sessions = self.rev(":sessions");
        let tree = format!("040000 tree {sessions}\tsessions\n100644 blob {id}\tversion\n");
        env.git(self.repo.dir(), ["mktree"]).input(tree).run().ok().text().to_owned()
    }
}

fn shard(t: &Target<'_>, n: u64) -> String {
    format!(":sessions/demo/{}", t.session(n).shard())
}

const ALL: (usize, usize) = (3, 3);
const ONE_OLD: (usize, usize) = (2, 3);

pub const DAMAGES: &[Damage] = &[
    Damage { name: "empty ref", files_only: true, act: |t| t.write(b""), left: ALL },
    Damage { name: "zeros in the ref", files_only: true, act: |t| t.write(&[0; 41]), left: ALL },
    Damage { name: "garbage ref", files_only: true, act: |t| t.write(b"\x7fELF\xff\n"), left: ALL },
    Damage {
        name: "half a ref",
        files_only: true,
        act: |t| t.write(&t.rev("").as_bytes()[..20]),
        left: ALL,
    },
    Damage {
        name: "symbolic ref",
        files_only: true,
        act: |t| t.write(b"ref: refs/heads/main\n"),
        left: ALL,
    },
    Damage {
        name: "missing ref",
        files_only: true,
        act: |t| fs::remove_file(t.file("")).unwrap(),
        left: ALL,
    },
    Damage {
        name: "missing ref and reflog",
        files_only: true,
        act: |t| {
            fs::remove_file(t.file("")).unwrap();
            fs::remove_file(t.file("logs")).unwrap();
        },
        left: ALL,
    },
    Damage {
        name: "empty ref, no reflog",
        files_only: true,
        act: |t| {
            t.write(b"");
            fs::remove_file(t.file("logs")).unwrap();
        },
        left: ALL,
    },
    Damage {
        name: "a missing object",
        files_only: true,
        act: |t| t.point_at(&"1".repeat(t.rev("").len())),
        left: ALL,
    },
    Damage { name: "a blob", files_only: true, act: |t| t.point_at(&t.rev(":version")), left: ALL },
    Damage { name: "a tree", files_only: true, act: |t| t.point_at(&t.rev("^{tree}")), left: ALL },
    Damage {
        name: "a tag",
        files_only: false,
        act: |t| {
            t.repo.git(["tag", "-a", "-m", "x", "broken", &t.rev("")]);
            let tag = t.repo.git(["rev-parse", "broken"]);
            t.point_at(tag.trim());
        },
        left: ALL,
    },
    Damage {
        name: "a commit of the code",
        files_only: false,
        act: |t| t.point_at(t.repo.git(["rev-parse", "main"]).trim()),
        left: ALL,
    },
    Damage {
        name: "a tree without version",
        files_only: false,
        act: |t| t.point_at_tree(&t.rev(":sessions")),
        left: ALL,
    },
    Damage {
        name: "a version that is no number",
        files_only: false,
        act: |t| t.point_at_tree(&t.version_blob("one\n")),
        left: ALL,
    },
    Damage {
        name: "empty commit",
        files_only: false,
        act: |t| t.replace_object("", Some(b"")),
        left: ONE_OLD,
    },
    Damage {
        name: "missing commit",
        files_only: false,
        act: |t| t.replace_object("", None),
        left: ONE_OLD,
    },
    Damage { name: "half a commit", files_only: false, act: |t| t.cut_object(""), left: ONE_OLD },
    Damage {
        name: "another commit",
        files_only: false,
        act: |t| t.swap_object("", "^"),
        left: ONE_OLD,
    },
    Damage {
        name: "empty root",
        files_only: false,
        act: |t| t.replace_object("^{tree}", Some(b"")),
        left: ONE_OLD,
    },
    Damage {
        name: "garbage root",
        files_only: false,
        act: |t| t.replace_object("^{tree}", Some(b"garbage")),
        left: ONE_OLD,
    },
    Damage {
        name: "missing root",
        files_only: false,
        act: |t| t.replace_object("^{tree}", None),
        left: ONE_OLD,
    },
    Damage {
        name: "another root",
        files_only: false,
        act: |t| t.swap_object("^{tree}", "^^{tree}"),
        left: ONE_OLD,
    },
    Damage {
        name: "missing shelf",
        files_only: false,
        act: |t| t.replace_object(":sessions", None),
        left: ONE_OLD,
    },
    Damage {
        name: "half a project",
        files_only: false,
        act: |t| t.cut_object(":sessions/demo"),
        left: ONE_OLD,
    },
    Damage {
        name: "empty shard",
        files_only: false,
        act: |t| t.replace_object(&shard(t, 2), Some(b"")),
        left: ONE_OLD,
    },
    Damage {
        name: "missing shard",
        files_only: false,
        act: |t| t.replace_object(&shard(t, 0), None),
        left: ONE_OLD,
    },
    Damage {
        name: "half a record",
        files_only: false,
        act: |t| t.cut_object(&format!(":{}", t.record(2))),
        left: ONE_OLD,
    },
    Damage {
        name: "missing record",
        files_only: false,
        act: |t| t.replace_object(&format!(":{}", t.record(0)), None),
        left: ONE_OLD,
    },
    Damage {
        name: "another record",
        files_only: false,
        act: |t| t.swap_object(&format!(":{}", t.record(0)), &format!(":{}", t.record(1))),
        left: ONE_OLD,
    },
    Damage {
        name: "a record that is missing since it was made",
        files_only: false,
        act: |t| {
            t.replace_object(&format!(":{}", t.record(1)), None);
            t.replace_object(&format!("~3:{}", t.record(1)), None);
        },
        left: (2, 2),
    },
    Damage {
        name: "missing version",
        files_only: false,
        act: |t| t.replace_object(":version", None),
        left: ALL,
    },
    Damage {
        name: "garbage version",
        files_only: false,
        act: |t| t.replace_object(":version", Some(b"garbage")),
        left: ALL,
    },
    Damage {
        name: "half a reflog",
        files_only: true,
        act: |t| {
            let log = File::options().write(true).open(t.file("logs")).unwrap();
            let end = log.metadata().unwrap().len();
            log.set_len(end - 70).unwrap();
        },
        left: ALL,
    },
    Damage {
        name: "half a reflog and an empty ref",
        files_only: true,
        act: |t| {
            let log = fs::read(t.file("logs")).unwrap();
            let line = log[..log.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap();
            fs::write(t.file("logs"), [&log[..line + 30], b"\0\0\0\0\n"].concat()).unwrap();
            t.write(b"");
        },
        left: ALL,
    },
];
