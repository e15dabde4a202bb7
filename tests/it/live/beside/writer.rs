//! Somebody who works in a worktree and on the records while a verb runs, at random moments.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use git_ao::store::Store;

use crate::support::sessions::{self, store_in};
use crate::support::{Out, Repo, Run, employ, worker};

/// What the writer does, each a letter; it throws the dice for the next one.
///
/// `n` a new file, `i` a file that git ignores, `e` an edit, `c` a commit, `r` a record,
/// `f` a field of the session's record, `m` a folder in the worktree's place with a file in it,
/// `b` the worktree comes back to its place.
pub struct Writer<'a> {
    pub deeds: &'a str,
    pub seed: u64,
    /// The worktree. Where it ends in `*`, the first one that is made in this folder, as soon as it
    /// is a session's.
    pub place: PathBuf,
    /// The session.
    pub id: &'a str,
}

/// The file that tells that the writer has found its place and has begun, or is about to.
pub const READY: &str = "ready";

/// How often it writes, and the longest that it waits before, in microseconds; four times as long
/// before the first time.
const DEEDS: usize = 5;
const PAUSE: u64 = 40_000;

impl Writer<'_> {
    pub fn run(&self, repo: &Repo) -> Run {
        let seed = self.seed.to_string();
        let args = [self.deeds, &seed, self.place.to_str().unwrap(), self.id];
        employ(repo.env(), repo.dir(), worker_writes, &args)
    }
}

/// One thing that was written.
#[derive(Debug)]
pub enum Wrote {
    File { name: String, text: String },
    Record(u64),
    Field { key: String, text: String },
}

impl Wrote {
    /// Those that a writer reported.
    pub fn all(out: &Out) -> Vec<Self> {
        let lines = out.stdout.lines().filter_map(|line| line.strip_prefix("wrote "));
        let one = |line: &str| {
            let words: Vec<_> = line.split(' ').map(str::to_owned).collect();
            match words.as_slice() {
                [kind, n] if kind == "record" => Self::Record(n.parse().unwrap()),
                [kind, key, text] if kind == "field" => {
                    Self::Field { key: key.clone(), text: text.clone() }
                }
                [name, text] => Self::File { name: name.clone(), text: text.clone() },
                other => panic!("{other:?}"),
            }
        };
        lines.map(one).collect()
    }
}

#[test]
fn worker_writes() {
    worker(|args| {
        let [deeds, seed, place, id] = args else { panic!("{args:?}") };
        let seed: u64 = seed.parse().unwrap();
        let mut dice = fastrand::Rng::with_seed(seed);
        let store = store_in(Path::new("."));
        let (place, longest) = match place.strip_suffix('*') {
            Some(folder) => (first_in(Path::new(folder)), PAUSE / 4),
            None => (PathBuf::from(place), PAUSE),
        };
        let mut pause = |longest| std::thread::sleep(Duration::from_micros(dice.u64(..longest)));
        // At any moment, or in those in which files go.
        match seed % 2 {
            0 => pause(4 * longest),
            _ => wait_for_removal(&place),
        }
        let longest = if seed.is_multiple_of(2) { longest } else { longest / 40 };
        let mut dice = fastrand::Rng::with_seed(!seed);
        let begins_at = dice.usize(..2);
        for n in 0..DEEDS {
            if n == begins_at {
                fs::write(place.ancestors().nth(4).unwrap().join(READY), "").unwrap();
            }
            pause(longest);
            let deed = deeds.as_bytes()[dice.usize(..deeds.len())];
            let folder = if dice.bool() { "sub/" } else { "" };
            let text = format!("written-{seed}-{n}");
            let done = match deed {
                b'n' => new_file(&place, &format!("{folder}new-{n}"), &text),
                b'i' => new_file(&place, &format!("{folder}{n}.env"), &text),
                b'e' => edit(&place, &format!("{folder}README"), &text),
                b'c' => commit(&place, &format!("{folder}commit-{n}"), &text),
                b'm' => fs::create_dir(&place).and_then(|()| new_file(&place, "made", &text)),
                b'b' => fs::rename(place.with_extension("away"), &place).map(|()| String::new()),
                b'r' => record(&store, 1000 + n as u64),
                b'f' => field(&store, id, &format!("beside-{n}"), &text),
                other => panic!("{other}"),
            };
            if let Ok(done) = done {
                println!("\nwrote {done}");
            }
        }
    });
}

/// Waits until a worktree is a session's, and the clock of the file system has moved on since.
fn first_in(folder: &Path) -> PathBuf {
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        for place in fs::read_dir(folder).into_iter().flatten().flatten().map(|it| it.path()) {
            let Ok(mark) = fs::metadata(git_dir(&place).join("AO_PROJECT")) else { continue };
            let probe = folder.with_extension("probe");
            fs::write(&probe, "").unwrap();
            let now = fs::metadata(probe).unwrap();
            if (now.ctime(), now.ctime_nsec()) > (mark.ctime(), mark.ctime_nsec()) {
                return place;
            }
        }
        assert!(Instant::now() < end, "no worktree was made in '{}'", folder.display());
        std::thread::yield_now();
    }
}

/// Until files of the worktree are removed, or for half a second.
fn wait_for_removal(place: &Path) {
    let end = Instant::now() + Duration::from_millis(500);
    let removing = git_dir(place).join("AO_REMOVING");
    while !removing.exists() && Instant::now() < end {
        std::thread::yield_now();
    }
}

fn git_dir(place: &Path) -> PathBuf {
    let link = fs::read_to_string(place.join(".git")).unwrap_or_default();
    PathBuf::from(link.trim_start_matches("gitdir: ").trim_end())
}

fn new_file(place: &Path, name: &str, text: &str) -> io::Result<String> {
    let path = place.join(name);
    let mut file = fs::File::create_new(&path)?;
    writeln!(file, "{text}")?;
    is_there(&path, &file)?;
    Ok(format!("{name} {text}"))
}

fn edit(place: &Path, name: &str, text: &str) -> io::Result<String> {
    let path = place.join(name);
    let mut file = fs::File::options().append(true).open(&path)?;
    writeln!(file, "{text}")?;
    is_there(&path, &file)?;
    Ok(format!("{name} {text}"))
}

/// What was written into a file that has just lost its name is written nowhere.
fn is_there(path: &Path, file: &fs::File) -> io::Result<()> {
    let (named, open) = (fs::metadata(path)?, file.metadata()?);
    match named.ino() == open.ino() {
        true => Ok(()),
        false => Err(io::ErrorKind::NotFound.into()),
    }
}

/// The file may be written and not be committed.
fn commit(place: &Path, name: &str, text: &str) -> io::Result<String> {
    let done = new_file(place, name, text)?;
    for verb in [["add", "."], ["commit", "-qm"]] {
        let mut git = Command::new("git");
        git.current_dir(place).args(verb).args((verb[0] == "commit").then_some("work"));
        git.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    }
    Ok(done)
}

fn record(store: &Store, n: u64) -> io::Result<String> {
    store.create(&sessions::session(n, "beside")).map_err(io::Error::other)?;
    Ok(format!("record {n}"))
}

fn field(store: &Store, id: &str, key: &str, text: &str) -> io::Result<String> {
    let id: git_ao::model::SessionId = id.parse().map_err(io::Error::other)?;
    store
        .update(id, "set", |session| drop(session.context.insert(key, text)))
        .map_err(io::Error::other)?;
    Ok(format!("field {key} {text}"))
}
