use std::path::Path;

/// Returns the name of the folder in which Claude Code 2.1 stores the conversations of a working
/// directory. Each UTF-16 unit other than an ASCII letter or digit becomes a dash. A long name is
/// truncated, and a hash of the whole path is appended.
pub(super) fn folder_name(workspace: &Path) -> Option<String> {
    const LONGEST: usize = 200;
    let path = workspace.to_str()?;
    let plain = |unit: u16| u8::try_from(unit).ok().filter(u8::is_ascii_alphanumeric);
    let name: String =
        path.encode_utf16().map(|unit| plain(unit).map_or('-', char::from)).collect();
    if name.len() <= LONGEST {
        return Some(name);
    }
    let hash = path
        .encode_utf16()
        .fold(0_i32, |hash, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit)));
    Some(format!("{}-{}", &name[..LONGEST], base36(hash.unsigned_abs())))
}

fn base36(mut number: u32) -> String {
    let mut digits = Vec::new();
    loop {
        digits.push(char::from_digit(number % 36, 36).unwrap_or_default());
        number /= 36;
        if number == 0 {
            return digits.iter().rev().collect();
        }
    }
}
