//! A fault at each system call with which a capture writes: nothing twice, nothing missing.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

use git_ao::git::Repository;
use git_ao::transcript::TranscriptStore;

use crate::support::sessions::{id, session, store};
use crate::support::{Repo, strace};

/// All that changes a file or a folder.
const CALLS: &str = "openat,write,pwrite64,writev,fsync,fdatasync,ftruncate,fchmod,\
    ?rename,renameat,renameat2,?link,linkat,?unlink,unlinkat,?mkdir,mkdirat";

/// At most so many calls of one name get each fault, spread over all of them.
const MOST: usize = 5;

struct World {
    repo: Repo,
    talk: PathBuf,
    trace: PathBuf,
}

impl World {
    fn new() -> Self {
        let repo = Repo::new();
        repo.config("ao.agent.talker.command", "true");
        repo.config("ao.agent.talker.transcript", "~/talk.jsonl");
        let mut one = session(1, "One");
        one.agent = Some("talker".to_owned());
        store(&repo).create(&one).unwrap();
        let (talk, trace) = (repo.env().home().join("talk.jsonl"), repo.env().path("trace"));
        Self { repo, talk, trace }
    }

    /// Adds lines, the last of which may not be complete.
    fn append(&self, text: &str) {
        let file = fs::File::options().append(true).create(true).open(&self.talk);
        file.unwrap().write_all(text.as_bytes()).unwrap();
    }

    /// Captures below strace, which also records the calls.
    fn capture(&self, inject: Option<&str>) -> Option<crate::support::Out> {
        let run = self.repo.ao_run(["transcript", "capture", &id(1).short()]);
        let mut args = vec!["-o", self.trace.to_str().unwrap(), "-e"];
        let calls = format!("trace={CALLS}");
        args.push(&calls);
        args.extend(inject.iter().flat_map(|inject| ["-e", inject]));
        Some(strace(&run, &args)?.run())
    }

    fn points(&self) -> Vec<(String, usize)> {
        let (mut seen, mut found) = (BTreeMap::new(), BTreeMap::<String, Vec<usize>>::new());
        for line in fs::read_to_string(&self.trace).unwrap().lines() {
            let Some((name, rest)) = line.split_once('(') else { continue };
            let n = seen.entry(name.to_owned()).or_insert(0);
            *n += 1;
            let is_printed = name == "write" && (rest.starts_with("1,") || rest.starts_with("2,"));
            if (name != "openat" || rest.contains("O_CREAT")) && !is_printed {
                found.entry(name.to_owned()).or_default().push(*n);
            }
        }
        let spread = |(name, all): (String, Vec<usize>)| {
            let take = all.len().min(MOST);
            (0..take).map(|i| (name.clone(), all[i * all.len() / take])).collect::<Vec<_>>()
        };
        found.into_iter().flat_map(spread).collect()
    }

    /// Returns what was captured, of a store that git finds whole.
    fn captured(&self) -> Vec<u8> {
        let repo = &self.repo;
        let repository = Repository::discover_with(repo.dir(), repo.env().environment()).unwrap();
        let Some(store) = TranscriptStore::open(&repository).unwrap() else { return Vec::new() };
        let folder = repo.common_dir().join("ao/transcripts.git");
        repo.git(["--git-dir", folder.to_str().unwrap(), "fsck", "--strict", "--no-dangling"]);
        let mut whole = Vec::new();
        for transcript in store.session_transcripts(id(1)).unwrap() {
            assert_eq!((transcript.generation, whole.len()), (1, 0), "it is one file");
            let lines: Vec<_> = transcript.lines().map(|line| line.unwrap().bytes).collect();
            whole = lines.join(&b'\n');
            if transcript.size().unwrap() > whole.len() as u64 {
                whole.push(b'\n');
            }
        }
        whole
    }
}

#[test]
fn a_fault_at_any_call_takes_nothing_twice_and_leaves_nothing_out() {
    let world = World::new();
    world.append("{\"n\":0}\n{\"torn");
    let Some(first) = world.capture(None) else { return };
    first.ok();
    world.append("\":1}\n");
    world.capture(None).unwrap().ok();
    let points = world.points();
    for name in ["openat", "write", "link", "rename", "unlink"] {
        assert!(points.iter().any(|(it, _)| it.starts_with(name)), "{name}: {points:?}");
    }
    for fault in ["signal=SIGKILL", "error=ENOSPC"] {
        let mut hits = 0;
        for (n, (name, when)) in points.iter().enumerate() {
            let what = format!("{fault} at {name} {when}");
            world.append(&format!("{{\"n\":{n}}}\n{}", if n % 2 == 0 { "to" } else { "rn\n" }));
            let before = world.captured();
            let out = world.capture(Some(&format!("inject={name}:{fault}:when={when}"))).unwrap();
            hits += usize::from(
                out.status == 137 || {
                    fs::read_to_string(&world.trace).unwrap().contains("(INJECTED)")
                },
            );
            assert!([0, 1, 128, 137].contains(&out.status), "{what}: {out}");
            assert!(!out.stderr.contains("panicked"), "{what}: {out}");
            let file = fs::read(&world.talk).unwrap();
            let between = world.captured();
            // All of it or nothing; what was acknowledged is there.
            assert!(between == file || (between == before && out.status != 0), "{what}: {out}");
            world.repo.ao(["transcript", "capture", &id(1).short()]).ok();
            assert!(world.captured() == file, "{what}");
        }
        assert!(hits * 4 >= points.len() * 3, "{fault}: {hits} of {}", points.len());
    }
}

#[test]
fn a_fault_while_the_store_is_made_leaves_no_half_of_one() {
    let world = World::new();
    world.append("{\"n\":0}\n");
    let folder = world.repo.common_dir().join("ao/transcripts.git");
    let Some(first) = world.capture(None) else { return };
    first.ok();
    for (name, when) in world.points() {
        fs::remove_dir_all(&folder).unwrap();
        let inject = format!("inject={name}:signal=SIGKILL:when={when}");
        world.capture(Some(&inject)).unwrap();
        world.repo.ao(["transcript", "capture", &id(1).short()]).ok();
        assert_eq!(world.captured(), b"{\"n\":0}\n", "{name} {when}");
    }
}
