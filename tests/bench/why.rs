//! From commits and lines back to sessions, against what git itself says of them.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use git_ao::model::{Base, Oid, Session, SessionId, Timestamp};

use crate::fill::{fill, import};
use crate::lines::{BLAME, WHY};
use crate::measure::in_turn;
use crate::stage::{Stage, git, session};

const SESSIONS: usize = 1_000;

/// For each session the main branch has so many commits: its own or a squash of them, and people's.
const EACH: usize = 10;

const OWN: usize = 3;
const FILES: usize = 100;
const LINES: usize = 300;
const ROUNDS: usize = 30;
const START: usize = 1_780_000_000;

/// `why` of a commit and `blame` of a file among 10,000 commits, against `git log -1` and `git blame`.
/// Half of the sessions were landed by a fast-forward, the others by a squash, of which half name a
/// pull request.
pub fn against_git() {
    let stage = Stage::with_sessions(1);
    let top = stage.dir.path();
    let works = history(top);
    let sessions: Vec<Session> =
        works.iter().enumerate().map(|(number, work)| work.session(number)).collect();
    fill(top, sessions.iter().cloned());
    let heads: Vec<(SessionId, &Oid)> =
        sessions.iter().zip(&works).map(|(session, work)| (session.id, &work.head)).collect();
    stage.store.keep_heads(heads).expect("they can be kept");
    stage.pack();
    let run = |program: &str, args: &[&str]| {
        let mut command = Command::new(program);
        let command = command.current_dir(top).args(args).stdout(Stdio::null());
        command.stderr(Stdio::null()).status().expect("it is started").code()
    };
    let ao = env!("CARGO_BIN_EXE_git-ao");
    for (session, work) in sessions.iter().zip(&works).step_by(97) {
        let mut why = Command::new(ao);
        let said = why.current_dir(top).args(["why", work.landed.as_str()]).output();
        let said = String::from_utf8_lossy(&said.expect("it is started").stdout).into_owned();
        assert!(said.starts_with(&*session.id.short()), "{}: {said}", session.title);
    }
    // A session's own commit, one that names a pull request, a squash, and one of somebody else.
    let own = |turn: usize| &works[4 * turn + 200].landed;
    let named = |turn: usize| &works[4 * turn + 201].landed;
    let squash = |turn: usize| &works[4 * turn + 203].landed;
    let other = |turn: usize| &works[4 * turn + 201].start;
    let log = |commit: &Oid| assert_eq!(run("git", &["log", "-1", commit.as_str()]), Some(0));
    let why = |commit: &Oid, status| {
        assert_eq!(run(ao, &["why", commit.as_str()]), Some(status), "{commit}");
    };
    let pair = in_turn(ROUNDS, |turn| why(own(turn), 0), |turn| log(own(turn)));
    WHY.report(SESSIONS, pair);
    let pair = in_turn(ROUNDS, |turn| why(named(turn), 0), |turn| log(named(turn)));
    pair.report("why, a pull request", "git log -1");
    let pair = in_turn(ROUNDS, |turn| why(squash(turn), 0), |turn| log(squash(turn)));
    pair.report("why, a squash without a name", "git log -1");
    let pair = in_turn(ROUNDS, |turn| why(other(turn), 1), |turn| log(other(turn)));
    pair.report("why, not known", "git log -1");
    let file = |turn: usize| path(turn % FILES);
    let pair = in_turn(
        ROUNDS,
        |turn| assert_eq!(run(ao, &["blame", &file(turn)]), Some(0)),
        |turn| assert_eq!(run("git", &["blame", &file(turn)]), Some(0)),
    );
    BLAME.report(SESSIONS, pair);
}

/// Where a session's work is.
struct Work {
    start: Oid,
    head: Oid,
    /// The last commit on the main branch that has it.
    landed: Oid,
}

impl Work {
    fn session(&self, number: usize) -> Session {
        let mut session = session(number);
        let seconds = START + 60 * EACH * number;
        session.created_at = Timestamp::from_millis(1000 * seconds as i64);
        session.updated_at = session.created_at;
        session.pr_number = (number % 4 == 1).then_some(number as u64);
        session.head = Some(self.head.clone());
        let mut base = Base::default();
        base.commit = Some(self.start.clone());
        session.base = Some(base);
        session
    }
}

fn path(file: usize) -> String {
    format!("src/part{}/file{file}.rs", file % 10)
}

/// Writes the history of the main branch, and of the branches that were squashed.
fn history(top: &Path) -> Vec<Work> {
    let main = git(top, &["symbolic-ref", "HEAD"]);
    let mut files: Vec<Vec<String>> = (0..FILES)
        .map(|file| (0..LINES).map(|line| format!("line {line} of file {file}\n")).collect())
        .collect();
    let mut serial = 0;
    import(top, |to| {
        let mut time = START;
        let mut commit = |to: &mut dyn Write, branch: &str, subject: &str, from: &str| {
            time += 60;
            writeln!(to, "commit {branch}")?;
            writeln!(to, "committer Bench <bench@example.org> {time} +0000")?;
            write!(to, "data {}\n{subject}\n{from}", subject.len())
        };
        let blob = |to: &mut dyn Write, file: usize, lines: &[String]| {
            let text = lines.concat();
            writeln!(to, "M 100644 inline {}\ndata {}\n{text}", path(file), text.len())
        };
        // Changes a line of some file. Returns the file.
        let mut edit = |files: &mut Vec<Vec<String>>| {
            serial += 1;
            let file = serial * 7 % FILES;
            files[file][serial * 13 % LINES] = format!("let value_{serial} = made({serial});\n");
            file
        };
        commit(to, &main, "all files", &format!("from {main}^0\n"))?;
        for (file, lines) in files.iter().enumerate() {
            blob(to, file, lines)?;
        }
        for number in 0..SESSIONS {
            let is_squashed = number % 2 == 1;
            let side = format!("refs/heads/side/{number}");
            let branch = if is_squashed { &side } else { &main };
            let mut changed = Vec::new();
            for own in 0..OWN {
                let file = edit(&mut files);
                let from = match is_squashed && own == 0 {
                    true => format!("from {main}\n"),
                    false => String::new(),
                };
                commit(to, branch, "work", &from)?;
                blob(to, file, &files[file])?;
                changed.push(file);
            }
            if is_squashed {
                let named = if number % 4 == 1 { format!(" (#{number})") } else { String::new() };
                commit(to, &main, &format!("squash{named}"), "")?;
                for file in changed {
                    blob(to, file, &files[file])?;
                }
            }
            for _ in 0..EACH - if is_squashed { 1 } else { OWN } {
                let file = edit(&mut files);
                commit(to, &main, "people", "")?;
                blob(to, file, &files[file])?;
            }
        }
        Ok(())
    });
    git(top, &["reset", "-q", "--hard"]);
    let commits = git(top, &["rev-list", "--reverse", &main]);
    // Before them are the first one of all and that with all files.
    let commits: Vec<Oid> =
        commits.lines().skip(1).map(|line| line.parse().expect("an id")).collect();
    let sides = git(top, &["for-each-ref", "--format=%(refname) %(objectname)", "refs/heads/side"]);
    let side = |number: usize| {
        let name = format!("refs/heads/side/{number} ");
        let id = sides.lines().find_map(|line| line.strip_prefix(&name))?;
        id.parse::<Oid>().ok()
    };
    let work = |number: usize| {
        let start = commits[EACH * number].clone();
        let own = commits[EACH * number + OWN].clone();
        match side(number) {
            Some(head) => Work { start, head, landed: commits[EACH * number + 1].clone() },
            None => Work { start, head: own.clone(), landed: own },
        }
    };
    (0..SESSIONS).map(work).collect()
}
