//! Shares the transcripts of sessions with a remote.

use std::collections::BTreeSet;

use git_ao::model::{Session, SessionId, error_chain, shell_name};
use git_ao::ops::{CaptureOutcome, Engine, LongLines, OpsError, PreparedTranscripts};
use git_ao::redact::{Images, Redactor};
use git_ao::share::{Remote, TranscriptsSent, Watcher};
use git_ao::store::{Shelf, Store, Visibility};

use crate::cli::sharing::{RemoteArgs, counted};
use crate::cli::ui::{ask, can_ask, escape};
use crate::cli::{CliError, Ctx, hints::refusals, launch, open};

/// Which transcripts are shared, and how.
#[derive(clap::Args, Default)]
#[group(skip)]
pub struct TranscriptArgs {
    /// Share the transcripts of a session, without the secrets whose form is known. May be
    /// repeated.
    ///
    /// The session remains shared: each later push sends what is new, until 'git ao transcript
    /// unshare'. Private sessions are never shared.
    #[arg(long = "transcript", value_name = "session")]
    sessions: Vec<String>,

    /// Share a hash in place of each image.
    #[arg(long)]
    no_images: bool,

    /// Also share lines of more than 50 MB. This never forces a push.
    #[arg(long)]
    force: bool,
}

/// The transcripts that a push shares.
pub struct Sharing {
    engine: Engine,
    sessions: Vec<SessionId>,
    /// Those that were named now.
    named: Vec<SessionId>,
    /// Those that were shared before and must not be any more.
    withdrawn: Vec<SessionId>,
    redactor: Redactor,
    long: LongLines,
}

impl TranscriptArgs {
    /// Determines what is shared: the sessions that are named, those that already are, and with
    /// `ao.shareTranscripts` all others. Asks for consent if it is the first time, and captures
    /// what is new. None if nothing is shared.
    pub fn prepare(
        &self,
        ctx: &mut Ctx,
        store: &Store,
        (remote, args): (&Remote<'_>, &RemoteArgs),
        is_dry: bool,
    ) -> Result<Option<Sharing>, CliError> {
        let engine = launch::engine(store);
        let named = self.named(store)?;
        let shared = args.watched(|watcher| engine.shared_sessions(remote, watcher))?;
        let is_for_all = store.repository().settings().share_transcripts();
        if named.is_empty() && shared.is_empty() && !is_for_all {
            return Ok(None);
        }
        let public = public_sessions(store)?;
        let (mut sessions, withdrawn): (Vec<_>, Vec<_>) =
            shared.into_iter().partition(|id| public.contains(id));
        sessions.extend(&named);
        if is_for_all {
            sessions.extend(public);
        }
        sessions.sort_unstable();
        sessions.dedup();
        if !is_dry && !sessions.is_empty() {
            consent(ctx, remote)?;
        }
        capture(ctx, &engine, &sessions, args)?;
        let is_captured = captured(&engine)?;
        if let Some(id) = named.iter().find(|id| !is_captured.contains(id)) {
            return Err(refusals::nothing_captured(*id));
        }
        sessions.retain(|id| is_captured.contains(id));
        let images = if self.no_images { Images::Hash } else { Images::Keep };
        let redactor = engine.redactor(images)?;
        let long = if self.force { LongLines::Allow } else { LongLines::Refuse };
        Ok(Some(Sharing { engine, sessions, named, withdrawn, redactor, long }))
    }

    fn named(&self, store: &Store) -> Result<Vec<SessionId>, CliError> {
        let snapshot = store.snapshot()?;
        let mut ids = Vec::new();
        for text in &self.sessions {
            let location = open::find(&snapshot, store, text)?.location;
            if location.visibility == Visibility::Private {
                return Err(refusals::private_transcript(location.id));
            }
            ids.push(location.id);
        }
        Ok(ids)
    }
}

/// Returns the sessions that are not private, also the archived ones.
fn public_sessions(store: &Store) -> Result<Vec<SessionId>, CliError> {
    let snapshot = store.snapshot()?;
    let mut ids = Vec::new();
    for shelf in [Shelf::Active, Shelf::Archived] {
        let listed = snapshot.list(shelf)?.into_iter().map(|listed| listed.location);
        let public = listed.filter(|location| location.visibility == Visibility::Public);
        ids.extend(public.map(|location| location.id));
    }
    Ok(ids)
}

/// Captures what is new in sessions that live in this clone, and says what that is. What cannot be
/// captured is not shared yet.
fn capture(
    ctx: &mut Ctx,
    engine: &Engine,
    sessions: &[SessionId],
    args: &RemoteArgs,
) -> Result<(), CliError> {
    let (snapshot, replica) = (engine.store().snapshot()?, engine.store().known_replica());
    for id in sessions {
        let lives_here = |session: Session| session.lives_in(replica.as_deref());
        if !snapshot.session(*id).is_ok_and(lives_here) || engine.was_purged(*id) {
            continue;
        }
        match engine.capture(*id) {
            Ok(CaptureOutcome::Captured(new)) if new.bytes > 0 && !args.quiet => {
                let (bytes, lines) = (counted(new.bytes, "byte"), counted(new.lines, "line"));
                writeln!(ctx.out, "captured {}: {bytes}, {lines}", id.short())?;
            }
            Ok(_) => {}
            Err(error) => {
                let text = format!("cannot capture {}: {}", id.short(), error_chain(&error));
                ctx.out.warn(&text);
            }
        }
    }
    Ok(())
}

/// Returns the sessions with transcripts that this clone has captured.
fn captured(engine: &Engine) -> Result<BTreeSet<SessionId>, CliError> {
    let (transcripts, replica) = (engine.transcripts()?, engine.store().known_replica());
    let (Some(transcripts), Some(replica)) = (transcripts, replica) else {
        return Ok(BTreeSet::new());
    };
    Ok(transcripts.captured_by(&replica))
}

impl Sharing {
    /// Prints what would be sent: bytes, lines, and what would be replaced.
    pub fn preview(&self, ctx: &mut Ctx, remote: &Remote<'_>) -> Result<(), CliError> {
        let name = escape::line(remote.name());
        for id in &self.sessions {
            let Some(prepared) = self.prepared(*id)? else { continue };
            if self.engine.is_sent(remote, *id, &prepared)? {
                writeln!(ctx.out, "transcripts of {}: already on {name}", id.short())?;
                continue;
            }
            let size = size(&prepared);
            writeln!(ctx.out, "transcripts of {}: would send {size}", id.short())?;
            for (rule, count) in prepared.hits.iter() {
                writeln!(ctx.out, "  {rule}: {count} replaced")?;
            }
        }
        for id in &self.withdrawn {
            writeln!(ctx.out, "transcripts of {}: would be withdrawn", id.short())?;
        }
        Ok(())
    }

    /// Sends what is new, and withdraws what must not be shared any more. Returns true if records
    /// say something new now.
    pub fn send(
        &self,
        ctx: &mut Ctx,
        remote: &Remote<'_>,
        args: &RemoteArgs,
    ) -> Result<bool, CliError> {
        let name = escape::line(remote.name()).into_owned();
        let say = |ctx: &mut Ctx, id: &SessionId, what: &str| match args.quiet {
            true => Ok(()),
            false => writeln!(ctx.out, "to {name}: transcripts of {}: {what}", id.short()),
        };
        let before = self.engine.store().tip()?;
        // The push has brought the records of the others.
        let gone = self.engine.withdrawn_by_others(&self.sessions)?;
        for id in &self.sessions {
            if gone.contains(id) && !self.named.contains(id) {
                let withdraw = |watcher: &mut Watcher<'_>| {
                    self.engine.withdraw_transcripts(remote, *id, None, watcher)
                };
                if args.watched(withdraw)? {
                    say(ctx, id, "withdrawn in another clone, so no longer shared")?;
                }
                continue;
            }
            // What is prepared has no ref until it is sent.
            let transcripts = self.engine.transcripts()?;
            let kept = transcripts.map(|it| it.keep_purge_out()).transpose();
            let _kept = kept.map_err(OpsError::from)?;
            let Some(prepared) = self.prepared(*id)? else { continue };
            let send = |watcher: &mut Watcher<'_>| {
                self.engine.send_transcripts(remote, *id, &prepared, watcher)
            };
            if args.watched(send)? == TranscriptsSent::Sent {
                say(ctx, id, &size(&prepared))?;
            }
        }
        for id in &self.withdrawn {
            args.watched(|watcher| self.engine.withdraw_transcripts(remote, *id, None, watcher))?;
            say(ctx, id, "withdrawn")?;
        }
        Ok(self.engine.store().tip()? != before)
    }

    fn prepared(&self, id: SessionId) -> Result<Option<PreparedTranscripts>, CliError> {
        Ok(self.engine.prepare_transcripts(id, &self.redactor, self.long)?)
    }
}

fn size(prepared: &PreparedTranscripts) -> String {
    let secrets = match prepared.hits.total() {
        0 => "no known secrets".to_owned(),
        count => format!("{} replaced", counted(count, "secret")),
    };
    let form = &prepared.form;
    format!("{}, {}, {secrets}", counted(form.bytes, "byte"), counted(form.lines, "line"))
}

/// Makes sure that a person wants transcripts to be shared with a remote.
fn consent(ctx: &mut Ctx, remote: &Remote<'_>) -> Result<(), CliError> {
    if remote.may_share_transcripts() {
        return Ok(());
    }
    let name = shell_name(remote.name()).into_owned();
    if !can_ask() {
        return Err(refusals::no_consent(&name));
    }
    ctx.out.hint(
        "a transcript has all that was said and done in a session; secrets are replaced only if\n\
         their form or value is known",
    );
    if !ask(&format!("share transcripts with '{}'?", escape::line(remote.name())))? {
        return Err(CliError::refused("nothing was pushed"));
    }
    Ok(remote.allow_transcripts()?)
}
