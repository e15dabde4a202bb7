//! Characters that JSON may write as an escape.

/// Which escapes can hide a character of a needle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hidden {
    /// Those of ASCII.
    Ascii,
    /// Those of all characters.
    Any,
}

/// Returns true if the bytes have an escape, `\u00e9`, of such a character. Escapes of control
/// characters hide nothing: no needle has any.
pub fn has_escape(raw: &[u8], hidden: Hidden) -> bool {
    memchr::memmem::find_iter(raw, b"\\u").any(|at| {
        let digits = raw.get(at + 2..at + 6).and_then(|hex| std::str::from_utf8(hex).ok());
        let code = digits.and_then(|hex| u32::from_str_radix(hex, 16).ok());
        match hidden {
            Hidden::Ascii => code.is_some_and(|code| (0x20..0x7f).contains(&code)),
            Hidden::Any => code.is_some_and(|code| code >= 0x20),
        }
    })
}

/// Returns true for a byte that a writer of JSON leaves as it is, or escapes as `\u` and its code.
/// The others have escapes of their own.
pub fn is_plain(byte: u8) -> bool {
    byte >= 0x20 && !matches!(byte, b'"' | b'\\' | b'/' | 0x7f)
}
