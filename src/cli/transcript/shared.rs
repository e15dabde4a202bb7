//! What the commands have in common that work on transcripts at a remote.

use git_ao::model::SessionId;
use git_ao::share::Remote;
use git_ao::store::Store;

use crate::cli::sharing::RemoteArgs;
use crate::cli::{CliError, open};

#[derive(clap::Args)]
pub struct SharedArgs {
    /// The session.
    session: String,

    #[command(flatten)]
    pub remote: RemoteArgs,
}

impl SharedArgs {
    /// Finds the session and the remote.
    pub fn choose<'s>(&self, store: &'s Store) -> Result<(SessionId, Remote<'s>), CliError> {
        let id = open::find(&store.snapshot()?, store, &self.session)?.location.id;
        Ok((id, self.remote.choose(store)?))
    }
}
