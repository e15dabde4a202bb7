use gix::objs::tree::EntryKind;

use super::super::super::{LIMITS, MergeOutcome, Shelf};
use super::world::*;
use crate::git::gix_id;

/// A commit on top of a replica with other entries in its root, made by plain git.
fn tamper(world: &World, store: &super::super::super::Store, entries: &[(&str, &str, &str)]) {
    let index = "index-of-test";
    let dir = world.git(&["rev-parse", "--absolute-git-dir"]);
    let git = |args: &[&str]| {
        let output = std::process::Command::new("git")
            .args(["-C", &dir])
            .args(args)
            .env("GIT_INDEX_FILE", format!("{dir}/{index}"))
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    git(&["read-tree", tip(store).as_str()]);
    for (mode, oid, path) in entries {
        git(&["update-index", "--add", "--cacheinfo", &format!("{mode},{oid},{path}")]);
    }
    let tree = git(&["write-tree"]);
    let parent = tip(store).to_string();
    let who = ["-c", "user.name=X", "-c", "user.email=x@example.com"];
    let commit = [&who[..], &["commit-tree", &tree, "-p", &parent, "-m", "tamper"]].concat();
    let commit = git(&commit);
    git(&["update-ref", store.ref_name(), &commit]);
    std::fs::remove_file(format!("{dir}/{index}")).unwrap();
}

fn paths(world: &World, at: &str) -> Vec<String> {
    world.git(&["ls-tree", "-r", "--name-only", at]).lines().map(str::to_owned).collect()
}

/// What three kinds of things do not belong, and where.
fn odd(store: &super::super::super::Store) -> Vec<(&'static str, String, String)> {
    let (link, tree) = (blob(store, b"/etc/passwd"), tip(store));
    let huge = blob(store, &vec![b'#'; LIMITS.bytes + 1]);
    let odd = |mode, oid: &crate::model::Oid, path: &str| (mode, oid.to_string(), path.to_owned());
    vec![
        odd("160000", &tree, "sessions/demo/02/module"),
        odd("100755", &link, &place(Shelf::Active, 3).to_string()),
        odd("100644", &link, "sessions/demo/ff/02020202-0202-0202-0202-020202020202.yaml"),
        odd("100644", &link, "sessions/-x/02/02020202-0202-0202-0202-020202020202.yaml"),
        odd("100644", &link, "README"),
        odd("120000", &link, "labels/x.yaml"),
        odd("100644", &link, "sessions/demo/02/deep/er/still"),
        odd("100644", &link, "archive/file"),
        odd("100644", &huge, &place(Shelf::Archived, 4).to_string()),
    ]
}

fn borrowed<'e>(entries: &'e [(&'e str, String, String)]) -> Vec<(&'e str, &'e str, &'e str)> {
    entries.iter().map(|(mode, oid, path)| (*mode, oid.as_str(), path.as_str())).collect()
}

#[test]
fn what_the_layout_does_not_know_is_kept_through_every_merge_and_write() {
    let world = World::new();
    let (ours, theirs) = (world.replica("ours", 0), world.replica("theirs", 0));
    create(&ours, 1);
    pull(&theirs, &ours);
    create(&theirs, 2);
    let odd = odd(&ours);
    tamper(&world, &theirs, &borrowed(&odd));
    let listed = paths(&world, tip(&theirs).as_str());
    title(&ours, 1, "meanwhile");
    let both = merged(&world, &ours, &theirs);
    assert_eq!(paths(&world, both.as_str()), listed);
    let report = pull(&ours, &theirs);
    assert_eq!((report.outcome, &report.displaced[..]), (MergeOutcome::Merged, &[][..]));
    let mut unknown: Vec<_> = report.unknown.iter().map(|stray| stray.path.as_str()).collect();
    unknown.sort_unstable();
    let known = ["README", "archive/file", "labels", "sessions/-x"];
    let below = ["sessions/demo/02/deep", "sessions/demo/02/module"].map(str::to_owned);
    let mut expected: Vec<_> = known.iter().map(|path| (*path).to_owned()).chain(below).collect();
    expected.extend([odd[2].2.clone(), odd[1].2.clone()]);
    expected.sort_unstable();
    assert_eq!(unknown, expected);
    // Whatever is done next to sessions in the same folders, it stays.
    create(&ours, 3 + 16);
    title(&ours, 2, "changed");
    ours.archive(id(2)).unwrap();
    ours.delete(id(1)).unwrap();
    let left = paths(&world, tip(&ours).as_str());
    assert!(odd.iter().all(|(_, _, path)| left.contains(path)), "{left:?}");
    for (mode, oid, path) in &odd {
        let there = world.git(&["ls-tree", tip(&ours).as_str(), path]);
        assert!(there.starts_with(mode) && there.contains(oid), "{there}");
    }
    assert_eq!(pull(&theirs, &ours).outcome, MergeOutcome::Adopted);
}

#[test]
fn what_is_no_record_takes_the_place_of_none() {
    let world = World::new();
    let a = world.replica("a", 0);
    (1..=3).for_each(|n| create(&a, n));
    let b = world.copy(&a, "b");
    let link = blob(&a, b"/etc/passwd");
    let record = place(Shelf::Active, 1).to_string();
    tamper(&world, &b, &[("120000", link.as_str(), record.as_str())]);
    put_at(&b, "sessions/demo/02", Some((EntryKind::Blob, gix_id(&link))));
    let fresh = world.copy(&a, "fresh");
    let report = pull(&fresh, &b);
    let mut left: Vec<_> = report.displaced.iter().map(|it| it.path.as_str()).collect();
    left.sort_unstable();
    assert_eq!(
        (report.outcome, left),
        (MergeOutcome::Merged, vec![&record[..], "sessions/demo/02"])
    );
    assert_eq!(report.changes, []);
    for displaced in &report.displaced {
        let kept = world.git(&["ls-tree", tip(&fresh).as_str(), &displaced.kept_at]);
        assert!(kept.contains(link.as_str()), "{kept}");
    }
    title(&a, 3, "meanwhile");
    let both = merged(&world, &a, &b);
    for n in 1..=3 {
        assert!(session(&a, &both, n).is_some(), "session {n}");
    }
    let kept = paths(&world, both.as_str()).into_iter().filter(|path| path.contains('~'));
    assert_eq!(kept.count(), 2);
    // Who has it takes the record again, and it ends there.
    assert_eq!(pull(&b, &fresh).outcome, MergeOutcome::Adopted);
    assert_eq!(pull(&fresh, &b).outcome, MergeOutcome::Unchanged);
}

#[test]
fn unknown_folders_are_merged_and_of_two_files_one_stays() {
    let world = World::new();
    let a = world.replica("a", 0);
    create(&a, 1);
    let oids = [&b"1"[..], b"2", b"3"].map(|bytes| blob(&a, bytes).to_string());
    let [one, two, three] = oids.each_ref().map(String::as_str);
    tamper(&world, &a, &[("100644", one, "labels/x.yaml"), ("100644", one, "README")]);
    let b = world.copy(&a, "b");
    tamper(&world, &a, &[("100644", two, "labels/a/b.yaml"), ("100644", two, "README")]);
    let theirs = [
        ("100644", three, "labels/a/c.yaml"),
        ("100755", one, "labels/x.yaml"),
        ("100644", three, "README"),
    ];
    tamper(&world, &b, &theirs);
    let both = merged(&world, &a, &b);
    let at = |path: &str| {
        let line = world.git(&["ls-tree", both.as_str(), path]);
        let mut words = line.split_whitespace();
        (words.next().unwrap().to_owned(), words.nth(1).unwrap().to_owned())
    };
    let blob = |mode: &str, oid: &str| (mode.to_owned(), oid.to_owned());
    assert_eq!(at("labels/a/b.yaml"), blob("100644", two));
    assert_eq!(at("labels/a/c.yaml"), blob("100644", three));
    assert_eq!(at("labels/x.yaml"), blob("100755", one));
    assert_eq!(at("README"), blob("100644", two.min(three)));
}

#[test]
fn a_record_that_is_too_large_is_kept_and_gives_way_to_one_that_is_not() {
    let world = World::new();
    let a = world.replica("a", 0);
    create(&a, 1);
    let b = world.copy(&a, "b");
    let huge = vec![b'#'; LIMITS.bytes + 1];
    put(&a, &place(Shelf::Active, 1), Some(&huge));
    create(&b, 2);
    let both = merged(&world, &a, &b);
    assert_eq!(found(&a, &both, 1), Some((Shelf::Active, blob(&a, &huge))));
    title(&b, 1, "small");
    let both = merged(&world, &a, &b);
    assert_eq!(session(&a, &both, 1).unwrap().title, "small");
}

#[test]
fn a_newer_store_and_what_is_none_are_refused() {
    let world = World::new();
    let (ours, theirs) = (world.replica("ours", 0), world.replica("theirs", 0));
    create(&ours, 1);
    pull(&theirs, &ours);
    let before = tip(&ours);
    tamper(&world, &theirs, &[("100644", blob(&ours, b"2\n").as_str(), "version")]);
    let refused = ours.merge_tip(
        &tip(&theirs),
        super::super::super::MergeMode::Converge,
        super::super::super::Histories::Any,
    );
    assert!(matches!(refused, Err(super::super::super::StoreError::Newer(2))));
    tamper(&world, &theirs, &[("100644", blob(&ours, b"x\n").as_str(), "version")]);
    let refused = ours.merge_tip(
        &tip(&theirs),
        super::super::super::MergeMode::Converge,
        super::super::super::Histories::Any,
    );
    assert!(matches!(refused, Err(super::super::super::StoreError::NotAStore { .. })));
    assert_eq!(tip(&ours), before);
}
