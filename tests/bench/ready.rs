//! What a new worktree costs beside the checkout.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use git_ao::git::Repository;
use git_ao::workspace::Worktrees;

use crate::lines::INCLUDE;
use crate::measure::{time, timed_in_turn};
use crate::stage::git;

/// As many files as one folder has.
const FOLDER: usize = 50;

/// Copies many small files into a new worktree, against `cp -a` of the same. With AO_BENCH_DIR, on
/// the file system of that folder.
pub fn include() {
    for (count, rounds) in [(10_000, 9), (100_000, 3)] {
        let place = std::env::var_os("AO_BENCH_DIR").map_or_else(std::env::temp_dir, PathBuf::from);
        let dir = tempfile::tempdir_in(place).expect("a temporary folder can be made");
        let main = dir.path().join("main");
        std::fs::create_dir(&main).expect("it is new");
        git(&main, &["init", "-q"]);
        git(&main, &["config", "user.name", "Bench"]);
        git(&main, &["config", "user.email", "bench@example.org"]);
        write(&main.join(".gitignore"), "node_modules/\n");
        git(&main, &["add", "."]);
        git(&main, &["commit", "-q", "-m", "start"]);
        write(&main.join(".worktreeinclude"), "node_modules/\n");
        let from = main.join("node_modules");
        for number in 0..count {
            let folder = from.join(format!("package-{}", number / FOLDER));
            std::fs::create_dir_all(&folder).expect("a folder can be made");
            let text = format!("module.exports = {number};\n").repeat(1 + number % 100);
            write(&folder.join(format!("{number}.js")), &text);
        }
        let repo = Repository::discover(&main).expect("it was just made");
        let ours = |round| {
            let to = dir.path().join(format!("ours-{round}"));
            git(&main, &["worktree", "add", "-q", "--detach", to.to_str().expect("a plain path")]);
            time(|| {
                let included = Worktrees::new(&repo).include(&main, &to, &|| false);
                let included = included.expect("files can be copied");
                assert_eq!(included.files, count as u64);
            })
        };
        let theirs = |round| copy(&from, &dir.path().join(format!("theirs-{round}")));
        INCLUDE.report(count, timed_in_turn(rounds, ours, theirs));
    }
}

fn copy(from: &Path, to: &Path) -> Duration {
    time(|| {
        let copied = Command::new("cp").arg("-a").args([from, to]).status();
        assert!(copied.is_ok_and(|status| status.success()), "cp -a");
    })
}

fn write(path: &Path, text: &str) {
    std::fs::write(path, text).expect("a file can be written");
}
