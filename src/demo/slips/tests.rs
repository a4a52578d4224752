//! scratch
use super::*;
#[test]
fn dump() {
    let m = material(SEED).unwrap();
    let root = std::path::PathBuf::from("/tmp/slips_dump");
    for f in &m.files {
        let d = root.join(f.provider);
        std::fs::create_dir_all(&d).unwrap();
        std::fs::write(d.join(&f.name), &f.bytes).unwrap();
    }
    for t in &m.training { std::fs::write(root.join(t.name), &t.bytes).unwrap(); }
    std::fs::write(root.join(m.lexicon.0), &m.lexicon.1).unwrap();
    std::fs::write(root.join("assay.toml"), &m.assay_toml).unwrap();
    std::fs::write(root.join("plan.txt"), format!("{:#?}", m.plan)).unwrap();
    // gold per provider-period
    let mut out = String::new();
    for habits in &PROVIDERS { for (i, p) in periods().unwrap().into_iter().enumerate() {
        let rows = usual_rows(SEED, habits, p, i);
        let mut c = [0u64; 5];
        for s in Till::open(SEED, habits, p, rows) { for sp in &s.phrase.spans { c[sp.label as usize] += 1; } }
        out.push_str(&format!("{} {p} {rows} {:?}\n", habits.name, c.map(|x| x * 1000 / rows)));
    }}
    std::fs::write(root.join("rates.txt"), out).unwrap();
    let t = std::time::Instant::now();
    let mut sink = std::io::sink();
    write_slips(1, 1_000_000, &mut sink).unwrap();
    eprintln!("1M in {:?}", t.elapsed());
}
