//! Prints what `git blame --porcelain` prints, and the sessions.

use git_ao::ops::{Blame, Provenance};

use crate::cli::ui::{Out, OutError, escape};

pub fn print(blame: &Blame, out: &mut Out) -> Result<(), OutError> {
    for line in &blame.lines {
        let header = line.porcelain_header();
        out.bytes(header)?;
        // Git says once for each commit who its author is.
        if memchr::memmem::find(header, b"\nauthor ").is_some() {
            let commit = blame.commits.get(&line.commit);
            for one in commit.into_iter().flat_map(|commit| &commit.found) {
                print_session("ao", one, out)?;
                writeln!(out, "ao-evidence {}", one.evidence.as_str())?;
            }
        }
        if let Some(one) = &line.likely {
            print_session("ao-line", one, out)?;
        }
        out.bytes(b"\t")?;
        out.bytes(&line.text)?;
        out.bytes(b"\n")?;
    }
    Ok(())
}

fn print_session(prefix: &str, one: &Provenance, out: &mut Out) -> Result<(), OutError> {
    writeln!(out, "{prefix}-session {}", one.id)?;
    if let Some(session) = &one.session {
        writeln!(out, "{prefix}-title {}", escape::quoted(&session.display_title()))?;
    }
    Ok(())
}
