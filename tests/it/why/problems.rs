//! Questions without an answer.

use super::world::{Work, is_from, is_unknown};
use crate::support::{Combo, Kind, Repo, TestEnv};

#[test]
fn bad_questions_say_what_is_wrong() {
    let repo = Repo::new();
    for what in ["nothing", "--upload-pack=x", "0123456789012345678901234567890123456789"] {
        repo.ao(["why", "--", what]).code(1).stderr_has(&format!("'{what}' is not a commit"));
    }
    repo.ao(["why", "HEAD^{tree}"]).code(1).stderr_has("is not a commit");
    repo.ao(["why", "README:2"]).code(1).stderr_has("'README' has no line 2");
    repo.ao(["why", "README:0"]).code(1).stderr_has("'README'");
    repo.ao(["why", "missing:1"]).code(1).stderr_has("cannot blame 'missing'");
    repo.ao(["why", "../outside:1"]).code(1).stderr_has("cannot blame '../outside'");
    repo.ao(["why", "#7"]).code(1).stderr_has("no session has pull request #7");
    repo.write("README", "changed\n");
    repo.ao(["why", "README:1"]).code(1).stderr_has("the line is not committed yet");
    repo.ao(["why", "HEAD"]).code(1).stderr_has("no session is known for commit");
    repo.ao(["why"]).code(129);
}

#[test]
fn a_bare_repository_has_commits_but_no_lines() {
    let repo = TestEnv::new().repo(Combo { kind: Kind::Bare, ..Combo::PLAIN });
    is_unknown(&repo, "main");
    repo.ao(["why", "README:1"]).code(1).stderr_has("no worktree");
}

#[test]
fn a_history_that_ends_early_claims_nothing_wrong() {
    let repo = Repo::new();
    let others = [repo.commit("p1", "people\n"), repo.commit("p2", "people\n")];
    let work = Work::begin(&repo, "Work");
    let own = work.tree.commit("own", "own work\n");
    work.end(&repo);
    repo.git(["merge", "-q", "--ff-only", &own]);
    let shallow = repo.env().path("shallow");
    let from = format!("file://{}", repo.dir().display());
    repo.git(["clone", "-q", "--depth=1", &from, shallow.to_str().unwrap()]);
    let shallow = Repo::found(repo.env(), shallow);
    shallow.ao(["pull"]).ok();
    is_unknown(&shallow, "README:1");
    shallow.ao(["blame", "README"]).ok().stderr_has("git fetch --unshallow");
    shallow.ao(["blame", "--json", "README"]).ok().stderr_is("");
    repo.ao(["blame", "README"]).ok().stderr_is("");
    // Grafts and replaced commits change what is a parent.
    repo.git(["replace", "--graft", &own, &others[0]]);
    is_unknown(&repo, &others[0]);
    repo.git(["replace", "-d", &own]);
    is_from(&repo, &own, &work, "commit");
    let octopus = Work::begin(&repo, "Octopus");
    let mut tips = Vec::new();
    for name in ["a", "b", "c"] {
        repo.git(["switch", "-q", "-c", name, "main"]);
        tips.push(repo.commit(name, "people\n"));
    }
    repo.git(["switch", "-q", "main"]);
    octopus.tree.git(["merge", "-q", "--no-edit", "a", "b", "c"]);
    let merge = octopus.tree.git(["rev-parse", "HEAD"]).trim().to_owned();
    is_from(&repo, &merge, &octopus, "commit");
    for tip in &tips {
        is_unknown(&repo, tip);
    }
}
