//! Each kind of evidence, and what leads away from it.

use git_ao::model::{Landed, Session, SessionId};
use git_ao::store::StoreError;

use super::world::{Work, each, hub, is_from, is_unknown, later, teammate, tip};
use crate::support::Repo;
use crate::support::sessions::store;

#[test]
fn the_commits_of_a_session_are_its_own() {
    each(|repo| {
        let work = Work::begin(repo, "Sort it");
        let first = work.tree.commit("sort", "sorted\n");
        // What is not recorded yet is found in the worktree.
        is_from(repo, &first, &work, "commit");
        is_from(&work.tree, "sort:1", &work, "commit");
        let second = work.tree.commit("sort", "sorted\ntwice\n");
        work.end(repo);
        for commit in [&first, &second] {
            is_from(repo, commit, &work, "commit");
        }
        is_unknown(repo, "main");
        let out = repo.ao(["why", &second]).ok();
        let (id, short) = (&work.id[..8], &second[..7]);
        out.stdout_is(&format!("{id} Sort it\n    exact: {short} is one of its commits\n"));
    });
}

#[test]
fn work_of_others_is_not_claimed_where_it_came_in() {
    each(|repo| {
        let people = |name: &str| repo.commit(name, &format!("by people: {name}\n"));
        let mut others = Vec::new();
        // By a rebase, and landed by a fast-forward.
        let rebased = Work::begin(repo, "Rebased");
        rebased.tree.commit("rebased", "own work\n");
        others.extend([people("p1"), people("p2")]);
        rebased.tree.git(["rebase", "-q", "main"]);
        let own = tip(&rebased.tree, "HEAD");
        rebased.end(repo);
        repo.git(["merge", "-q", "--ff-only", &own]);
        // By a fast-forward, without any work.
        let idle = Work::begin(repo, "Idle");
        others.extend([people("p3"), people("p4")]);
        idle.tree.git(["merge", "-q", "main"]);
        idle.end(repo);
        // By a merge, and landed by one.
        let merged = Work::begin(repo, "Merged");
        let before = merged.tree.commit("merged", "own work\n");
        others.extend([people("p5"), people("p6")]);
        merged.tree.git(["merge", "-q", "--no-edit", "main"]);
        let after = merged.tree.commit("after", "own work\n");
        merged.end(repo);
        repo.git(["merge", "-q", "--no-ff", "--no-edit", &after]);
        // By a reset to what somebody else has begun.
        let reset = Work::begin(repo, "Reset");
        repo.git(["switch", "-q", "-c", "feature"]);
        others.extend([people("p7"), people("p8")]);
        repo.git(["switch", "-q", "main"]);
        reset.tree.git(["reset", "-q", "--hard", "feature"]);
        let onward = reset.tree.commit("onward", "own work\n");
        reset.end(repo);
        for other in &others {
            is_unknown(repo, other);
        }
        is_from(repo, &own, &rebased, "commit");
        is_from(repo, &before, &merged, "commit");
        is_from(repo, &after, &merged, "commit");
        is_from(repo, &onward, &reset, "commit");
    });
}

#[test]
fn a_teammate_knows_it_from_the_records() {
    let repo = Repo::new();
    let hub = hub(&repo);
    let (forward, squashed) = (Work::begin(&repo, "Forward"), Work::begin(&repo, "Squashed"));
    let first = forward.tree.commit("forward", "1\n");
    let other = repo.commit("people", "by people\n");
    forward.tree.git(["rebase", "-q", "main"]);
    let own = tip(&forward.tree, "HEAD");
    forward.end(&repo);
    repo.git(["merge", "-q", "--ff-only", &own]);
    squashed.tree.commit("squashed", "telling line one\n");
    squashed.tree.commit("squashed", "telling line one\ntelling line two\n");
    squashed.squash_as_a_host(&repo, 12);
    let squash = tip(&repo, "HEAD");
    squashed.end(&repo);
    let mate = teammate(&repo, &hub);
    is_from(&mate, &own, &forward, "commit");
    is_from(&mate, &squash, &squashed, "pull_request");
    is_from(&mate, "#12", &squashed, "pull_request");
    is_from(&mate, "squashed:2", &squashed, "pull_request");
    is_unknown(&mate, &other);
    mate.ao(["why", &first]).code(1).stderr_has("is not a commit");
}

#[test]
fn the_same_changes_are_strong_evidence() {
    each(|repo| {
        let work = Work::begin(repo, "Work");
        let one = work.tree.commit("one", "a telling line\n");
        work.tree.commit("two", "another telling line\n");
        let other = repo.commit("people", "by people\n");
        later(repo, &["cherry-pick", &one]);
        let picked = tip(repo, "HEAD");
        is_from(repo, &picked, &work, "patch");
        repo.git(["revert", "--no-edit", &picked]);
        let reverted = tip(repo, "HEAD");
        is_unknown(repo, &reverted);
        repo.git(["merge", "-q", "--squash", &work.branch]);
        repo.git(["commit", "-q", "-m", "All of it"]);
        let squash = tip(repo, "HEAD");
        is_from(repo, &squash, &work, "work");
        work.end(repo);
        is_from(repo, &squash, &work, "work");
        is_from(repo, &picked, &work, "patch");
        is_unknown(repo, &other);
        // White space counts.
        let python = Work::begin(repo, "Python");
        python.tree.commit("x.py", "if a:\n    b()\n    c()\n");
        repo.commit("x.py", "if a:\n    b()\nc()\n");
        is_unknown(repo, "HEAD");
        is_unknown(repo, "x.py:1");
    });
}

/// Git does not show the changes of binary files, and any change of one looks like another.
#[test]
fn binary_files_are_compared_by_their_content() {
    each(|repo| {
        repo.commit("image", "\0 as it was");
        let work = Work::begin(repo, "Work");
        work.tree.commit("image", "\0 as the session made it");
        let own = work.tree.commit("more", "\0");
        repo.commit("image", "\0 as people made it");
        is_unknown(repo, &tip(repo, "HEAD"));
        repo.commit("image", "\0 as it was");
        later(repo, &["cherry-pick", &work.branch]);
        is_from(repo, &tip(repo, "HEAD"), &work, "patch");
        later(repo, &["cherry-pick", &format!("{own}~")]);
        let picked = tip(repo, "HEAD");
        is_from(repo, &picked, &work, "patch");
        // The same content, but made of another one.
        repo.commit("image", "\0 as people made it");
        later(repo, &["checkout", &picked, "--", "image"]);
        later(repo, &["commit", "-q", "-m", "As in that commit"]);
        is_unknown(repo, &tip(repo, "HEAD"));
    });
}

#[test]
fn a_commit_from_which_a_session_took_its_own_is_not_the_sessions() {
    let repo = Repo::new();
    repo.git(["switch", "-q", "-c", "robot"]);
    let robot = repo.commit("lock", "bumped by a robot\n");
    repo.git(["switch", "-q", "main"]);
    repo.commit("people", "by people\n");
    let work = Work::begin(&repo, "Work");
    work.tree.git(["cherry-pick", &robot]);
    is_unknown(&repo, &robot);
    later(&work.tree, &["commit", "-q", "--amend", "--no-edit"]);
    let picked = tip(&work.tree, "HEAD");
    is_unknown(&repo, &robot);
    is_from(&repo, &picked, &work, "commit");
}

#[test]
fn a_changed_squash_leads_back_by_its_lines() {
    each(|repo| {
        let work = Work::begin(repo, "Work");
        work.tree.commit("code", "fn a_telling_name() {\n}\n");
        let other = repo.commit("other", "by people alone\n");
        repo.git(["merge", "-q", "--squash", &work.branch]);
        repo.write("code", "fn a_telling_name() {\n    // touched up by people\n}\n");
        repo.git(["add", "code"]);
        repo.git(["commit", "-q", "-m", "Squash"]);
        let squash = tip(repo, "HEAD");
        work.end(repo);
        repo.git(["mv", "code", "renamed"]);
        repo.git(["commit", "-q", "-m", "Rename"]);
        is_unknown(repo, &squash);
        is_from(repo, "renamed:1", &work, "line");
        is_unknown(repo, "renamed:2");
        // A line that says nothing proves nothing.
        is_unknown(repo, "renamed:3");
        is_unknown(repo, &other);
    });
}

#[test]
fn trailers_name_the_session_wherever_the_message_goes() {
    let repo = Repo::new();
    let work = Work::begin(&repo, "Work");
    let message = format!("Add it\n\nAo-Session: {}\n", work.id);
    repo.git(["commit", "-q", "--allow-empty", "-m", &message]);
    is_from(&repo, "HEAD", &work, "trailer");
    repo.git(["commit", "-q", "--amend", "--allow-empty", "--no-edit", "--date=@1"]);
    is_from(&repo, "HEAD", &work, "trailer");
    // The record of another session may not be here.
    let stranger = "7b6d11f9-5a0e-4f0c-9d0e-5a7f1c2b3d4e";
    let message = format!("Add it\n\nAo-Session: {stranger}\n");
    repo.git(["commit", "-q", "--allow-empty", "-m", &message]);
    repo.ao(["why", "HEAD"]).ok().stdout_has("7b6d11f9 (its record is not in this clone)\n");
}

/// It agrees with git about what is a trailer.
#[test]
fn only_what_git_takes_for_a_trailer_names_a_session() {
    let repo = Repo::new();
    let work = Work::begin(&repo, "Work");
    let line = format!("Ao-Session: {}", work.id);
    let lower = line.to_lowercase();
    let (mut named, mut others) = (0, 0);
    let bodies = [
        line.clone(),
        lower.clone(),
        line.replace(": ", " :\t"),
        format!("Text.\n\n{line}\nReviewed-by: x"),
        format!("{line}\n\nText."),
        format!("{line}\n\nReviewed-by: x"),
        format!("Text.\n{line}"),
        format!("{line}\nText."),
        format!("One\ntwo\nthree\n{line}\nSigned-off-by: x <x@x>"),
        format!("1\n2\n3\n4\n5\n6\n7\n{line}\nSigned-off-by: x <x@x>"),
        format!("{line}\n(cherry picked from commit 0123)"),
        format!("Text\n{line}\n(cherry picked from commit 0123)"),
        format!("    {line}"),
        format!("> {line}"),
        format!("{line}\n  folded"),
        format!("Reviewed-by: x\n  folded\n{line}"),
        format!("  folded\n{line}"),
        format!("* One\n\n{line}\n\n* Two\n\n{line}"),
        format!("Say-so {line}"),
    ];
    for body in bodies {
        let message = format!("Subject\n\n{body}\n");
        repo.git(["commit", "-q", "--allow-empty", "--cleanup=verbatim", "-m", &message]);
        let args = ["interpret-trailers", "--parse", "--no-divider"];
        let run = repo.env().git(repo.dir(), args).input(message.as_bytes());
        let is_one = run.run().ok().stdout.to_lowercase().lines().any(|it| it == lower);
        match is_one {
            true => is_from(&repo, "HEAD", &work, "trailer"),
            false => is_unknown(&repo, "HEAD"),
        }
        *if is_one { &mut named } else { &mut others } += 1;
    }
    assert!(named >= 8 && others >= 7, "{named} {others}");
    repo.git(["commit", "-q", "--allow-empty", "-m", &format!("Subject\n{line}")]);
    is_unknown(&repo, "HEAD");
}

#[test]
fn what_the_record_says_was_landed_is_strong_evidence() {
    let repo = Repo::new();
    let work = Work::begin(&repo, "Work");
    work.tree.commit("code", "fn a_telling_name() {}\n");
    let landed = repo.commit("code", "fn another_name() {}\n");
    is_unknown(&repo, &landed);
    let id: SessionId = work.id.parse().unwrap();
    let note = |session: &mut Session| {
        session.landed = Some(Landed::new(landed.parse().unwrap(), "main", "squash"));
        Ok::<_, StoreError>(())
    };
    store(&repo).transaction("land", |tx| tx.update(id, note)).unwrap();
    is_from(&repo, &landed, &work, "landed");
    is_from(&repo, "code:1", &work, "landed");
}

#[test]
fn a_rewrite_that_the_hook_saw_is_exact() {
    each(|repo| {
        // A hook that was there before reads the same lines.
        let seen = repo.env().path(format!("seen-{}", repo.combo()));
        repo.hook("post-rewrite", &format!("cat >> '{}'\n", seen.display()));
        repo.ao(["hooks", "install", "post-rewrite"]).ok();
        let work = Work::begin(repo, "Work");
        let own = work.tree.commit("own", "own work\n");
        let people = repo.commit("people", "by people\n");
        work.end(repo);
        repo.git(["cherry-pick", &own]);
        repo.write("own", "own work\nand more\n");
        repo.git(["commit", "-q", "-a", "--amend", "-m", "Other words"]);
        let lost = tip(repo, "HEAD");
        // The commit that was amended was not the session's own.
        is_unknown(repo, &lost);
        repo.git(["reset", "-q", "--hard", &people]);
        repo.git(["switch", "-q", "-c", "topic", &own]);
        repo.write("own", "own work\nand more\n");
        repo.git(["commit", "-q", "-a", "--amend", "-m", "Other words"]);
        let amended = tip(repo, "HEAD");
        is_from(repo, &amended, &work, "rewrite");
        repo.git(["rebase", "-q", "main"]);
        let rebased = tip(repo, "HEAD");
        assert_ne!(rebased, amended);
        is_from(repo, &rebased, &work, "rewrite");
        is_from(repo, "own:2", &work, "rewrite");
        is_unknown(repo, &people);
        let seen = std::fs::read_to_string(seen).unwrap();
        assert!(seen.contains(&format!("{own} {amended}\n")), "{seen}");
        assert!(seen.contains(&format!("{amended} {rebased}")), "{seen}");
    });
}

#[test]
fn what_a_session_merged_is_not_its_own_when_others_land_it() {
    let repo = Repo::new();
    repo.git(["switch", "-q", "-c", "feature"]);
    repo.commit("feature", "a telling line of people\n");
    repo.git(["switch", "-q", "main"]);
    let work = Work::begin(&repo, "Work");
    work.tree.git(["merge", "-q", "--no-ff", "--no-edit", "feature"]);
    work.end(&repo);
    repo.git(["merge", "-q", "--squash", "feature"]);
    later(&repo, &["commit", "-q", "-m", "Squash"]);
    is_unknown(&repo, "HEAD");
    is_unknown(&repo, "feature:1");
    repo.git(["reset", "-q", "--hard", "HEAD~1"]);
    repo.commit("feature", "a telling line of people\nand another one\n");
    is_unknown(&repo, "feature:1");
}
