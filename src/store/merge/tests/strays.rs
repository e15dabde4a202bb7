use super::super::super::{LIMITS, Outcome, Shelf};
use super::world::*;

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

#[test]
fn what_does_not_belong_is_left_out_and_the_rest_is_merged() {
    let world = World::new();
    let (ours, theirs) = (world.replica("ours", 0), world.replica("theirs", 0));
    create(&ours, 1);
    pull(&theirs, &ours);
    create(&theirs, 2);
    let (link, tree) = (blob(&ours, b"/etc/passwd"), tip(&ours));
    let record = place(Shelf::Active, 1).to_string();
    let huge = blob(&ours, &vec![b'#'; LIMITS.bytes + 1]);
    let entries: [(&str, &str, &str); 8] = [
        ("120000", link.as_str(), &record),
        ("160000", tree.as_str(), "sessions/demo/02/module"),
        ("100755", link.as_str(), &place(Shelf::Active, 3).to_string()),
        ("100644", link.as_str(), "sessions/demo/ff/02020202-0202-0202-0202-020202020202.yaml"),
        ("100644", link.as_str(), "sessions/-x/02/02020202-0202-0202-0202-020202020202.yaml"),
        ("100644", link.as_str(), "README"),
        ("100644", link.as_str(), "sessions/demo/02/deep/er/still"),
        ("100644", huge.as_str(), &place(Shelf::Archived, 4).to_string()),
    ];
    tamper(&world, &theirs, &entries);
    let report = pull(&ours, &theirs);
    assert_eq!(report.outcome, Outcome::Merged);
    let mut left: Vec<_> = report.left_out.iter().map(|stray| stray.path.as_str()).collect();
    left.sort_unstable();
    let mut expected: Vec<_> = entries.iter().map(|(_, _, path)| *path).collect();
    expected[4] = "sessions/-x";
    expected[6] = "sessions/demo/02/deep";
    expected.sort_unstable();
    assert_eq!(left, expected);
    let good = [place(Shelf::Active, 1), place(Shelf::Active, 2)].map(|at| at.to_string());
    assert_eq!(paths(&world, tip(&ours).as_str()), [&good[..], &["version".to_owned()]].concat());
    assert_eq!(pull(&ours, &theirs).outcome, Outcome::Unchanged, "and it ends there");
}

#[test]
fn our_own_strays_stay_whatever_others_do() {
    let world = World::new();
    let (ours, theirs) = (world.replica("ours", 0), world.replica("theirs", 0));
    create(&ours, 1);
    tamper(&world, &ours, &[("100644", blob(&ours, b"x").as_str(), "README")]);
    assert_eq!(pull(&theirs, &ours).left_out.len(), 1);
    assert!(!paths(&world, tip(&theirs).as_str()).contains(&"README".to_owned()));
    for round in 2..5 {
        create(&theirs, round);
        create(&ours, round + 10);
        pull(&ours, &theirs);
        pull(&theirs, &ours);
        pull(&ours, &theirs);
        let before = (tip(&ours), tip(&theirs));
        pull(&theirs, &ours);
        pull(&ours, &theirs);
        assert_eq!((tip(&ours), tip(&theirs)), before, "nothing is merged once more");
    }
    assert!(paths(&world, tip(&ours).as_str()).contains(&"README".to_owned()));
    assert!(!paths(&world, tip(&theirs).as_str()).contains(&"README".to_owned()));
}

#[test]
fn a_newer_store_and_what_is_none_are_refused() {
    let world = World::new();
    let (ours, theirs) = (world.replica("ours", 0), world.replica("theirs", 0));
    create(&ours, 1);
    pull(&theirs, &ours);
    let before = tip(&ours);
    tamper(&world, &theirs, &[("100644", blob(&ours, b"2\n").as_str(), "version")]);
    let refused = ours.merge_tip(&tip(&theirs), super::super::super::Aim::Agree);
    assert!(matches!(refused, Err(super::super::super::StoreError::Newer(2))));
    tamper(&world, &theirs, &[("100644", blob(&ours, b"x\n").as_str(), "version")]);
    let refused = ours.merge_tip(&tip(&theirs), super::super::super::Aim::Agree);
    assert!(matches!(refused, Err(super::super::super::StoreError::NotAStore { .. })));
    assert_eq!(tip(&ours), before);
}
