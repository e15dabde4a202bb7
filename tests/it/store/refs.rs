//! Refs are moved as git moves them: all or none, with its hook, and around what is in the way.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use git_ao::git::RefError;
use git_ao::ledger::LedgerError;
use git_ao::store::{PRIVATE_REF, SESSIONS_REF, Store, StoreError, Visibility};

use crate::support::sessions::{chain, id, increment, session, store};
use crate::support::{Combo, Refs, Repo, Run, TestEnv, for_each_format, skipped, write_script};

fn both(repo: &Repo) -> Store {
    store(repo).with_private().with_patience(Duration::from_millis(50))
}

/// A public session, 1, and a private one, 2.
fn make_two(repo: &Repo) -> Store {
    let store = both(repo);
    store.create(&session(1, "One")).unwrap();
    let private =
        store.transaction("spawn", |tx| tx.create_as(session(2, "Two"), Visibility::Private));
    private.unwrap();
    store
}

/// Where the refs are, and what their reflogs say.
fn state(repo: &Repo) -> String {
    let refs = repo.git(["for-each-ref", "refs/ao"]);
    [SESSIONS_REF, PRIVATE_REF].iter().fold(refs, |all, name| {
        all + &repo.git_result(["reflog", "show", "--format=%H %gs", name]).stdout
    })
}

fn lock_of(repo: &Repo, name: &str) -> PathBuf {
    repo.common_dir().join(match repo.combo().refs {
        Refs::Files => format!("{name}.lock"),
        Refs::Reftable => "reftable/tables.list.lock".to_owned(),
    })
}

/// Runs a command with faults in its system calls; None where that cannot be done.
fn with_faults(run: &Run, faults: &[&str]) -> Option<Run> {
    let flags = faults.iter().flat_map(|fault| ["-e", fault]);
    let flags = ["-f", "-qq", "-o", "/dev/null"].into_iter().chain(flags);
    if run.clone().like("strace", ["true"]).run_if_there().is_none() {
        skipped("no strace here");
        return None;
    }
    Some(run.clone().under("strace", flags))
}

trait RunIfThere {
    fn run_if_there(&self) -> Option<()>;
}

impl RunIfThere for Run {
    fn run_if_there(&self) -> Option<()> {
        self.command().output().ok().filter(|output| output.status.success()).map(drop)
    }
}

/// A reference-transaction hook, in a folder.
fn hook(folder: &Path, script: &str) {
    write_script(&folder.join("reference-transaction"), script);
}

#[test]
fn two_refs_move_or_none() {
    for_each_format(|repo| {
        let store = make_two(repo);
        for locked in [SESSIONS_REF, PRIVATE_REF] {
            let before = state(repo);
            let lock = lock_of(repo, locked);
            fs::write(&lock, "").unwrap();
            let error = store
                .transaction("delete", |tx| {
                    assert!(tx.delete(id(1))?, "the first one is gone");
                    tx.delete(id(2))
                })
                .unwrap_err();
            fs::remove_file(&lock).unwrap();
            assert!(matches!(error, StoreError::Ledger(LedgerError::Contended(_))), "{error:?}");
            assert_eq!(state(repo), before);
        }
        let done = store.transaction("delete", |tx| {
            tx.delete(id(1))?;
            tx.delete(id(2))
        });
        assert_eq!(done.unwrap().events.len(), 2);
        let left = store.snapshot().unwrap();
        assert!(!left.contains(id(1)).unwrap() && !left.contains(id(2)).unwrap());
    });
}

#[test]
fn a_ref_that_moved_keeps_the_other_where_it_is() {
    for_each_format(|repo| {
        let store = make_two(repo).with_patience(Duration::from_secs(60));
        let mut runs = 0;
        store
            .transaction("set", |tx| {
                tx.update(id(1), |session| {
                    increment(session);
                    Ok::<_, StoreError>(())
                })?;
                tx.update(id(2), |session| {
                    increment(session);
                    Ok::<_, StoreError>(())
                })?;
                runs += 1;
                if runs == 1 {
                    // Git itself moves the second one in between.
                    let tip = repo.git(["rev-parse", PRIVATE_REF]);
                    let tree = format!("{}^{{tree}}", tip.trim());
                    let commit = ["commit-tree", &tree, "-p", tip.trim(), "-m", "by hand"];
                    let next = repo.git(commit);
                    repo.git(["update-ref", PRIVATE_REF, next.trim()]);
                }
                Ok::<_, StoreError>(())
            })
            .unwrap();
        assert_eq!(runs, 2);
        for n in [1, 2] {
            let session = store.snapshot().unwrap().session(id(n)).unwrap();
            assert_eq!(crate::support::sessions::count(&session), 1, "{n}");
        }
    });
}

#[test]
fn the_hook_sees_what_git_would_show_it() {
    let log = |repo: &Repo| {
        let path = repo.env().path("hook.log");
        let text = fs::read_to_string(&path).unwrap_or_default();
        let _ = fs::remove_file(path);
        text
    };
    for combo in [Combo::PLAIN, Combo::LINKED, Combo::BARE] {
        for refs in [Refs::Files, Refs::Reftable] {
            if refs == Refs::Reftable && !Refs::can_be_chosen() {
                continue;
            }
            let repo = TestEnv::new().repo(Combo { refs, ..combo });
            let store = make_two(&repo);
            let out = repo.env().path("hook.log");
            let script = format!("{{ echo \"$1\"; cat; }} >>'{}'", out.display());
            hook(&repo.common_dir().join("hooks"), &script);
            let old = [SESSIONS_REF, PRIVATE_REF].map(|name| repo.git(["rev-parse", name]));
            let done = store.transaction("delete", |tx| {
                tx.delete(id(1))?;
                tx.delete(id(2))
            });
            let [first, second] = &done.unwrap().events[..] else { panic!("two events") };
            let said = log(&repo);
            let lines = format!(
                "{} {} {SESSIONS_REF}\n{} {} {PRIVATE_REF}\n",
                old[0].trim(),
                first.1,
                old[1].trim(),
                second.1
            );
            let phase = |name: &str| said.split(&format!("{name}\n")).nth(1).map(str::to_owned);
            let prepared = phase("prepared").unwrap();
            assert!(prepared.starts_with(&lines), "{combo}: {said}");
            assert!(phase("committed").unwrap().starts_with(&lines), "{combo}: {said}");
        }
    }
}

#[test]
fn a_hook_that_refuses_is_obeyed_and_quoted() {
    for_each_format(|repo| {
        let store = make_two(repo);
        let before = state(repo);
        let refuse = "test \"$1\" != prepared || { echo 'locked for the audit' >&2; exit 1; }";
        hook(&repo.common_dir().join("hooks"), refuse);
        let mut runs = 0;
        let error = store
            .transaction("delete", |tx| {
                runs += 1;
                tx.delete(id(1))
            })
            .unwrap_err();
        // What a hook says about locks is no lock.
        assert_eq!(runs, 1);
        let said = chain(&error);
        assert!(said.contains("reference-transaction hook rejected"), "{said}");
        assert!(said.contains("locked for the audit"), "{said}");
        assert_eq!(state(repo), before);
        // One that may not be run is none.
        let path = repo.common_dir().join("hooks/reference-transaction");
        fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(store.delete(id(1)).unwrap().is_some());
    });
}

#[test]
fn the_hook_is_where_git_looks_for_it() {
    let repo = Repo::new();
    let store = make_two(&repo);
    repo.config("core.hooksPath", "team/hooks");
    // Read anew: the configuration counts as it was when the store was opened.
    drop(store);
    hook(&repo.dir().join("team/hooks"), "exit 1");
    let error = both(&repo).delete(id(1)).unwrap_err();
    assert!(
        matches!(error, StoreError::Ledger(LedgerError::Ref(RefError::Refused { .. }))),
        "{error:?}"
    );
    repo.config("core.hooksPath", "/dev/null");
    assert!(both(&repo).delete(id(1)).unwrap().is_some());
}

#[test]
fn without_hard_links_git_moves_the_ref() {
    let repo = Repo::new();
    make_two(&repo);
    for (n, error) in ["EPERM", "EOPNOTSUPP", "EMLINK", "ENOSYS"].into_iter().enumerate() {
        let set = repo.ao_run(["set", &id(1).short(), &format!("title=T{n}")]);
        let fault = format!("inject=link,linkat:error={error}");
        let Some(set) = with_faults(&set, &[&fault]) else { return };
        set.run().ok();
        let titles = both(&repo).snapshot().unwrap().session(id(1)).unwrap().title;
        assert_eq!(titles, format!("T{n}"), "{error}");
    }
    assert_eq!(repo.git(["reflog", "show", "--format=%gs", SESSIONS_REF]).lines().count(), 5);
}

#[test]
fn signals_do_not_end_a_write() {
    let repo = Repo::new();
    make_two(&repo);
    let calls = ["flock", "link,linkat", "rename,renameat,renameat2", "mkdir,mkdirat"];
    for (n, calls) in calls.into_iter().enumerate() {
        let set = repo.ao_run(["set", &id(1).short(), &format!("title=T{n}")]);
        let fault = format!("inject={calls}:error=EINTR:when=1..3");
        let Some(set) = with_faults(&set, &[&fault]) else { return };
        set.run().ok();
        let titles = both(&repo).snapshot().unwrap().session(id(1)).unwrap().title;
        assert_eq!(titles, format!("T{n}"), "{calls}");
    }
}

#[test]
fn what_fails_is_named() {
    let repo = Repo::new();
    make_two(&repo);
    let cases = [
        ("link,linkat:error=EACCES", "refs/ao/sessions.lock'"),
        ("rename,renameat,renameat2:error=EACCES:when=1", "/objects/"),
    ];
    for (fault, named) in cases {
        let before = state(&repo);
        let set = repo.ao_run(["set", &id(1).short(), "title=Other"]);
        let Some(set) = with_faults(&set, &[&format!("inject={fault}")]) else { return };
        set.run().code(128).stderr_has(named).stderr_has("ermission denied");
        assert_eq!(state(&repo), before);
    }
}

#[test]
fn a_folder_that_is_not_synced_is_a_warning() {
    let repo = Repo::new();
    make_two(&repo);
    repo.config("core.fsync", "reference");
    let set = |title: &str| repo.ao_run(["set", &id(1).short(), title]);
    // First the file, then the folder that it was moved into.
    let Some(run) = with_faults(&set("title=A"), &["inject=fsync:error=EIO:when=2"]) else {
        return;
    };
    let said = "warning: the change was made, but may not survive a power failure: cannot sync";
    run.run().ok().stderr_has(said);
    assert_eq!(both(&repo).snapshot().unwrap().session(id(1)).unwrap().title, "A");
    let before = state(&repo);
    let run = with_faults(&set("title=B"), &["inject=fsync:error=EIO:when=1"]).unwrap();
    run.run().code(128);
    assert_eq!(state(&repo), before);
}

#[test]
fn empty_folders_are_in_nobodys_way() {
    let repo = Repo::new();
    let refs = repo.common_dir().join("refs/ao");
    let logs = repo.common_dir().join("logs/refs/ao");
    for folder in [&refs, &logs] {
        fs::create_dir_all(folder.join("sessions/a/b")).unwrap();
    }
    let store = both(&repo);
    store.create(&session(1, "One")).unwrap();
    // Also where the ref is packed.
    repo.git(["pack-refs", "--all"]);
    assert!(!refs.join("sessions").is_file());
    fs::create_dir_all(refs.join("sessions/a/b")).unwrap();
    store.create(&session(2, "Two")).unwrap();
    assert_eq!(repo.git(["rev-list", "--count", SESSIONS_REF]).trim(), "2");
}

#[test]
fn another_ref_in_the_way_is_named_in_gits_words() {
    for packed in [false, true] {
        for other in ["refs/ao/sessions/x", "refs/ao"] {
            let repo = Repo::new();
            repo.git(["update-ref", other, "HEAD"]);
            if packed {
                repo.git(["pack-refs", "--all"]);
            }
            let said = chain(&both(&repo).create(&session(1, "One")).unwrap_err());
            let words = format!("'{other}' exists; cannot create '{SESSIONS_REF}'");
            assert!(said.contains(&words), "{packed} {other}: {said}");
            assert_eq!(repo.git(["for-each-ref", "--format=%(refname)", "refs/ao"]).trim(), other);
        }
    }
}

#[test]
fn a_reflog_that_was_cut_off_takes_the_next_line() {
    let repo = Repo::new();
    let store = make_two(&repo);
    let log = repo.common_dir().join("logs").join(SESSIONS_REF);
    let text = fs::read_to_string(&log).unwrap();
    fs::write(&log, text.trim_end()).unwrap();
    store.update(id(1), "set", increment).unwrap();
    assert_eq!(repo.git(["reflog", "show", "--format=%H", SESSIONS_REF]).lines().count(), 2);
    assert!(repo.git(["rev-parse", "refs/ao/sessions@{1}"]).len() > 40);
}

#[test]
fn a_lock_in_the_way_is_named_with_its_age() {
    let both = [Refs::Files, Refs::Reftable].map(|refs| Combo { refs, ..Combo::PLAIN });
    for combo in both.into_iter().filter(|c| c.refs == Refs::Files || Refs::can_be_chosen()) {
        for with_hook in [false, true] {
            name_a_lock(&TestEnv::new().repo(combo), with_hook);
        }
    }
}

/// Where a hook is to be run, it is git that finds the lock.
fn name_a_lock(repo: &Repo, with_hook: bool) {
    let store = make_two(repo);
    if with_hook {
        hook(&repo.common_dir().join("hooks"), "exit 0");
    }
    let lock = lock_of(repo, SESSIONS_REF);
    fs::write(&lock, "").unwrap();
    let hours = fs::FileTimes::new()
        .set_modified(std::time::SystemTime::now() - Duration::from_secs(3 * 3600 + 60));
    fs::File::options().write(true).open(&lock).unwrap().set_times(hours).unwrap();
    let said = chain(&store.update(id(1), "set", increment).unwrap_err());
    let path = lock.display();
    assert_eq!(said, format!("cannot lock ref '{SESSIONS_REF}': '{path}' exists, 3 hours old"));

    let leftover = store.repository().leftover_locks(&["refs/ao/"]);
    assert_eq!(leftover.iter().map(|lock| &lock.path).collect::<Vec<_>>(), [&lock]);
    // Another one in its place stays.
    fs::remove_file(&lock).unwrap();
    fs::write(&lock, "").unwrap();
    assert!(!store.repository().remove_leftover(&leftover[0]).unwrap());
    assert_eq!(store.repository().leftover_locks(&["refs/ao/"]), []);
    fs::File::options().write(true).open(&lock).unwrap().set_times(hours).unwrap();
    // One that somebody has open is not a leftover.
    let open = fs::File::open(&lock).unwrap();
    assert_eq!(store.repository().leftover_locks(&["refs/ao/"]), []);
    drop(open);
    // A child that another test has just started may have it open for a moment.
    let leftover = loop {
        let leftover = store.repository().leftover_locks(&["refs/ao/"]);
        if !leftover.is_empty() {
            break leftover;
        }
    };
    assert!(store.repository().remove_leftover(&leftover[0]).unwrap());
    store.update(id(1), "set", increment).unwrap();
}
