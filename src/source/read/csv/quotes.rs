//! What quotes do to the lines of a CSV file: two stray ones far apart make one cell of thousands of lines.

use memchr::{memchr2, memmem};

/// How many whole lines inside of a well-formed record have to look like records before they are taken for such.
const FEWEST: usize = 8;

/// Whether a well-formed record holds lines in its quotes that all look like records of `fields` fields. A long text may have
/// such a line, but not nothing else.
pub fn holds_records(raw: &[u8], delimiter: &[u8], fields: usize) -> bool {
    if fields < 2 || memchr2(b'\n', b'\r', raw).is_none() {
        return false;
    }
    let lines = raw.split(|byte| matches!(byte, b'\n' | b'\r')).filter(|line| !line.is_empty());
    let mut inner: Vec<&[u8]> = lines.skip(1).collect();
    inner.pop();
    let looks_so = |line: &&[u8]| memmem::find_iter(line, delimiter).count() + 1 == fields;
    inner.len() >= FEWEST && inner.iter().all(looks_so)
}
