//! Capturing transcripts, keeping them, and fetching one.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use git_ao::git::Repository;
use git_ao::model::SessionId;
use git_ao::store::Store;
use git_ao::transcript::{CaptureExtent, Source, TranscriptStore};
use tempfile::TempDir;

use super::lines::{CAPTURE, FETCH, PACKED};
use super::measure::{time, timed_in_turn};
use super::stage::{Stage, git, session};

/// The bytes of a turn, roughly: what a tool has printed, and some words.
const TURN: usize = 6_000;

/// How many files of each session are read and changed, again and again.
const FILES: usize = 4;

/// How many sessions have their captures packed; each has 50.
const SESSIONS: usize = 20;

/// A conversation that grows turn by turn, and where it is captured.
struct Talk {
    store: TranscriptStore,
    id: SessionId,
    file: PathBuf,
    files: Vec<String>,
    turns: usize,
    state: u64,
}

impl Talk {
    fn new(dir: &Path, number: usize) -> Self {
        let repo = Repository::discover(dir).expect("it was just made");
        let store = TranscriptStore::create(&repo).expect("a store can be made");
        let file = dir.join(format!("talk-{number}.jsonl"));
        let id = SessionId::random();
        let mut talk =
            Self { store, id, file, files: Vec::new(), turns: 0, state: number as u64 + 1 };
        for _ in 0..FILES {
            let mut text = String::new();
            while text.len() < TURN - 1_000 {
                let _ = write!(text, "    let v{} = f{}(&a)?;\\n", talk.random(), talk.random());
            }
            talk.files.push(text);
        }
        talk
    }

    fn random(&mut self) -> u64 {
        self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.state >> 33) % 5_000
    }

    /// A file is changed, and its new content is read.
    fn turn(&mut self) -> String {
        self.turns += 1;
        let at = self.turns % FILES;
        let changed = format!("    let changed = {};\\n", self.random());
        let end = self.files[at].find("\\n").map_or(0, |end| end + 2);
        self.files[at].replace_range(..end, &changed);
        let about = format!(
            r#""sessionId":"{}","cwd":"/src/demo","version":"2.1","gitBranch":"main""#,
            self.id
        );
        let words: String = (0..40).map(|_| format!("word{} ", self.random())).collect();
        format!(
            "{{\"type\":\"assistant\",{about},\"message\":{{\"content\":[{{\"type\":\"text\",\"text\":\"{words}\"}}]}}}}\n\
             {{\"type\":\"user\",{about},\"message\":{{\"content\":[{{\"type\":\"tool_result\",\"content\":\"{}\"}}]}}}}\n",
            self.files[at]
        )
    }

    /// Appends to the agent's file. Agents do that, whether it is captured or not.
    fn say(&self, text: &str) {
        let file = File::options().create(true).append(true).open(&self.file);
        file.and_then(|mut file| file.write_all(text.as_bytes())).expect("a file can be written");
    }

    fn capture(&self) {
        let source = Source::new("claude", "one", "claude-jsonl", &self.file);
        let extent = CaptureExtent::Lines;
        let captured = self.store.capture(self.id, "bench", &source, extent, 1 << 30);
        assert!(captured.expect("it can be captured").bytes > 0);
    }
}

/// A capture of what was said since the last one, in a conversation that was captured often.
pub fn capture() {
    let dir = empty();
    let mut talk = Talk::new(dir.path(), 1);
    for _ in 0..1_000 {
        let turn = talk.turn();
        talk.say(&turn);
        talk.capture();
    }
    // Files are where git has objects: in as many folders, beside as many others.
    let file = |number: usize| dir.path().join(format!("{:02x}/{number}", number % 256));
    for number in 10_000..16_000 {
        let path = file(number);
        let _ = fs::create_dir(path.parent().expect("it is in a folder"));
        fs::write(path, "x").expect("a file can be written");
    }
    let turns: Vec<_> = (0..=200).map(|_| talk.turn()).collect();
    let write = |number: usize, text: &str| {
        let (path, new) = (file(number), file(number).with_extension("new"));
        fs::write(&new, text).expect("a file can be written");
        fs::rename(&new, path).expect("a file can be renamed");
    };
    let capture = |turn: &str| {
        talk.say(turn);
        time(|| talk.capture())
    };
    let one = |round: usize| time(|| write(round * 37, &turns[round]));
    CAPTURE.report(1_000, timed_in_turn(200, |round| capture(&turns[round]), one));
}

/// What a thousand captures need, once git has packed them.
pub fn packed() {
    let dir = empty();
    let mut bytes = 0;
    for number in 0..SESSIONS {
        let mut talk = Talk::new(dir.path(), number);
        for _ in 0..50 {
            // What is captured at once is usually as long as this.
            let said: String = (0..12).map(|_| talk.turn()).collect();
            talk.say(&said);
            talk.capture();
            bytes += said.len();
        }
    }
    let folder = dir.path().join(".git/ao/transcripts.git");
    git(&folder, &["gc", "-q"]);
    let packs = fs::read_dir(folder.join("objects/pack")).expect("it was packed");
    let sizes = packs.map(|pack| pack.and_then(|it| it.metadata()).map_or(0, |meta| meta.len()));
    let packed: u64 = sizes.sum();
    let ratio = packed as f64 / bytes as f64;
    PACKED.report_ratio(1_000, &format!("{packed} B"), &format!("{bytes} B"), ratio);
}

/// One of many shared transcripts is fetched, into clones that have none.
pub fn fetch() {
    let hub = tempfile::tempdir().expect("a temporary folder can be made");
    git(hub.path(), &["init", "-q", "--bare"]);
    let address = hub.path().to_str().expect("a plain path");
    let stage = Stage::with_sessions(1_000);
    let dir = stage.dir.path();
    git(dir, &["remote", "add", "origin", address]);
    git(dir, &["config", "remote.origin.aoShareTranscripts", "true"]);
    let mut talk = Talk::new(dir, 1);
    let mut one = session(0);
    talk.id = one.id;
    one.title = "Shared".to_owned();
    stage.store.create(&one).expect("a store can be written");
    let replica = stage.store.replica().expect("a clone has a name");
    let turns: String = (0..150).map(|_| talk.turn()).collect();
    talk.say(&turns);
    let source = Source::new("claude", "one", "claude-jsonl", &talk.file);
    let captured = talk.store.capture(one.id, &replica, &source, CaptureExtent::All, 1 << 30);
    captured.expect("it can be captured");
    ao(dir, &["push", "-q", "--transcript", &one.id.to_string()]);
    // The others need not differ: only their names are listed.
    let shared = git(hub.path(), &["for-each-ref", "--format=%(refname)", "refs/ao/transcripts"]);
    let tip = git(hub.path(), &["rev-parse", &shared]);
    let others: String = stage
        .ids
        .iter()
        .map(|id| format!("create refs/ao/transcripts/{}/{id}/other {tip}\n", id.shard()))
        .collect();
    let mut update = Command::new("git");
    let update = update.current_dir(hub.path()).args(["update-ref", "--stdin"]);
    let mut update = update.stdin(Stdio::piped()).spawn().expect("git runs");
    update.stdin.take().expect("it is piped").write_all(others.as_bytes()).expect("git reads");
    assert!(update.wait().expect("it ends").success());
    git(hub.path(), &["gc", "-q"]);
    let id = one.id.to_string();
    let clone = || {
        let clone = empty();
        git(clone.path(), &["remote", "add", "origin", address]);
        ao(clone.path(), &["pull", "-q"]);
        TranscriptStore::create(Store::discover(clone.path()).expect("it is there").repository())
            .expect("a store can be made");
        clone
    };
    let pair = timed_in_turn(
        9,
        |_| {
            let clone = clone();
            time(|| ao(clone.path(), &["transcript", "fetch", "-q", &id]))
        },
        |_| {
            let clone = clone();
            let refspec = format!("{shared}:refs/one");
            time(|| drop(git(clone.path(), &["fetch", "-q", "--no-tags", "origin", &refspec])))
        },
    );
    FETCH.report(1_000, pair);
}

fn ao(dir: &Path, args: &[&str]) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_git-ao"));
    let command = command.current_dir(dir).args(args).stdout(Stdio::null());
    assert!(command.status().expect("it is started").success(), "git-ao {args:?}");
}

fn empty() -> TempDir {
    let dir = tempfile::tempdir().expect("a temporary folder can be made");
    git(dir.path(), &["init", "-q"]);
    git(dir.path(), &["config", "user.name", "Bench"]);
    git(dir.path(), &["config", "user.email", "bench@example.org"]);
    dir
}
