use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use git_ao::git::Repository;
use git_ao::transcript::{CaptureExtent, Captured, Source, TranscriptError, TranscriptStore};

use crate::support::sessions::id;
use crate::support::{Combo, Repo, TestEnv};

pub const LIMIT: u64 = 1 << 28;

/// The first session's conversation with an agent, in a repository.
pub struct World {
    pub repo: Repo,
    pub file: PathBuf,
}

impl World {
    pub fn new() -> Self {
        Self::of(Combo::PLAIN)
    }

    pub fn of(combo: Combo) -> Self {
        let repo = TestEnv::new().repo(combo);
        let file = repo.env().path("talk.jsonl");
        Self { repo, file }
    }

    pub fn repository(&self) -> Repository {
        Repository::discover_with(self.repo.dir(), self.repo.env().environment()).unwrap()
    }

    pub fn store(&self) -> TranscriptStore {
        TranscriptStore::create(&self.repository()).unwrap()
    }

    pub fn source(&self) -> Source {
        Source::new("claude", "11112222-3333-4444", "claude-jsonl", &self.file)
    }

    pub fn write(&self, content: impl AsRef<[u8]>) {
        fs::write(&self.file, content).unwrap();
    }

    pub fn try_capture(&self, extent: CaptureExtent) -> Result<Captured, TranscriptError> {
        self.store().capture(id(1), "ann", &self.source(), extent, LIMIT)
    }

    #[track_caller]
    pub fn capture(&self, extent: CaptureExtent) -> Captured {
        self.try_capture(extent).unwrap()
    }

    pub fn folder(&self) -> PathBuf {
        self.repo.common_dir().join("ao/transcripts.git")
    }

    pub fn git(&self, args: &[&str]) -> String {
        let folder = format!("--git-dir={}", self.folder().display());
        self.repo.git([&[folder.as_str()], args].concat())
    }

    /// The files of the store, as git has them: the segments of each folder joined.
    pub fn kept(&self) -> BTreeMap<String, Vec<u8>> {
        let mut kept: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        let name = format!("refs/ao/transcripts/{}/{}/ann", id(1).shard(), id(1));
        for line in self.git(&["ls-tree", "-r", &name]).lines() {
            let (about, path) = line.split_once('\t').unwrap();
            let object = about.split(' ').nth(2).unwrap();
            let folder = format!("--git-dir={}", self.folder().display());
            let run = self.repo.env().git(self.repo.dir(), [&folder, "cat-file", "blob", object]);
            let bytes = run.command().output().unwrap().stdout;
            let is_segment = path.rsplit('/').nth(1).is_some_and(|it| it.parse::<u32>().is_ok());
            let whole = if is_segment { path.rsplitn(3, '/').nth(2).unwrap() } else { path };
            kept.entry(whole.to_owned()).or_default().extend(bytes);
        }
        self.git(&["fsck", "--full", "--strict"]);
        kept
    }

    /// What was captured of the file, the last generation last.
    pub fn generations(&self) -> Vec<Vec<u8>> {
        let kept = self.kept();
        let top = "00-11112222-333";
        let mut found: Vec<_> = kept.get(top).cloned().into_iter().collect();
        for n in 2.. {
            let Some(next) = kept.get(&format!("{top}/g{n}")) else { break };
            found.push(next.clone());
        }
        found
    }
}
