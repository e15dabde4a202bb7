//! The git commands of a landing.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::plan::LandPlan;
use super::replaced::note_replaced;
use super::request::{LandMessage, LandMethod, LandRequest};
use super::scratch::Scratch;
use crate::git::{GitCommand, GitExit};
use crate::model::Oid;
use crate::ops::common::{Engine, LandError, OpsError};
use crate::store::Visibility;
use crate::workspace::TrialMerge;

/// The trailers that a squash keeps: who made the work, and where it comes from.
const KEPT_TRAILERS: [&str; 4] = ["Ao-Session", "Assisted-by", "Co-authored-by", "Signed-off-by"];

/// A landing of work that is not in its base yet.
pub struct Landing<'l> {
    pub engine: &'l Engine,
    pub plan: &'l LandPlan,
    pub request: &'l LandRequest,
}

impl Landing<'_> {
    /// Lands the work and returns the commit of the base branch that has it.
    pub fn run(&self) -> Result<Oid, OpsError> {
        let Self { engine, plan, .. } = self;
        if let Some(place) = &plan.place {
            self.take_back(place)?;
            engine.check_place(place, &plan.into)?;
        }
        match plan.method {
            LandMethod::FastForward => self.forward_to(&plan.head),
            LandMethod::Rebase => {
                let scratch = Scratch::at(engine, &plan.head)?;
                let rebased = self.rebase(scratch.path())?;
                drop(scratch);
                let landed = self.forward_to(&rebased)?;
                // It is landed, whether or not that can be noted.
                let _ = note_replaced(engine, &plan.base, &plan.head, &landed);
                Ok(landed)
            }
            LandMethod::Merge | LandMethod::Squash => match &plan.place {
                Some(place) => self.join(place),
                None => {
                    let scratch = Scratch::at(engine, &plan.base)?;
                    let joined = self.join(scratch.path())?;
                    drop(scratch);
                    self.move_base(&joined)?;
                    Ok(joined)
                }
            },
        }
    }

    /// Merges or squashes in a worktree that is at the base.
    fn join(&self, place: &Path) -> Result<Oid, OpsError> {
        let LandPlan { head, base, .. } = self.plan;
        // A merge that is known to conflict is not begun: a kill would leave it there. Where this
        // cannot be known, git itself finds out.
        let trial = self.engine.worktrees().try_merge_at(place, base, head);
        if let Ok(TrialMerge::Conflicts(files)) = trial {
            return Err(self.engine.conflicts(self.plan, files).into());
        }
        match self.plan.method {
            LandMethod::Squash => self.squash(place)?,
            _ => self.merge(place)?,
        }
        self.head(place)
    }

    fn merge(&self, place: &Path) -> Result<(), OpsError> {
        let message = match &self.request.message {
            LandMessage::Text(text) => text.clone(),
            LandMessage::Default | LandMessage::Edit => self.merge_message()?,
        };
        let git = self.git(place, "merge").args(["--no-ff", "--commit", "--no-squash"]);
        let git = git.args(["-m", &message]);
        let git = match self.request.message {
            LandMessage::Edit => git.arg("--edit"),
            _ => git.arg("--no-edit"),
        };
        let ended = self.end(git.arg(self.plan.head.as_str()))?;
        if ended.status == Some(0) {
            return Ok(());
        }
        let refusal = self.refusal(place, "merge", &ended)?;
        if self
            .engine
            .repository()
            .git_dir_of(place)
            .is_some_and(|it| it.join("MERGE_HEAD").exists())
        {
            self.undo(place, "merge", &["merge", "--abort"])?;
        }
        Err(refusal.into())
    }

    fn squash(&self, place: &Path) -> Result<(), OpsError> {
        self.engine.check_staged(place)?;
        let git = self.git(place, "merge").args(["--squash", "--ff"]);
        let ended = git.arg(self.plan.head.as_str()).end(&mut |_| {})?;
        if ended.status != Some(0) {
            let refusal = self.refusal(place, "merge", &ended)?;
            if matches!(refusal, LandError::Conflicts { .. }) {
                self.undo(place, "merge", &["reset", "--quiet", "--merge"])?;
            }
            return Err(refusal.into());
        }
        let message = match &self.request.message {
            LandMessage::Text(text) => text.clone(),
            LandMessage::Default | LandMessage::Edit => self.squash_message()?,
        };
        let git = self.git(place, "commit").args(["--quiet", "-m", &message]);
        let git = match self.request.message {
            LandMessage::Edit => git.arg("--edit"),
            _ => git,
        };
        let ended = self.end(git)?;
        if ended.status == Some(0) {
            return Ok(());
        }
        let refusal = self.refusal(place, "commit", &ended)?;
        self.undo(place, "commit", &["reset", "--quiet", "--merge"])?;
        Err(refusal.into())
    }

    fn rebase(&self, place: &Path) -> Result<Oid, OpsError> {
        let git = self.git(place, "rebase").arg("--quiet");
        let git = match &self.plan.start {
            Some(start) => git.args(["--onto", self.plan.base.as_str(), start.as_str()]),
            None => git.arg(self.plan.base.as_str()),
        };
        let ended = self.end(git)?;
        if ended.status == Some(0) {
            return self.head(place);
        }
        Err(self.refusal(place, "rebase", &ended)?.into())
    }

    /// Moves the base branch forward to a commit that descends from it.
    fn forward_to(&self, commit: &Oid) -> Result<Oid, OpsError> {
        let plan = self.plan;
        if !self.engine.worktrees().is_in_history(&plan.base, commit)? {
            return Err(LandError::Diverged(plan.into.clone()).into());
        }
        match &plan.place {
            Some(place) => {
                let git = self.git(place, "merge").args(["--ff-only", "--no-squash"]);
                let ended = self.end(git.arg(commit.as_str()))?;
                if ended.status != Some(0) {
                    let refusal = self.refusal(place, "merge", &ended)?;
                    self.undo_forward(place, commit.as_str())?;
                    return Err(refusal.into());
                }
            }
            None => self.move_base(commit)?,
        }
        Ok(commit.clone())
    }

    /// Moves the base branch from its old value.
    fn move_base(&self, to: &Oid) -> Result<(), OpsError> {
        let LandPlan { session, into, base, method, .. } = self.plan;
        let name = format!("refs/heads/{into}");
        if let Some(path) = self.engine.worktrees().checked_out_at(into)? {
            let state = "now on the branch".to_owned();
            return Err(LandError::NotReady { path, state }.into());
        }
        let message = format!("land {}: {}", session.id.short(), method.as_str());
        let git = self.engine.repository().git("update-ref").shielded();
        let ended = self.end(git.args(["-m", &message, &name, to.as_str(), base.as_str()]))?;
        if ended.status == Some(0) {
            return Ok(());
        }
        match self.engine.repository().read_ref(&name)? {
            Some(at) if at == *base => {
                Err(LandError::Refused { verb: "update-ref", place: None, words: words(&ended) }
                    .into())
            }
            _ => Err(LandError::Moved(into.clone()).into()),
        }
    }

    /// Returns git's message for a merge of the branch.
    fn merge_message(&self) -> Result<String, OpsError> {
        let LandPlan { branch, head, into, .. } = self.plan;
        let git = self.engine.repository().git("fmt-merge-msg").args(["--into-name", into]);
        Ok(git.input(format!("{head}\t\tbranch '{branch}' of .\n")).run()?.text())
    }

    /// Returns the message of the only commit, or the title and the subjects of all commits. A
    /// private session's title is not revealed.
    fn squash_message(&self) -> Result<String, OpsError> {
        let LandPlan { session, head, base, .. } = self.plan;
        let repo = self.engine.repository();
        let range = [head.as_str().to_owned(), format!("^{base}")];
        let log = |format: &str| {
            let git = repo.git("log").args(["--reverse", "--no-merges", format]);
            git.args(&range).arg("--").run().map(|output| output.text())
        };
        let subjects = log("--format=%s")?;
        if subjects.lines().count() == 1 {
            return Ok(log("--format=%B")?);
        }
        let entry = self.engine.store().snapshot()?.get(session.id)?;
        let is_private = entry.location.visibility == Visibility::Private;
        let title = match is_private || session.title.is_empty() {
            true => subjects.lines().next().unwrap_or_default().to_owned(),
            false => session.title.clone(),
        };
        let list: String = subjects.lines().map(|subject| format!("* {subject}\n")).collect();
        let keys: String = KEPT_TRAILERS.map(|key| format!("key={key},")).concat();
        let trailers = log(&format!("--format=%(trailers:{keys}only,unfold)"))?;
        let mut seen = BTreeSet::new();
        let trailers = trailers.lines().filter(|line| !line.is_empty() && seen.insert(*line));
        let trailers: Vec<_> = trailers.collect();
        let trailers = if trailers.is_empty() {
            String::new()
        } else {
            format!("\n{}\n", trailers.join("\n"))
        };
        Ok(format!("{title}\n\n{list}{trailers}"))
    }

    /// Takes back what a landing that was killed has merged in a worktree.
    fn take_back(&self, place: &Path) -> Result<(), OpsError> {
        match self.engine.left_behind(place, self.plan) {
            Some(undo) => self.undo(place, "merge", undo),
            None => Ok(()),
        }
    }

    pub(super) fn git(&self, place: &Path, verb: &str) -> GitCommand {
        self.engine.repository().git_in(place, verb).as_user()
    }

    /// Runs a command; in the terminal if the message is to be edited.
    fn end(&self, git: GitCommand) -> Result<GitExit, OpsError> {
        Ok(match self.request.message {
            LandMessage::Edit => {
                let status = git.in_terminal()?;
                GitExit { status, stdout: String::new(), stderr: String::new() }
            }
            _ => git.end(&mut |_| {})?,
        })
    }

    pub(super) fn head(&self, place: &Path) -> Result<Oid, OpsError> {
        let head = self.git(place, "rev-parse").args(["--verify", "HEAD"]).run()?.text();
        head.parse()
            .map_err(|_| LandError::Refused { verb: "rev-parse", place: None, words: head }.into())
    }

    /// Determines why git failed: because of conflicts, or of what it or a hook said.
    fn refusal(
        &self,
        place: &Path,
        verb: &'static str,
        ended: &GitExit,
    ) -> Result<LandError, OpsError> {
        let git = self.git(place, "diff").args(["--name-only", "--diff-filter=U", "-z"]);
        let output = git.run()?;
        let printed = String::from_utf8_lossy(output.bytes()).into_owned();
        let mut files: Vec<_> =
            printed.split('\0').filter(|name| !name.is_empty()).map(str::to_owned).collect();
        files.dedup();
        if files.is_empty() && verb == "rebase" {
            files = self.resolved_before(place);
        }
        if files.is_empty() {
            let words = match self.request.message {
                LandMessage::Edit => "git said why above".to_owned(),
                _ => words(ended),
            };
            let place = self.plan.place.clone().filter(|it| it == place);
            return Ok(LandError::Refused { verb, place, words });
        }
        Ok(self.engine.conflicts(self.plan, files))
    }

    /// Returns the files that git has resolved as before (rerere.autoUpdate), but leaves to a
    /// person to commit. It lists them in the message, in comments.
    fn resolved_before(&self, place: &Path) -> Vec<String> {
        let git_dir = self.engine.repository().git_dir_of(place);
        let message = git_dir.and_then(|it| fs::read_to_string(it.join("MERGE_MSG")).ok());
        let message = message.unwrap_or_default();
        let after = message.lines().skip_while(|line| !line.ends_with(" Conflicts:")).skip(1);
        after.map_while(|line| Some(line.split_once('\t')?.1.to_owned())).collect()
    }
}

/// What git says beside the reason, such as what to do next. That is wrong once it is undone.
const ASIDES: [&str; 7] = [
    "hint: ",
    "Aborting",
    "Automatic merge went well",
    "Merge with strategy ",
    "Not committing merge; use ",
    "Squash commit -- not updating HEAD",
    "Updating ",
];

/// Returns what git and its hooks said.
pub(super) fn words(ended: &GitExit) -> String {
    let all = if ended.stderr.trim().is_empty() { &ended.stdout } else { &ended.stderr };
    let lines = all.lines().map(str::trim_end);
    let is_aside = |line: &str| ASIDES.iter().any(|aside| line.starts_with(aside));
    let lines = lines.filter(|line| !line.is_empty() && !is_aside(line));
    let lines: Vec<_> = lines.map(|line| line.trim_start_matches("error: ")).collect();
    if lines.is_empty() { "no reason given".to_owned() } else { lines.join("\n") }
}
