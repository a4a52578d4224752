//! The character encodings that a contract may name for files that are not UTF-8.

/// Their labels, lower case: the names of the WHATWG Encoding Standard and the most usual other names.
pub const ENCODINGS: &[&str] = &[
    "ascii", "big5", "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1257", "cp866", "euc-jp", "euc-kr", "gb18030",
    "gb2312", "gbk", "ibm866", "iso-2022-jp", "iso-8859-1", "iso-8859-10", "iso-8859-13", "iso-8859-14", "iso-8859-15",
    "iso-8859-16", "iso-8859-2", "iso-8859-3", "iso-8859-4", "iso-8859-5", "iso-8859-6", "iso-8859-7", "iso-8859-8",
    "iso-8859-9", "koi8-r", "koi8-u", "latin1", "latin2", "macintosh", "shift_jis", "sjis", "utf-16", "utf-16be",
    "utf-16le", "utf-8", "windows-1250", "windows-1251", "windows-1252", "windows-1253", "windows-1254", "windows-1255",
    "windows-1256", "windows-1257", "windows-1258", "windows-31j", "windows-874",
];

/// Whether a contract may name this encoding, in any case.
#[must_use]
pub fn is_known(label: &str) -> bool {
    ENCODINGS.contains(&label.to_ascii_lowercase().as_str())
}
