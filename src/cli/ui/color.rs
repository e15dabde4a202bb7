use git_ao::model::SessionStatus;

/// The meaning of a piece of text, which determines its color. The colors are those that git uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Style {
    /// No color.
    #[default]
    Plain,
    /// A session or commit id.
    Id,
    /// A branch.
    Branch,
    /// Less important text.
    Dim,
    /// A heading.
    Title,
    /// A status in which the agent is working.
    Busy,
    /// A status in which the session waits for somebody.
    Waiting,
    /// A status in which something went wrong, or anything broken.
    Failed,
    /// A status in which the work is approved or done.
    Good,
}

impl Style {
    /// Returns the style of a status.
    pub fn of_status(status: &SessionStatus) -> Self {
        use SessionStatus as S;
        match status {
            S::Spawning | S::Working => Self::Busy,
            S::Idle | S::Paused | S::NeedsInput | S::PrOpen | S::ReviewPending => Self::Waiting,
            S::Stuck | S::CiFailed | S::ChangesRequested | S::MergeFailed | S::Errored => {
                Self::Failed
            }
            S::Approved | S::Mergeable | S::Merged | S::Done => Self::Good,
            S::Killed | S::Terminated | S::Cleanup => Self::Dim,
            S::Other(_) => Self::Plain,
        }
    }

    fn code(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Id | Self::Waiting => "\x1b[33m",
            Self::Branch | Self::Good => "\x1b[32m",
            Self::Dim => "\x1b[2m",
            Self::Title => "\x1b[1m",
            Self::Busy => "\x1b[36m",
            Self::Failed => "\x1b[31m",
        }
    }
}

/// Whether output is colored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Color {
    /// Never.
    Off,
    /// Always.
    On,
}

impl Color {
    /// Parses a value of `color.ui` or `color.ao` (git-config(1)): `always`, `never`, or a boolean,
    /// where true means `auto`.
    pub fn from_setting(setting: Option<&str>, auto: Self) -> Self {
        match setting.map(str::to_ascii_lowercase).as_deref() {
            Some("always") => Self::On,
            Some("never" | "false" | "no" | "off" | "0" | "") => Self::Off,
            _ => auto,
        }
    }

    /// Colors text that is already escaped.
    pub(super) fn paint(self, style: Style, text: &str) -> String {
        if self == Self::Off || style == Style::Plain || text.is_empty() {
            return text.to_owned();
        }
        format!("{}{text}\x1b[m", style.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_as_git_reads_them() {
        for (setting, auto_off, auto_on) in [
            (None, Color::Off, Color::On),
            (Some("auto"), Color::Off, Color::On),
            (Some("true"), Color::Off, Color::On),
            (Some("ALWAYS"), Color::On, Color::On),
            (Some("never"), Color::Off, Color::Off),
            (Some("false"), Color::Off, Color::Off),
        ] {
            assert_eq!(Color::from_setting(setting, Color::Off), auto_off, "{setting:?}");
            assert_eq!(Color::from_setting(setting, Color::On), auto_on, "{setting:?}");
        }
    }

    #[test]
    fn painted_text_is_closed() {
        assert_eq!(Color::On.paint(Style::Id, "7b6d"), "\x1b[33m7b6d\x1b[m");
        assert_eq!(Color::On.paint(Style::Plain, "7b6d"), "7b6d");
        assert_eq!(Color::Off.paint(Style::Id, "7b6d"), "7b6d");
        assert_eq!(Color::On.paint(Style::Id, ""), "");
    }
}
