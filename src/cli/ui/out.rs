use git_ao::model::error_chain;
use std::fmt;
use std::io::{self, BufWriter, IsTerminal as _, Write};

use super::color::Color;
use super::message::{self, Level};
use super::pager::{End, Pager};
use super::{Style, escape};
use crate::cli::env::Env;

/// Standard output, buffered and possibly sent through a pager. All output goes through this.
///
/// Every method may fail with [`OutError`], which a verb passes on with `?`; a closed pipe ends the
/// program quietly. Text from a record must be escaped first: [`Out::paint`] and [`super::Cell`] do
/// so, [`super::escape`] is for the rest.
pub struct Out {
    sink: Sink,
    screen: Screen,
    color: Color,
}

enum Sink {
    Plain(BufWriter<Box<dyn Write>>),
    Paged(Box<Pager>),
    /// The user quit the pager before the end.
    Gone,
}

/// Why the output ended.
#[derive(Debug, thiserror::Error)]
pub enum OutError {
    /// The reader closed its end.
    #[error("standard output was closed")]
    Closed,
    /// The user pressed ^C while the pager ran.
    #[error("interrupted")]
    Interrupted,
    /// Anything else, such as a full disk.
    #[error("write failure on standard output")]
    Failed(#[from] io::Error),
}

/// The properties of standard output.
#[derive(Debug, Clone, Copy)]
pub struct Screen {
    /// True if this is a terminal without a pager.
    pages: bool,
    /// The width of the terminal, if there is one.
    width: Option<usize>,
    /// The meaning of `color.ui=auto`.
    color: Color,
}

impl Screen {
    /// Examines standard output and the environment.
    ///
    /// A pager that git started counts as a terminal. As in git, a dumb terminal has no color; nor
    /// has any if NO_COLOR is set (no-color.org).
    pub fn detect(env: &Env) -> Self {
        let stdout = io::stdout();
        let paged = env.is_true("GIT_PAGER_IN_USE");
        let terminal = stdout.is_terminal();
        if !terminal && !paged {
            return Self { pages: false, width: None, color: Color::Off };
        }
        let columns = || match rustix::termios::tcgetwinsize(&stdout) {
            Ok(size) if size.ws_col > 0 => size.ws_col.into(),
            _ => 80,
        };
        let given = env.text("COLUMNS").and_then(|text| text.parse().ok()).filter(|n| *n > 0);
        let dumb = env.text("TERM").is_none_or(|term| term == "dumb");
        let plain = dumb || env.text("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self {
            pages: terminal && !paged,
            width: Some(given.unwrap_or_else(columns)),
            color: if plain { Color::Off } else { Color::On },
        }
    }
}

impl Out {
    /// Opens standard output.
    pub fn stdout(screen: Screen) -> Self {
        Self::to(Box::new(io::stdout()), screen)
    }

    fn to(writer: Box<dyn Write>, screen: Screen) -> Self {
        Self { sink: Sink::Plain(BufWriter::new(writer)), screen, color: screen.color }
    }

    /// Applies the value of `color.ao`, or else of `color.ui`.
    pub fn configure_color(&mut self, setting: Option<&str>) {
        self.color = Color::from_setting(setting, self.screen.color);
    }

    /// Returns true if the output goes to a terminal, directly or through a pager.
    pub fn is_terminal(&self) -> bool {
        self.screen.width.is_some()
    }

    /// Returns the width of the terminal, if there is one.
    pub fn width(&self) -> Option<usize> {
        self.screen.width
    }

    /// Sets the width of the terminal, which a person has changed.
    pub fn set_width(&mut self, width: usize) {
        self.screen.width = self.screen.width.map(|_| width);
    }

    /// Escapes the text to one line and colors it.
    pub fn paint(&self, style: Style, text: &str) -> String {
        self.paint_escaped(style, &escape::line(text))
    }

    /// Colors text that is already escaped.
    pub fn paint_escaped(&self, style: Style, text: &str) -> String {
        self.color.paint(style, text)
    }

    /// Sends further output through the pager if this is a terminal without one.
    ///
    /// If the pager cannot be started, prints a warning and writes to the terminal directly.
    pub fn page(&mut self, env: &Env, core_pager: Option<&str>) -> Result<(), OutError> {
        let Some(command) = super::pager::command(env, core_pager) else { return Ok(()) };
        if !self.screen.pages {
            return Ok(());
        }
        self.flush()?;
        self.screen.pages = false;
        match Pager::start(&command, env) {
            Ok(pager) => self.sink = Sink::Paged(Box::new(pager)),
            Err(source) => {
                self.warn(&format!("cannot run the pager '{command}': {}", error_chain(&source)));
            }
        }
        Ok(())
    }

    /// Writes formatted text, for `write!` and `writeln!`.
    pub fn write_fmt(&mut self, text: fmt::Arguments<'_>) -> Result<(), OutError> {
        match text.as_str() {
            Some(text) => self.text(text),
            None => self.text(&text.to_string()),
        }
    }

    /// Writes text.
    pub fn text(&mut self, text: &str) -> Result<(), OutError> {
        self.bytes(text.as_bytes())
    }

    /// Writes bytes as they are.
    pub fn bytes(&mut self, bytes: &[u8]) -> Result<(), OutError> {
        let result = match &mut self.sink {
            Sink::Plain(writer) => writer.write_all(bytes),
            Sink::Paged(pager) => pager.write_all(bytes),
            Sink::Gone => return Err(OutError::Closed),
        };
        self.check(result)
    }

    /// Flushes the buffer, for output that the user waits for.
    pub fn flush(&mut self) -> Result<(), OutError> {
        let result = match &mut self.sink {
            Sink::Plain(writer) => writer.flush(),
            Sink::Paged(pager) => pager.flush(),
            Sink::Gone => return Err(OutError::Closed),
        };
        self.check(result)
    }

    /// Returns true if the output is colored.
    pub fn is_colored(&self) -> bool {
        self.color == Color::On
    }

    /// Flushes the output, then prints an error that does not end the program.
    pub fn error(&mut self, text: &str) {
        self.message(Level::Error, text);
    }

    /// Flushes the output, then prints a warning.
    pub fn warn(&mut self, text: &str) {
        self.message(Level::Warning, text);
    }

    /// Flushes the output, then prints a hint.
    pub fn hint(&mut self, text: &str) {
        self.message(Level::Hint, text);
    }

    /// Prints a message on standard error or, as git does, in the pager if standard error is a
    /// terminal too.
    fn message(&mut self, level: Level, text: &str) {
        // An error is returned again by the next write.
        let _ = match &mut self.sink {
            Sink::Paged(_) if io::stderr().is_terminal() => self.text(&level.format(text)),
            _ => {
                let flushed = self.flush();
                message::print(&level.format(text));
                flushed
            }
        };
    }

    /// Writes the rest and waits for the pager. Must be called at the end.
    pub fn finish(&mut self) -> Result<(), OutError> {
        match self.sink {
            Sink::Paged(_) => self.end_paging(),
            Sink::Plain(_) | Sink::Gone => self.flush(),
        }
    }

    fn check(&mut self, result: io::Result<()>) -> Result<(), OutError> {
        match result {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => match self.sink {
                Sink::Paged(_) => self.end_paging(),
                Sink::Plain(_) | Sink::Gone => Err(OutError::Closed),
            },
            Err(error) => Err(OutError::Failed(error)),
        }
    }

    /// Waits for the pager. If the pager never ran, prints its input directly.
    fn end_paging(&mut self) -> Result<(), OutError> {
        let Sink::Paged(pager) = std::mem::replace(&mut self.sink, Sink::Gone) else {
            return Err(OutError::Closed);
        };
        match pager.end().map_err(OutError::Failed)? {
            End::Quit => Err(OutError::Closed),
            End::Interrupted => Err(OutError::Interrupted),
            End::Read => {
                self.sink = plain();
                Ok(())
            }
            End::NeverRan(output) => {
                self.sink = plain();
                self.bytes(&output)?;
                self.flush()
            }
        }
    }
}

fn plain() -> Sink {
    Sink::Plain(BufWriter::new(Box::new(io::stdout())))
}

#[cfg(test)]
pub(super) mod testing {
    use std::cell::RefCell;
    use std::rc::Rc;

    use super::*;

    pub const FILE: Screen = Screen { pages: false, width: None, color: Color::Off };

    pub fn terminal(width: usize) -> Screen {
        Screen { pages: false, width: Some(width), color: Color::On }
    }

    #[derive(Clone, Default)]
    struct Shared(Rc<RefCell<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// Returns what `print` wrote to such a screen.
    pub fn printed(screen: Screen, print: impl FnOnce(&mut Out)) -> String {
        let shared = Shared::default();
        let mut out = Out::to(Box::new(shared.clone()), screen);
        print(&mut out);
        out.finish().unwrap();
        let bytes = shared.0.borrow().clone();
        String::from_utf8(bytes).unwrap()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Broken(io::ErrorKind);

    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_that_went_away_is_not_a_failure_to_write() {
        let mut out = Out::to(Box::new(Broken(io::ErrorKind::BrokenPipe)), testing::FILE);
        assert!(writeln!(out, "buffered").is_ok());
        assert!(matches!(out.finish(), Err(OutError::Closed)));
        let mut out = Out::to(Box::new(Broken(io::ErrorKind::StorageFull)), testing::FILE);
        assert!(writeln!(out, "buffered").is_ok());
        assert!(matches!(out.finish(), Err(OutError::Failed(_))));
    }

    #[test]
    fn color_follows_the_setting_and_the_screen() {
        let shown = |screen, setting| {
            testing::printed(screen, |out| {
                out.configure_color(setting);
                let text = out.paint(Style::Branch, "main");
                writeln!(out, "{text}").unwrap();
            })
        };
        assert_eq!(shown(testing::FILE, None), "main\n");
        assert_eq!(shown(testing::FILE, Some("always")), "\x1b[32mmain\x1b[m\n");
        assert_eq!(shown(testing::terminal(80), None), "\x1b[32mmain\x1b[m\n");
        assert_eq!(shown(testing::terminal(80), Some("never")), "main\n");
    }

    #[test]
    fn a_pager_of_gits_counts_as_a_terminal() {
        let screen = Screen::detect(&Env::of([
            ("GIT_PAGER_IN_USE", "true"),
            ("COLUMNS", "33"),
            ("TERM", "xterm"),
        ]));
        assert_eq!((screen.pages, screen.width, screen.color), (false, Some(33), Color::On));
        let screen = Screen::detect(&Env::of([
            ("GIT_PAGER_IN_USE", "1"),
            ("COLUMNS", "0"),
            ("TERM", "xterm"),
            ("NO_COLOR", "1"),
        ]));
        assert_eq!((screen.pages, screen.color), (false, Color::Off));
        assert!(screen.width.is_some_and(|width| width > 0));
    }
}
