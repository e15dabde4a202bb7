use std::sync::Arc;

use git_ao::transcript::{Transcript, TranscriptEntry};

use super::page::Page;
use crate::cli::ui::{OutError, escape};
use crate::cli::{CliError, Ctx};

/// How entries are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Page,
    Raw,
    Json,
}

/// Prints entries in one of the forms.
pub struct Printer {
    form: Form,
    page: Page,
}

impl Printer {
    pub fn new(form: Form, page: Page) -> Self {
        Self { form, page }
    }

    /// Returns true for an entry that the form shows.
    pub fn shows(&self, entry: &TranscriptEntry) -> bool {
        self.form != Form::Page || self.page.shows(entry)
    }

    /// Prints an entry.
    pub fn print(
        &mut self,
        from: &Arc<Transcript>,
        entry: &TranscriptEntry,
        ctx: &mut Ctx,
    ) -> Result<(), CliError> {
        match self.form {
            Form::Page => Ok(self.page.print(from, entry, ctx)?),
            Form::Json => {
                let text = git_ao::view::json::text(entry).map_err(OutError::Failed)?;
                Ok(writeln!(ctx.out, "{text}")?)
            }
            Form::Raw => self.print_raw(from, entry, ctx),
        }
    }

    /// Prints the line of an entry. A line with several entries is printed once.
    fn print_raw(
        &mut self,
        from: &Arc<Transcript>,
        entry: &TranscriptEntry,
        ctx: &mut Ctx,
    ) -> Result<(), CliError> {
        let Some(place) = &entry.raw else { return Ok(()) };
        if self.page.is_repeated(place) {
            return Ok(());
        }
        let line = from.raw(place)?;
        if ctx.out.is_terminal() {
            ctx.out.text(&escape::block(&String::from_utf8_lossy(&line)))?;
        } else {
            ctx.out.bytes(&line)?;
        }
        Ok(ctx.out.text("\n")?)
    }
}
