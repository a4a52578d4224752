//! The clipboard of the terminal, by OSC 52: it works over SSH and inside tmux.

/// Terminals refuse more; it is also more than anybody copies from a list.
const MOST: usize = 74_000;

/// The escape sequence that puts `text` into the clipboard; inside tmux it is handed through.
#[must_use]
pub fn sequence(text: &str, inside_tmux: bool) -> String {
    let bytes = text.as_bytes();
    let plain = format!("\u{1b}]52;c;{}\u{7}", base64(&bytes[..bytes.len().min(MOST)]));
    if inside_tmux { format!("\u{1b}Ptmux;{}\u{1b}\\", plain.replace('\u{1b}', "\u{1b}\u{1b}")) } else { plain }
}

/// RFC 4648, section 4, with padding.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or(0));
        let group = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let sextet = (group >> (18 - 6 * place)) & 63;
            text.push(if place > chunk.len() { '=' } else { char::from(ALPHABET[sextet as usize]) });
        }
    }
    text
}
