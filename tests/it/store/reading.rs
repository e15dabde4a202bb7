//! Objects and refs wherever git keeps them: loose, packed, borrowed, replaced.

use std::fs;

use git_ao::store::{SESSIONS_REF, Shelf, Store};

use crate::support::sessions::{assert_whole, id, increment, path, session, store};
use crate::support::{Repo, alone, for_each_format};

fn titles(store: &Store) -> Vec<String> {
    let listed = store.snapshot().unwrap().list(Shelf::Active).unwrap();
    let mut titles: Vec<_> = listed.into_iter().map(|it| it.session.unwrap().title).collect();
    titles.sort();
    titles
}

/// A record of each size that is stored in a way of its own, and trees of many entries.
#[test]
fn git_reads_what_is_written_and_we_read_what_git_packs() {
    alone(|| {
        for_each_format(|repo| {
            let writer = store(repo);
            let sizes = [0, 1000, 3600, 3900, 4200, 9000, 70_000];
            let mut all = Vec::new();
            for (n, size) in (1_u64..).zip(sizes) {
                let mut one = session(n, &format!("Title {n}"));
                one.task = Some("word ".repeat(size / 5));
                writer.create(&one).unwrap();
                all.push(one);
            }
            let many = (100..400).map(|n| session(n, &format!("Title {n}")));
            writer.transaction("spawn", |tx| many.clone().try_for_each(|s| tx.create(s))).unwrap();
            all.extend(many);
            let mut expected: Vec<_> = all.iter().map(|session| session.title.clone()).collect();
            expected.sort();

            assert_whole(repo);
            let text = repo.git(["show", &format!("{SESSIONS_REF}:{}", path(7))]);
            assert!(text.len() > 70_000);
            assert_eq!(titles(&writer), expected);
            assert_eq!(titles(&store(repo)), expected);
            // From now on most are packed, and some are not.
            repo.git(["repack", "-a", "-d", "-q"]);
            writer.update(id(1), "set", increment).unwrap();
            assert_eq!(titles(&writer), expected);
            assert_eq!(titles(&store(repo)), expected);
            let read = store(repo).snapshot().unwrap().session(id(7)).unwrap();
            assert_eq!(read.task, all[6].task);
        });
    });
}

#[test]
fn objects_that_are_borrowed() {
    alone(|| {
        let repo = Repo::new();
        store(&repo).create(&session(1, "One")).unwrap();
        let objects = repo.common_dir().join("objects");
        let elsewhere = repo.env().path("elsewhere");
        fs::create_dir(&elsewhere).unwrap();
        for entry in fs::read_dir(&objects).unwrap().map(Result::unwrap) {
            if entry.file_name().len() == 2 {
                fs::rename(entry.path(), elsewhere.join(entry.file_name())).unwrap();
            }
        }
        fs::write(objects.join("info/alternates"), format!("{}\n", elsewhere.display())).unwrap();
        assert_eq!(titles(&store(&repo)), ["One"]);
        store(&repo).create(&session(2, "Two")).unwrap();
        assert_eq!(titles(&store(&repo)), ["One", "Two"]);
        assert_whole(&repo);
    });
}

#[test]
fn an_object_that_is_replaced_is_read_as_git_reads_it() {
    alone(|| {
        let repo = Repo::new();
        store(&repo).create(&session(1, "One")).unwrap();
        let spec = format!("{SESSIONS_REF}:{}", path(1));
        let record = repo.git(["show", &spec]);
        let file = repo.write("other", &record.replace("One", "Another"));
        let other = repo.git(["hash-object", "-w", file.to_str().unwrap()]);
        repo.git(["replace", repo.git(["rev-parse", &spec]).trim(), other.trim()]);
        assert!(repo.git(["show", &spec]).contains("Another"));
        assert_eq!(titles(&store(&repo)), ["Another"]);
    });
}

#[test]
fn a_ref_that_is_packed_or_broken() {
    alone(|| {
        let repo = Repo::new();
        let store = store(&repo);
        let file = repo.common_dir().join(SESSIONS_REF);
        assert_eq!(store.tip().unwrap(), None);
        let event = store.create(&session(1, "One")).unwrap();
        repo.git(["pack-refs", "--all"]);
        assert!(!file.exists());
        assert_eq!(store.tip().unwrap(), Some(event.clone()));
        // Git leaves such a folder where there was a ref below it.
        fs::create_dir_all(&file).unwrap();
        assert_eq!(store.tip().unwrap(), Some(event.clone()));
        fs::remove_dir(&file).unwrap();
        let half = &event.as_str()[..20];
        for (text, is_good) in [
            (format!("{event}"), true),
            (format!("{event} \n"), true),
            (String::new(), false),
            (format!("{half}\n"), false),
            (format!("{event}0\n"), false),
            (format!("ref: {SESSIONS_REF}-elsewhere\n"), false),
        ] {
            fs::write(&file, &text).unwrap();
            assert_eq!(store.tip().is_ok(), is_good, "{text:?}");
        }
    });
}
