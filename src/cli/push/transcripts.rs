//! Shares the transcripts of sessions with a remote.

use std::io::IsTerminal as _;

use git_ao::model::{SessionId, shell_name};
use git_ao::ops::{LongLines, PreparedTranscripts};
use git_ao::redact::{Images, Redactor};
use git_ao::share::{Remote, TranscriptsSent};
use git_ao::store::{Shelf, Store, Visibility};
use git_ao::transcript::TranscriptStore;

use crate::cli::sharing::{RemoteArgs, counted};
use crate::cli::ui::{escape, message};
use crate::cli::{CliError, Ctx, hints::refusals, launch, open};

/// Which transcripts are shared, and how.
#[derive(clap::Args)]
#[group(skip)]
pub struct TranscriptArgs {
    /// Share the transcripts of a session, without the secrets whose form is known.
    ///
    /// A session that is shared stays so: each later push sends what is new, until
    /// 'git ao transcript unshare'. Private sessions are never shared. Can be given several times.
    #[arg(long = "transcript", value_name = "session")]
    sessions: Vec<String>,

    /// Share a hash in place of each image.
    #[arg(long)]
    no_images: bool,

    /// Share lines of more than 50 MB too. Nothing is ever pushed by force.
    #[arg(long)]
    force: bool,
}

/// The transcripts that a push shares.
pub struct Sharing {
    transcripts: TranscriptStore,
    replica: String,
    sessions: Vec<SessionId>,
    /// Those that were shared before and must not be any more.
    withdrawn: Vec<SessionId>,
    redactor: Redactor,
    long: LongLines,
}

impl TranscriptArgs {
    /// Determines what is shared: the sessions that are named, those that already are, and with
    /// `ao.shareTranscripts` all others. Asks for consent if it is the first time. None if nothing
    /// is.
    pub fn prepare(
        &self,
        ctx: &mut Ctx,
        store: &Store,
        remote: &Remote<'_>,
        is_dry: bool,
    ) -> Result<Option<Sharing>, CliError> {
        let named = self.named(store)?;
        let (repo, replica) = (store.repository(), store.known_replica());
        let opened = TranscriptStore::open(repo).map_err(git_ao::ops::OpsError::from)?;
        let (Some(transcripts), Some(replica)) = (opened, replica) else {
            return match named.first() {
                Some(id) => Err(refusals::nothing_captured(*id)),
                None => Ok(None),
            };
        };
        let is_captured =
            |id: SessionId| transcripts.tip(id, &replica).map_err(git_ao::ops::OpsError::from);
        for id in &named {
            if is_captured(*id)?.is_none() {
                return Err(refusals::nothing_captured(*id));
            }
        }
        let shared = remote.shared_transcripts(&transcripts, &replica)?;
        let is_for_all = repo.settings().share_transcripts();
        if named.is_empty() && shared.is_empty() && !is_for_all {
            return Ok(None);
        }
        let public = public_sessions(store)?;
        let (still, withdrawn): (Vec<_>, Vec<_>) =
            shared.into_iter().map(|(id, _)| id).partition(|id| public.contains(id));
        let mut sessions = still;
        sessions.extend(named);
        if is_for_all {
            for id in public {
                if is_captured(id)?.is_some() {
                    sessions.push(id);
                }
            }
        }
        sessions.sort_unstable();
        sessions.dedup();
        if !is_dry && !sessions.is_empty() {
            consent(ctx, remote)?;
        }
        let images = if self.no_images { Images::Hash } else { Images::Keep };
        let redactor = launch::engine(store).redactor(images)?;
        let long = if self.force { LongLines::Allow } else { LongLines::Refuse };
        Ok(Some(Sharing { transcripts, replica, sessions, withdrawn, redactor, long }))
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

impl Sharing {
    /// Prints what would be sent: bytes, lines, and what would be replaced.
    pub fn preview(&self, ctx: &mut Ctx, store: &Store) -> Result<(), CliError> {
        for id in &self.sessions {
            let Some(prepared) = self.prepared(store, *id)? else { continue };
            writeln!(ctx.out, "transcripts of {}: {}", id.short(), size(&prepared))?;
            for (rule, count) in prepared.hits.iter() {
                writeln!(ctx.out, "  {rule}: {count} replaced")?;
            }
        }
        for id in &self.withdrawn {
            writeln!(ctx.out, "transcripts of {}: would be withdrawn", id.short())?;
        }
        Ok(())
    }

    /// Sends what is new, and withdraws what must not be shared any more.
    pub fn send(
        &self,
        ctx: &mut Ctx,
        store: &Store,
        remote: &Remote<'_>,
        args: &RemoteArgs,
    ) -> Result<(), CliError> {
        let name = escape::line(remote.name()).into_owned();
        let say = |ctx: &mut Ctx, id: &SessionId, what: &str| match args.quiet {
            true => Ok(()),
            false => writeln!(ctx.out, "to {name}: transcripts of {}: {what}", id.short()),
        };
        for id in &self.sessions {
            let Some(prepared) = self.prepared(store, *id)? else { continue };
            let sent = args.watched(|watcher| {
                let (from, form) = (&self.transcripts, &prepared.form);
                remote.push_transcripts(from, *id, &self.replica, form, watcher)
            })?;
            if sent == TranscriptsSent::Sent {
                say(ctx, id, &size(&prepared))?;
            }
        }
        for id in &self.withdrawn {
            args.watched(|watcher| {
                remote.withdraw_transcripts(&self.transcripts, *id, &self.replica, watcher)
            })?;
            say(ctx, id, "withdrawn")?;
        }
        Ok(())
    }

    fn prepared(
        &self,
        store: &Store,
        id: SessionId,
    ) -> Result<Option<PreparedTranscripts>, CliError> {
        Ok(launch::engine(store).prepare_transcripts(id, &self.redactor, self.long)?)
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
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Err(refusals::no_consent(&name));
    }
    ctx.out.hint(
        "a transcript has all that was said and done in a session; secrets are replaced only if\n\
         their form or value is known",
    );
    message::print(&format!("share transcripts with '{}'? [y/N] ", escape::line(remote.name())));
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).map_err(|error| {
        CliError::fatal("cannot read the answer from standard input").because(&error)
    })?;
    if !["y", "yes"].contains(&answer.trim().to_lowercase().as_str()) {
        return Err(CliError::refused("nothing was pushed"));
    }
    Ok(remote.allow_transcripts()?)
}
