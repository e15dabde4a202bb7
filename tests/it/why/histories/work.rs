//! What sessions do, and what becomes of it.

use super::edits::{Edit, Files, applied};
use super::generate::{History, Live, Own, Plan};
use super::write::Made;

impl History<'_> {
    /// Begins a session, now and then on top of what people have begun on another branch.
    pub fn begin(&mut self) {
        let number = self.world.plans.len();
        let (start, mut files, mut tip) = (self.main.tip, self.main.files.clone(), self.main.tip);
        let created = self.now;
        if self.dice.below(5) == 0 {
            for _ in 0..2 {
                let edits = self.edits(&files, None);
                files = applied(&files, &edits).expect("they were made for it");
                let (time, parents) = (self.now, [tip]);
                let message = "Feature\n";
                let made = Made { authored: time, time, message, parents: &parents };
                tip = self.commit((made, &files), "feature", &[], None);
            }
        }
        let onto = (tip, files.clone());
        let (own, has_merged) = (Vec::new(), false);
        self.live.push(Live { number, tip, files, onto, own, has_merged });
        let states = vec![((tip != start).then_some(tip), tip)];
        let (landed, pr_number) = (None, None);
        self.world.plans.push(Plan { created, start, states, landed, pr_number });
        let at = self.live.len() - 1;
        self.work(at);
    }

    fn record(&mut self, at: usize) {
        let live = &self.live[at];
        let plan = &mut self.world.plans[live.number];
        let state = ((live.onto.0 != plan.start).then_some(live.onto.0), live.tip);
        plan.states.push(state);
    }

    /// Adds a commit to a session's branch.
    fn own(&mut self, at: usize, (edits, authored, message): (Vec<Edit>, i64, String)) {
        let live = &self.live[at];
        let (number, parents, before) = (live.number, [live.tip], live.files.clone());
        let files = applied(&before, &edits).expect("they were made for it");
        let made = Made { authored, time: self.now, message: &message, parents: &parents };
        let commit = self.commit((made, &files), "own", &[number], Some("commit"));
        let own = Own { commit, before, edits, authored, time: self.now, message };
        let live = &mut self.live[at];
        (live.tip, live.files) = (commit, files);
        live.own.push(own);
    }

    pub fn work(&mut self, at: usize) {
        let live = &self.live[at];
        let (number, files) = (live.number, live.files.clone());
        let edits = self.edits(&files, Some(number));
        self.own(at, (edits, self.now, format!("Work of {number}\n")));
        self.record(at);
    }

    /// The last commit is made anew, with more in it.
    pub fn amend(&mut self, at: usize) {
        let live = &mut self.live[at];
        if live.own.last().is_none_or(|last| last.commit != live.tip) {
            return;
        }
        let last = live.own.pop().expect("there is one");
        let parent = live.own.last().map_or(live.onto.0, |own| own.commit);
        // A merge may be in between.
        if live.has_merged {
            live.own.push(last);
            return;
        }
        live.tip = parent;
        let (number, now) = (live.number, live.files.clone());
        live.files.clone_from(&last.before);
        self.gone(last.commit, "amended away");
        let mut edits = last.edits;
        edits.extend(self.edits(&now, Some(number)));
        self.own(at, (edits, last.authored, last.message));
        let tip = self.live[at].tip;
        self.world.rewrites.push((last.commit, tip));
        self.record(at);
    }

    /// Notes that a commit is no longer on its branch. The kept head leads to it.
    fn gone(&mut self, commit: u32, what: &'static str) {
        let truth = self.world.truths.iter_mut().find(|truth| truth.commit == commit);
        truth.expect("it was noted").what = what;
    }

    pub fn rebase(&mut self, at: usize) {
        let live = &self.live[at];
        let all: Vec<Edit> = live.own.iter().flat_map(|own| own.edits.clone()).collect();
        if live.has_merged || applied(&self.main.files, &all).is_none() {
            return;
        }
        let own = std::mem::take(&mut self.live[at].own);
        let live = &mut self.live[at];
        live.onto = (self.main.tip, self.main.files.clone());
        (live.tip, live.files) = live.onto.clone();
        for Own { commit, edits, authored, message, .. } in own {
            self.gone(commit, "rebased away");
            self.own(at, (edits, authored, message));
        }
        self.record(at);
    }

    /// The session merges the main branch.
    pub fn merge_main(&mut self, at: usize) {
        let live = &self.live[at];
        let all: Vec<Edit> = live.own.iter().flat_map(|own| own.edits.clone()).collect();
        let Some(files) = applied(&self.main.files, &all) else { return };
        if self.main.tip == live.onto.0 || live.has_merged {
            return;
        }
        let (number, parents, time) = (live.number, [live.tip, self.main.tip], self.now);
        let made = Made { authored: time, time, message: "Merge main\n", parents: &parents };
        let tip = self.commit((made, &files), "merge by session", &[number], Some("commit"));
        let live = &mut self.live[at];
        (live.tip, live.files, live.has_merged) = (tip, files, true);
        self.record(at);
    }

    /// Somebody picks a commit to the main branch.
    pub fn cherry_pick(&mut self, at: usize) {
        let live = &self.live[at];
        let one = live.own[self.dice.below(live.own.len())].clone();
        let Some(files) = applied(&self.main.files, &one.edits) else { return };
        let is_same = same(&self.main.files, &one.before, &one.edits) && self.now > one.time;
        let (number, message) = (live.number, one.message.as_str());
        let (what, evidence) = match is_same {
            true => ("same cherry-pick", Some("patch")),
            false => ("cherry-pick", None),
        };
        let times = (one.authored, self.now);
        self.onto_main((message, files), times, what, &[number], evidence);
    }

    /// Somebody writes nearly the same, at the same time, with the same message.
    pub fn alike(&mut self, at: usize) {
        let live = &self.live[at];
        let one = live.own[self.dice.below(live.own.len())].clone();
        let edit = &one.edits[0];
        let text = format!("\t{}", edit.text().expect("the first one writes"));
        let edit = edit.writing(text.clone());
        let Some(files) = applied(&self.main.files, &[edit]) else { return };
        self.world.writers.entry(text).or_default().insert(None);
        self.onto_main((&one.message, files), (one.authored, one.time), "alike", &[], None);
    }

    /// The session's work comes to the main branch, in one of many ways.
    pub fn land(&mut self, at: usize) {
        let live = &self.live[at];
        let all: Vec<Edit> = live.own.iter().flat_map(|own| own.edits.clone()).collect();
        let Some(files) = applied(&self.main.files, &all) else { return };
        let is_same = same(&self.main.files, &live.onto.1, &all) && !live.has_merged;
        let live = self.live.remove(at);
        let (number, now) = (live.number, self.now);
        let is_later = live.own.iter().all(|own| own.time < now);
        let pr_number = number as u64 + 1000;
        let parents = [self.main.tip, live.tip];
        let merge = |history: &mut Self, message: &str, what, evidence| {
            let made = Made { authored: now, time: now, message, parents: &parents };
            let tip = history.commit((made, &files), what, &[number], evidence);
            history.move_main(tip, files.clone());
            tip
        };
        let way = self.dice.below(8);
        if way == 0 && live.onto.0 == self.main.tip {
            self.move_main(live.tip, live.files);
            return;
        }
        let (message, what, evidence) = match way {
            0 | 1 => {
                self.world.plans[number].pr_number = Some(pr_number);
                let message = format!("Merge pull request #{pr_number} from x/y\n");
                merge(self, &message, "merge by host", Some("pull_request"));
                return;
            }
            2 => {
                merge(self, "Merge branch 'x'\n", "merge", None);
                return;
            }
            3 => ("Landed\n".to_owned(), "landed", Some("landed")),
            4 => {
                self.world.plans[number].pr_number = Some(pr_number);
                let message = format!("Do it (#{pr_number})\n\n* Work of {number}\n");
                (message, "squash by host", Some("pull_request"))
            }
            5 => {
                let id = super::id(number);
                let message = format!("Do it\n\n* Work\n\n* More\n\nAo-Session: {id}\n");
                (message, "squash with trailer", Some("trailer"))
            }
            6 => {
                let edits = self.edits(&files, None);
                let files = applied(&files, &edits).expect("they were made for it");
                let message = "Squash and edit\n";
                self.onto_main((message, files), (now, now), "edited squash", &[number], None);
                return;
            }
            _ if is_same && is_later => {
                let single = live.own.len() == 1;
                let evidence = if single { "patch" } else { "work" };
                ("Squash\n".to_owned(), "same squash", Some(evidence))
            }
            _ => ("Squash\n".to_owned(), "squash", None),
        };
        let tip = self.onto_main((&message, files), (now, now), what, &[number], evidence);
        if what == "landed" {
            self.world.plans[number].landed = Some(tip);
        }
    }
}

/// Returns true if the files that edits change are the same in both.
fn same(ours: &Files, theirs: &Files, edits: &[Edit]) -> bool {
    edits.iter().all(|edit| ours[&edit.file] == theirs[&edit.file])
}
