//! A fault at each system call with which `git ao set` writes.

use std::collections::BTreeMap;
use std::fs;

use crate::support::sessions::{assert_whole, id, increment, session, store};
use crate::support::{Repo, strace};

/// All that changes a file or a folder.
const CALLS: &str = "openat,write,pwrite64,writev,fsync,fdatasync,ftruncate,\
    ?rename,renameat,renameat2,?link,linkat,?unlink,unlinkat,?mkdir,mkdirat";

const FAULTS: [&str; 4] = ["signal=SIGKILL", "error=EIO", "error=ENOSPC", "error=EINTR"];

/// At most so many calls of one name get each fault, spread over all of them.
const MOST: usize = 8;

fn title(repo: &Repo) -> String {
    store(repo).snapshot().unwrap().session(id(1)).unwrap().title
}

/// The calls that write: name and number among those of its name.
fn points(trace: &str) -> Vec<(String, usize)> {
    let (mut seen, mut found) = (BTreeMap::new(), BTreeMap::<String, Vec<usize>>::new());
    for line in trace.lines() {
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
        let picked: Vec<_> = (0..take).map(|i| (name.clone(), all[i * all.len() / take])).collect();
        picked
    };
    found.into_iter().flat_map(spread).collect()
}

#[test]
fn a_fault_at_any_call_that_writes_leaves_a_store_that_goes_on() {
    let repo = Repo::new();
    repo.config("core.fsync", "all");
    store(&repo).create(&session(1, "One")).unwrap();
    let trace = repo.env().path("trace");
    let traced = |title: &str, args: &[&str]| {
        let set = repo.ao_run(["set", &id(1).short(), &format!("title={title}")]);
        let out = ["-o", trace.to_str().unwrap(), "-e", &format!("trace={CALLS}")];
        strace(&set, &[&out[..], args].concat())
    };
    let Some(first) = traced("Two", &[]) else { return };
    first.run().ok();
    let points = points(&fs::read_to_string(&trace).unwrap());
    let names: Vec<_> = points.iter().map(|(name, _)| name.as_str()).collect();
    for name in ["openat", "write", "fsync", "link", "rename", "unlink"] {
        assert!(names.iter().any(|it| it.starts_with(name)), "{name}: {points:?}");
    }
    let mut last = "Two".to_owned();
    for fault in FAULTS {
        let mut hits = 0;
        for (name, n) in &points {
            let what = format!("{fault} at {name} {n}");
            let inject = format!("inject={name}:{fault}:when={n}");
            let out = traced(&what, &["-e", &inject]).unwrap().run();
            let trace = fs::read_to_string(&trace).unwrap();
            hits += usize::from(trace.contains("(INJECTED)") || out.status == 137);
            assert!([0, 128, 137].contains(&out.status), "{what}: {out}");
            assert!(!out.stderr.contains("panicked"), "{what}: {out}");
            let now = title(&repo);
            match out.status {
                0 => assert_eq!(now, what, "{out}"),
                // One that was not acknowledged may have been made.
                _ => assert!(now == what || now == last, "{what}: '{now}' {out}"),
            }
            if fault.ends_with("EINTR") {
                assert_eq!(out.status, 0, "{what}: {out}");
            }
            store(&repo).update(id(1), "set", increment).unwrap_or_else(|error| {
                panic!("{what}: the next write: {error}");
            });
            assert_eq!(title(&repo), now, "{what}");
            assert_whole(&repo);
            last = now;
        }
        // A run after a fault has a few calls more or fewer.
        assert!(hits * 4 >= points.len() * 3, "{fault}: {hits} of {}", points.len());
    }
}
