//! Verbs that change public and private sessions at once: with one of the two refs locked, neither
//! changes, and the lock is named.

use std::fs;
use std::time::Duration;

use git_ao::ledger::{Contention, LedgerError};
use git_ao::store::{PRIVATE_REF, SESSIONS_REF, StoreError, Visibility};

use super::{both, create_private};
use crate::support::sessions::{chain, id, increment, session, store};
use crate::support::{Refs, Repo, TestEnv, formats, wait_for};

/// Where the refs are, and what their reflogs say.
fn state(repo: &Repo) -> String {
    [SESSIONS_REF, PRIVATE_REF].iter().fold(repo.git(["for-each-ref", "refs/ao"]), |all, name| {
        all + &repo.git_result(["reflog", "show", "--format=%H %gs", name]).stdout
    })
}

fn hook(repo: &Repo, script: &str) {
    repo.hook("reference-transaction", script);
}

#[test]
fn nothing_changes_while_one_ref_is_locked() {
    for (nth, combo) in formats().into_iter().enumerate() {
        for hooked in [false, true] {
            // Git itself moves reftables, with or without a hook.
            if hooked && nth > 0 {
                continue;
            }
            let repo = TestEnv::new().repo(combo);
            store(&repo).create(&session(1, "One")).unwrap();
            create_private(&repo, &session(2, "Two"));
            if hooked {
                hook(&repo, "exit 0");
            }
            let by_git = hooked || combo.refs == Refs::Reftable;
            let store = both(&repo).with_patience(Duration::from_millis(50));
            for name in [SESSIONS_REF, PRIVATE_REF] {
                let lock = repo.common_dir().join(match combo.refs {
                    Refs::Files => format!("{name}.lock"),
                    Refs::Reftable => "reftable/tables.list.lock".to_owned(),
                });
                let before = state(&repo);
                fs::write(&lock, "").unwrap();
                // Each attempt by git waits for the lock.
                let verbs = ["delete", "archive", "set", "move"];
                for verb in &verbs[..if by_git { 1 } else { 4 }] {
                    let done = store.transaction(verb, |tx| {
                        for n in [1, 2] {
                            match *verb {
                                "delete" => tx.delete(id(n)).map(drop)?,
                                "archive" => tx.archive(id(n)).map(drop)?,
                                "set" => tx.update(id(n), |session| {
                                    increment(session);
                                    Ok::<_, StoreError>(())
                                })?,
                                _ => tx.set_visibility(id(n), Visibility::Private).map(drop)?,
                            }
                        }
                        Ok::<_, StoreError>(())
                    });
                    // Moving both to the private ones touches both refs as well.
                    let error = done.unwrap_err();
                    assert!(
                        matches!(
                            error,
                            StoreError::Ledger(LedgerError::Contended(Contention::RefLock(_)))
                        ),
                        "{error:?}"
                    );
                    let said = chain(&error);
                    let named = match combo.refs {
                        Refs::Files => format!("cannot lock ref '{name}': '{}'", lock.display()),
                        Refs::Reftable => name.to_owned(),
                    };
                    assert!(said.contains(&named), "{verb}, hook {hooked}: {said}");
                }
                fs::remove_file(&lock).unwrap();
                assert_eq!(state(&repo), before, "hook {hooked}");
            }
        }
    }
}

/// Git moved one ref and failed at the other: the change is half done, and is not done again.
#[test]
fn half_a_move_is_said_and_not_repeated() {
    let repo = Repo::new();
    if repo.combo().refs != Refs::Files {
        return;
    }
    store(&repo).create(&session(1, "One")).unwrap();
    create_private(&repo, &session(2, "Two"));
    let private = repo.common_dir().join(PRIVATE_REF);
    let private = private.display();
    hook(
        &repo,
        &format!(
            "test \"$1\" != prepared || {{ rm '{private}'; mkdir -p '{private}/x/y'; echo >'{private}/x/z'; }}"
        ),
    );
    let tip = store(&repo).tip().unwrap().unwrap();
    let mut runs = 0;
    let error = both(&repo)
        .with_patience(Duration::from_secs(2))
        .transaction("archive", |tx| {
            runs += 1;
            tx.archive(id(1))?;
            tx.archive(id(2))
        })
        .unwrap_err();
    let said = chain(&error);
    let expected = format!("updated ref '{SESSIONS_REF}', but cannot update ref '{PRIVATE_REF}'");
    assert!(said.starts_with(&expected), "{said}");
    assert_eq!(runs, 1);
    let range = format!("{tip}..{SESSIONS_REF}");
    assert_eq!(repo.git(["rev-list", "--count", &range]).trim(), "1");
}

/// `latest` is the session that was the latest when it was typed, however often the write begins
/// again.
#[test]
fn a_name_means_what_it_meant_when_it_was_typed() {
    let repo = Repo::new();
    if repo.combo().refs != Refs::Files {
        return;
    }
    store(&repo).create(&session(1, "One")).unwrap();
    let older = repo.git(["rev-parse", SESSIONS_REF]);
    repo.ao(["spawn", "--no-agent", "--no-worktree", "Later"]).ok();
    let newer = repo.git(["rev-parse", SESSIONS_REF]);
    repo.git(["update-ref", SESSIONS_REF, older.trim()]);

    let path = repo.common_dir().join(SESSIONS_REF);
    let lock = path.with_extension("lock");
    fs::write(&lock, "").unwrap();
    let objects = || {
        let all = repo.git(["count-objects"]);
        all.split(' ').next().unwrap().parse::<usize>().unwrap()
    };
    let before = objects();
    let mut command = repo.ao_run(["set", "latest", "title=Changed"]).command();
    let mut child = command.stdout(std::process::Stdio::null()).spawn().unwrap();
    wait_for("the first attempt writes its event", || objects() >= before + 3);
    fs::write(&path, newer).unwrap();
    fs::remove_file(&lock).unwrap();
    assert!(child.wait().unwrap().success());
    let titles = repo.ao(["list", "--all", "--json"]).ok().stdout;
    assert!(titles.contains("Changed") && titles.contains("Later"), "{titles}");
}
