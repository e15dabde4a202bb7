//! Writes stores of many sessions with one git-fast-import(1), in the format of gitformat-ao(5):
//! 100,000 sessions in seconds.

use std::fs;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use git_ao::model::{Session, SessionId, SessionStatus, Timestamp};
use git_ao::store::{SESSIONS_REF, render_record};

use super::stage::{git, session};

/// The number of sessions that are still at work, in a store that has more of them.
pub const LIVE: usize = 20;

/// The rest of them have ended, most of them well.
const ENDED: [SessionStatus; 5] = [
    SessionStatus::Merged,
    SessionStatus::Done,
    SessionStatus::Merged,
    SessionStatus::Killed,
    SessionStatus::Errored,
];

/// The sessions of a store that has been in use for long: [`LIVE`] of them are working, agents
/// differ, and every third has an issue that another one has, too.
pub fn mixed(count: usize) -> impl Iterator<Item = Session> {
    let spacing = count.div_ceil(LIVE).max(1);
    (0..count).map(move |number| {
        let mut session = session(number);
        if number % spacing != 0 {
            session.status = ENDED[number % ENDED.len()].clone();
        }
        session.agent = Some(["claude", "codex", "gemini"][number % 3].to_owned());
        if number % 3 == 0 {
            session.issue_id = Some((number / 6).to_string());
        }
        session
    })
}

/// The same sessions, with ids that all begin with the same two digits.
pub fn in_one_shard(sessions: impl Iterator<Item = Session>) -> impl Iterator<Item = Session> {
    sessions.map(|mut session| {
        session.id = format!("ab{}", &session.id.to_string()[2..]).parse().expect("an id");
        session.branch = Some(format!("ao/{}-fix-the-flaky-test", session.id.short()));
        session
    })
}

/// Adds sessions to the store of a repository, packed. There is one event for each shard.
pub fn fill(dir: &Path, sessions: impl Iterator<Item = Session>) -> Vec<SessionId> {
    let mut sessions: Vec<Session> = sessions.collect();
    let ids = sessions.iter().map(|session| session.id).collect();
    sessions.sort_by_key(|session| session.id);
    let is_new = git(dir, &["for-each-ref", SESSIONS_REF]).is_empty();
    import(dir, |to| {
        for (number, shard) in sessions.chunk_by(|a, b| a.id.shard() == b.id.shard()).enumerate() {
            let latest = shard.iter().map(|session| session.updated_at).max();
            commit(to, shard, latest.expect("a chunk is never empty"))?;
            match number {
                0 if is_new => to.write_all(b"M 100644 inline version\ndata 2\n1\n\n")?,
                0 => writeln!(to, "from {SESSIONS_REF}^0")?,
                _ => {}
            }
            for session in shard {
                let record = render_record(&session.to_record()).expect("it can be written");
                let (project, id, shard) = (&session.project_id, session.id, session.id.shard());
                writeln!(to, "M 100644 inline sessions/{project}/{shard}/{id}.yaml")?;
                writeln!(to, "data {}\n{record}", record.len())?;
            }
        }
        Ok(())
    });
    ids
}

/// Changes sessions in one event, as a pull of many does.
pub fn change<'i>(dir: &Path, ids: impl Iterator<Item = &'i SessionId>, round: usize) {
    let now = 1_795_000_000 + round;
    import(dir, |to| {
        writeln!(to, "commit {SESSIONS_REF}")?;
        writeln!(to, "committer Bench <bench@example.org> {now} +0000\ndata 1\nx")?;
        writeln!(to, "from {SESSIONS_REF}^0")?;
        for (number, id) in ids.enumerate() {
            let mut session = session(number);
            session.id = *id;
            session.title = format!("Changed in round {round}");
            let record = render_record(&session.to_record()).expect("it can be written");
            let (project, shard) = (&session.project_id, id.shard());
            writeln!(to, "M 100644 inline sessions/{project}/{shard}/{id}.yaml")?;
            writeln!(to, "data {}\n{record}", record.len())?;
        }
        Ok(())
    });
}

/// Makes all objects loose.
pub fn unpack(dir: &Path) {
    let packs = dir.join(".git/objects/pack");
    let aside = dir.join(".git/packs-to-unpack");
    fs::rename(&packs, &aside).expect("the folder can be renamed");
    fs::create_dir(&packs).expect("the folder can be made");
    for file in fs::read_dir(&aside).expect("the folder is there") {
        let path = file.expect("it is there").path();
        if path.extension().is_some_and(|it| it == "pack") {
            let pack = fs::File::open(&path).expect("it is there");
            let mut unpack = Command::new("git");
            let unpack = unpack.current_dir(dir).args(["unpack-objects", "-q"]).stdin(pack);
            assert!(unpack.status().expect("git runs").success(), "{path:?} is unpacked");
        }
    }
    fs::remove_dir_all(&aside).expect("it can be removed");
}

/// Runs git-fast-import(1) with what `write` writes.
pub fn import(dir: &Path, write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) {
    let mut command = Command::new("git");
    let command = command.current_dir(dir).args(["-c", "fastimport.unpackLimit=0", "fast-import"]);
    let mut child = command.arg("--quiet").stdin(Stdio::piped()).spawn().expect("git runs");
    let mut to = BufWriter::new(child.stdin.take().expect("it is piped"));
    write(&mut to).and_then(|()| to.flush()).expect("git reads it");
    drop(to);
    assert!(child.wait().expect("git ends").success(), "git fast-import");
}

/// Begins the event that creates sessions.
fn commit(to: &mut dyn Write, sessions: &[Session], time: Timestamp) -> std::io::Result<()> {
    let ids: Vec<_> = sessions.iter().map(|session| session.id).collect();
    let message = message(&ids);
    writeln!(to, "commit {SESSIONS_REF}")?;
    writeln!(to, "committer Bench <bench@example.org> {} +0000", time.as_millis() / 1000)?;
    writeln!(to, "data {}\n{message}", message.len())
}

fn message(ids: &[SessionId]) -> String {
    let subject = match ids {
        [id] => format!("spawn {}", id.short()),
        _ => format!("spawn {} sessions", ids.len()),
    };
    let trailers: String = ids.iter().map(|id| format!("Ao-Session: {id}\n")).collect();
    format!("{subject}\n\n{trailers}Ao-Op: spawn\n")
}
