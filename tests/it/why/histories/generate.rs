//! Generates histories, and notes what is true of their commits and lines.

use std::collections::{BTreeSet, HashMap};

use super::edits::{Act, Dice, Edit, File, Files, applied};
use super::write::{Made, Stream};

const START: i64 = 1_767_225_600;

/// All kinds of commits; each occurs in each world.
pub const KINDS: &[&str] = &[
    "people",
    "own",
    "amended away",
    "rebased away",
    "merge by session",
    "merge",
    "merge by host",
    "landed",
    "squash by host",
    "squash",
    "same squash",
    "edited squash",
    "squash with trailer",
    "cherry-pick",
    "same cherry-pick",
    "revert",
    "rename",
    "alike",
    "amended squash",
    "feature",
];

/// What is true of a commit.
pub struct Truth {
    pub commit: u32,
    pub what: &'static str,
    /// The numbers of the sessions whose work it has.
    pub sessions: Vec<usize>,
    /// The evidence with which it must be found.
    pub evidence: Option<&'static str>,
}

/// What the record of a session says.
pub struct Plan {
    pub created: i64,
    pub start: u32,
    /// For each state that it had, where the session's own commits begin, if that is not the start,
    /// and the last of them.
    pub states: Vec<(Option<u32>, u32)>,
    pub landed: Option<u32>,
    pub pr_number: Option<u64>,
}

/// Several histories in one repository.
#[derive(Default)]
pub struct World {
    pub stream: Stream,
    pub truths: Vec<Truth>,
    pub plans: Vec<Plan>,
    /// Old and new commits that the post-rewrite hook has seen.
    pub rewrites: Vec<(u32, u32)>,
    /// Who has written a line: sessions by their number, or people.
    pub writers: HashMap<String, BTreeSet<Option<usize>>>,
    /// A file of each history's last state.
    pub tips: Vec<String>,
    pub serial: usize,
}

/// A history while it is made.
pub struct History<'w> {
    pub world: &'w mut World,
    pub dice: &'w mut Dice,
    pub now: i64,
    pub main: Main,
    pub live: Vec<Live>,
}

pub struct Main {
    pub tip: u32,
    pub files: Files,
    parent: u32,
    /// The files before the last commit, unless that is a merge.
    before: Option<Files>,
    message: String,
}

/// A session at work.
pub struct Live {
    pub number: usize,
    pub tip: u32,
    pub files: Files,
    /// Where its own commits begin, and the files there.
    pub onto: (u32, Files),
    pub own: Vec<Own>,
    pub has_merged: bool,
}

/// A commit of a session.
#[derive(Clone)]
pub struct Own {
    pub commit: u32,
    pub before: Files,
    pub edits: Vec<Edit>,
    pub authored: i64,
    pub time: i64,
    pub message: String,
}

impl World {
    pub fn generate(seed: u64, histories: u64) -> Self {
        let (mut world, mut dice) = (Self::default(), Dice(seed));
        for number in 0..histories {
            let lines = |f| (0..6).map(|n| format!("line {n} of file {f}")).collect();
            let file = |f| (f, File { path: format!("src/file{f}"), lines: lines(f) });
            let files: Files = (0..3).map(file).collect();
            let now = START + dice.below(1000) as i64;
            let message = format!("Begin {number}\n");
            let made = Made { authored: now, time: now, message: &message, parents: &[] };
            let tip = world.stream.commit(&made, &files);
            let main = Main { tip, files, parent: tip, before: None, message };
            let mut history =
                History { world: &mut world, dice: &mut dice, now, main, live: Vec::new() };
            for _ in 0..14 {
                history.now += history.dice.below(3) as i64 * 40;
                history.step();
            }
            let main = history.main;
            world.stream.branch(&format!("main{number}"), main.tip);
            world.tips.push(main.files[&dice.below(3)].path.clone());
        }
        world
    }
}

impl History<'_> {
    fn step(&mut self) {
        let some = (!self.live.is_empty()).then(|| self.dice.below(self.live.len().max(1)));
        let act = self.dice.below(23);
        match (act, some) {
            (0 | 1, _) => self.people(),
            (2, _) => self.rename(),
            (3, _) => self.revert(),
            (4 | 22, _) => self.amend_main(),
            (5, _) | (_, None) => self.begin(),
            (6..=9, Some(at)) => self.work(at),
            (10, Some(at)) => self.amend(at),
            (11, Some(at)) => self.rebase(at),
            (12, Some(at)) => self.merge_main(at),
            (13 | 14, Some(at)) => self.cherry_pick(at),
            (15, Some(at)) => self.alike(at),
            (_, Some(at)) => self.land(at),
        }
    }

    /// Makes a commit and notes the truth.
    pub fn commit(
        &mut self,
        (made, files): (Made<'_>, &Files),
        what: &'static str,
        sessions: &[usize],
        evidence: Option<&'static str>,
    ) -> u32 {
        let commit = self.world.stream.commit(&made, files);
        self.world.truths.push(Truth { commit, what, sessions: sessions.to_vec(), evidence });
        commit
    }

    /// Makes a commit on the main branch.
    pub fn onto_main(
        &mut self,
        (message, files): (&str, Files),
        (authored, time): (i64, i64),
        what: &'static str,
        sessions: &[usize],
        evidence: Option<&'static str>,
    ) -> u32 {
        let parents = [self.main.tip];
        let made = Made { authored, time, message, parents: &parents };
        let tip = self.commit((made, &files), what, sessions, evidence);
        let before = Some(std::mem::replace(&mut self.main.files, files.clone()));
        let message = message.to_owned();
        self.main = Main { tip, files, parent: self.main.tip, before, message };
        tip
    }

    /// Moves the main branch to a merge, or to what a session has made.
    pub fn move_main(&mut self, tip: u32, files: Files) {
        self.main = Main { tip, files, parent: tip, before: None, message: String::new() };
    }

    /// Returns edits of lines. The first one writes a line that nobody else writes.
    pub fn edits(&mut self, files: &Files, writer: Option<usize>) -> Vec<Edit> {
        let count = 1 + self.dice.below(2);
        let (mut edits, mut files) = (Vec::new(), files.clone());
        for turn in 0..count {
            let file = self.dice.below(files.len());
            let lines = &files[&file].lines;
            let at = lines[self.dice.below(lines.len())].clone();
            // What an edit has written stays.
            if edits.iter().any(|edit: &Edit| edit.text() == Some(&at)) {
                continue;
            }
            self.world.serial += 1;
            let serial = self.world.serial;
            let act = match self.dice.below(8) {
                0 if turn > 0 && lines.len() > 4 && at.starts_with("line ") => Act::Remove,
                1 | 2 if turn > 0 => {
                    Act::Replace(format!("{}{at}", if writer.is_some() { ' ' } else { '\t' }))
                }
                3 if turn > 0 => Act::Add("}".to_owned()),
                4 | 5 => Act::Replace(format!("    changed({serial});")),
                _ => Act::Add(format!("    let value_{serial} = made();")),
            };
            let edit = Edit { file, at, act };
            if let Some(text) = edit.text() {
                self.world.writers.entry(text.clone()).or_default().insert(writer);
            }
            files = applied(&files, std::slice::from_ref(&edit)).expect("the line is there");
            edits.push(edit);
        }
        edits
    }

    fn people(&mut self) {
        let files = self.main.files.clone();
        let edits = self.edits(&files, None);
        let files = applied(&files, &edits).expect("they were made for it");
        let now = self.now;
        self.onto_main(("Work of people\n", files), (now, now), "people", &[], None);
    }

    fn rename(&mut self) {
        let mut files = self.main.files.clone();
        self.world.serial += 1;
        let path = format!("src/renamed{}", self.world.serial);
        files.get_mut(&self.dice.below(3)).expect("there are three").path = path;
        let now = self.now;
        self.onto_main(("Rename\n", files), (now, now), "rename", &[], None);
    }

    fn revert(&mut self) {
        let Some(before) = self.main.before.clone() else { return };
        let subject = self.main.message.lines().next().unwrap_or_default();
        // To revert a revert brings back what a session did.
        if subject.starts_with("Revert") {
            return;
        }
        let message = format!("Revert \"{subject}\"\n\nThis reverts a commit.\n");
        let now = self.now;
        self.onto_main((&message, before), (now, now), "revert", &[], None);
    }

    /// Somebody amends what was landed, and the hook sees it.
    fn amend_main(&mut self) {
        let Some(last) = self.world.truths.last() else { return };
        let is_told = matches!(last.evidence, Some("landed" | "pull_request" | "trailer"));
        let (Some(before), true) =
            (self.main.before.clone(), is_told && last.commit == self.main.tip)
        else {
            return;
        };
        let sessions = last.sessions.clone();
        let edits = self.edits(&self.main.files.clone(), None);
        let files = applied(&self.main.files, &edits).expect("they were made for it");
        let parents = [self.main.parent];
        let made =
            Made { authored: self.now, time: self.now, message: "Amended\n", parents: &parents };
        let (old, parent) = (self.main.tip, self.main.parent);
        let tip = self.commit((made, &files), "amended squash", &sessions, Some("rewrite"));
        self.world.rewrites.push((old, tip));
        let (before, message) = (Some(before), "Amended\n".to_owned());
        self.main = Main { tip, files, parent, before, message };
    }
}
