/// The maximum size of a record. A larger record is not parsed: it is shown as corrupt and
/// preserved.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The size of the YAML in bytes.
    pub bytes: usize,
    /// The nesting depth of lists and maps.
    pub depth: usize,
    /// The number of values after aliases are resolved.
    pub values: usize,
}

/// The limits of format version 1.
pub const LIMITS: Limits = Limits { bytes: 1 << 20, depth: 32, values: 20_000 };
