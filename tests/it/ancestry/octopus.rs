//! Merges of several branches at once.

use super::world::{blamed, cleans_up, commits, differs, outlooks, squashes, standings};
use crate::support::Repo;
use crate::why::world::{Work, each, is_from, is_unknown, later, tip, why};

/// Makes branches of people, each with a commit of its own.
fn people(repo: &Repo, names: &[&str]) {
    for name in names {
        repo.git(["switch", "-q", "-c", name, "main"]);
        repo.commit(name, &format!("a line of people in {name}\n"));
    }
    repo.git(["switch", "-q", "main"]);
}

/// Others merge a session's branch together with theirs.
#[test]
fn a_session_is_one_of_those_that_are_merged() {
    each(|repo| {
        let start = tip(repo, "main");
        let [one, two, open] = ["One", "Two", "Open"].map(|title| Work::begin(repo, title));
        let first = one.tree.commit("one", "a line of the first session\n");
        let second = one.tree.commit("one", "a line of the first session\nand one more\n");
        let other = two.tree.commit("two", "a line of the second session\n");
        open.tree.commit("open", "a line that is in no merge\n");
        people(repo, &["a", "b"]);
        repo.git(["merge", "-q", "--no-ff", "--no-edit", "a", &one.branch, "b", &two.branch]);
        let merge = tip(repo, "main");
        assert_eq!(repo.git(["rev-parse", "main^@"]).lines().count(), 5);

        for (commit, work) in [(&first, &one), (&second, &one), (&other, &two)] {
            is_from(repo, commit, work, "commit");
        }
        for commit in [&merge, "a", "b", &start] {
            is_unknown(repo, commit);
        }
        assert_eq!(blamed(repo, "one"), [one.id.as_str(); 2]);
        assert_eq!(blamed(repo, "two"), [two.id.as_str()]);
        assert_eq!(
            (blamed(repo, "a"), blamed(repo, "b")),
            (vec![String::new()], vec![String::new()])
        );
        assert_eq!(commits(repo, &one), [second.clone(), first.clone()]);
        assert_eq!(commits(repo, &two), [other]);

        let all = [&one, &two, &open];
        // Six commits, of which they have two, one and none.
        let expected = [(true, [0, 4]), (true, [0, 5]), (false, [1, 6])];
        assert_eq!(standings(repo, &all), expected);
        assert_eq!(outlooks(repo), [(open.id.clone(), "clean".to_owned())]);
        // All of it is in the base: it is compared with where it began.
        differs(repo, &one, &start);
        differs(repo, &open, &start);
        repo.ao(["land", "--squash", &one.id]).ok().stdout_has("is already in 'main'");
        assert_eq!(tip(repo, "main"), merge);
        cleans_up(repo, &[&two, &open], &[&two]);
        repo.ao(["restore", "--no-agent", &open.id]).ok();
        squashes(repo, &open, &start);
    });
}

/// A session merges several branches of others.
#[test]
fn what_a_session_has_merged_is_not_its_own() {
    each(|repo| {
        let work = Work::begin(repo, "Work");
        let before = work.tree.commit("own", "a line before the merge\n");
        people(repo, &["a", "b", "c"]);
        work.tree.git(["merge", "-q", "--no-edit", "a", "b", "c"]);
        let merge = tip(repo, &work.branch);
        let after = work.tree.commit("own", "a line before the merge\nand one after it\n");
        is_from(repo, &merge, &work, "commit");
        for commit in ["a", "b", "c"] {
            is_unknown(repo, commit);
        }
        assert_eq!(commits(repo, &work), [after, before]);
        assert_eq!(standings(repo, &[&work]), [(false, [6, 0])]);
        // The others land what is theirs, in one commit; its lines stay theirs.
        repo.git(["merge", "-q", "--squash", "a"]);
        repo.git(["merge", "-q", "--squash", "b"]);
        repo.git(["merge", "-q", "--squash", "c"]);
        repo.git(["commit", "-q", "-m", "of others"]);
        is_unknown(repo, "main");
        for file in ["a", "b", "c"] {
            assert_eq!(blamed(repo, file), [""], "{file}");
        }
        let likely = vec![(work.id.clone(), "line".to_owned())];
        // The host squashes the session's branch.
        repo.git(["merge", "-q", "--squash", &work.branch]);
        later(repo, &["commit", "-q", "-m", "Squash it"]);
        assert_eq!(repo.git(["diff", "--name-only", "main^", "main"]), "own\n");
        let line = |n| why(repo, &format!("own:{n}"));
        assert_eq!((line(1), line(2)), (likely.clone(), likely));
        assert_eq!(blamed(repo, "own"), [work.id.as_str(); 2]);
        assert_eq!(standings(repo, &[&work]), [(true, [6, 2])]);
        assert_eq!(outlooks(repo), []);
        cleans_up(repo, &[&work], &[&work]);
    });
}
