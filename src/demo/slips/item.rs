//! One thing on a slip: what it is, how the till writes it, what it costs.

use super::brands;
use super::goods::{GOODS, Good, Season};
use super::phrase::{Label, Phrase};
use super::random::Random;
use super::style::{Case, Style, cased};

/// One thing that was sold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The description with its gold spans.
    pub phrase: Phrase,
    /// The brand, as its maker writes it.
    pub brand: Option<&'static str>,
    /// What one of it costs, in pence.
    pub pence: u64,
}

/// Words on slips that mean nothing to a client.
const NOISE: &[&str] = &["New", "Offer", "Special", "Reduced", "Clr", "Promo", "Rtl", "Chilled", "*", "SO"];

/// Sells something in `month` (1 to 12), written in `style`.
pub fn sell(random: &mut Random, style: &Style, month: u32) -> Item {
    let good = choose(random, month);
    let case = style.case(random);
    let size = (!good.sizes.is_empty()).then(|| *random.pick(good.sizes));
    let pack = (!good.packs.is_empty() && random.percent(style.packed)).then(|| *random.pick(good.packs));
    let pence = price(random, good, pack);
    let brand = random.percent(style.branded).then(|| *random.pick(brands::of(good.department)));

    let brand_piece = brand.map(|brand| (Label::Brand, style.brand(random, brand)));
    let product = Some((Label::Product, product(random, style, good)));
    let amount = amount(random, style, size, pack);
    let mark = random.percent(style.priced).then(|| (Label::Price, price_mark(random, pence)));
    let pieces = match random.weighted(&style.orders) {
        0 => [brand_piece, product, amount, mark],
        1 => [amount, brand_piece, product, mark],
        _ => [product, brand_piece, amount, mark],
    };
    let mut pieces: Vec<(Option<Label>, String)> =
        pieces.into_iter().flatten().map(|(label, text)| (Some(label), text)).collect();
    if random.percent(style.noisy) {
        let place = if random.percent(50) { 0 } else { pieces.len() };
        pieces.insert(place, (None, (*random.pick(NOISE)).to_owned()));
    }

    let mut phrase = Phrase::default();
    for (label, text) in pieces {
        phrase.push(label, &written(random, label, &text, case));
    }
    Item { phrase, brand, pence }
}

fn choose(random: &mut Random, month: u32) -> &'static Good {
    let summer = (5..=9).contains(&month);
    let favoured = |good: &Good| match good.season {
        Season::Always => true,
        Season::Summer => summer,
        Season::Winter => !summer,
    };
    // Out of season every other sale goes to something else.
    let first = random.pick(GOODS);
    if favoured(first) || random.percent(50) { first } else { random.pick(GOODS) }
}

/// Shelf prices end in 5 or 9 pence. More pieces cost more, each a little less.
fn price(random: &mut Random, good: &Good, pack: Option<u64>) -> u64 {
    let (from, to) = good.pence;
    let one = from + random.below(to - from + 1);
    let multipack = pack.filter(|_| !good.sizes.is_empty());
    let all = multipack.map_or(one, |pieces| one + one * pieces.min(12) / 4);
    all - all % 10 + *random.pick(&[5, 9, 9])
}

fn product(random: &mut Random, style: &Style, good: &Good) -> String {
    let mut words = Vec::new();
    if !good.before.is_empty() && random.percent(70) {
        let before = *random.pick(good.before);
        words.push(style.word(random, before));
    }
    words.push(style.word(random, good.name));
    if !good.after.is_empty() && random.percent(25) {
        let after = *random.pick(good.after);
        words.push(style.word(random, after));
    }
    words.join(" ")
}

/// The size, the pack, or both in one: `2L`, `12pk`, `6x330ml`.
fn amount(
    random: &mut Random,
    style: &Style,
    size: Option<(&str, &str)>,
    pack: Option<u64>,
) -> Option<(Label, String)> {
    match (size, pack) {
        (Some(size), Some(pieces)) => {
            let by = *random.pick(&["x", "x", " x "]);
            Some((Label::Pack, format!("{pieces}{by}{}", style.measure(random, size))))
        }
        (None, Some(pieces)) => {
            let form = random.below(4);
            let blank = if random.percent(style.spaced) { " " } else { "" };
            Some((
                Label::Pack,
                match form {
                    0 | 1 => format!("{pieces}{blank}pk"),
                    2 => format!("x{pieces}"),
                    _ => format!("{pieces} pack"),
                },
            ))
        }
        (Some(size), None) => random.percent(style.sized).then(|| (Label::Size, style.measure(random, size))),
        (None, None) => None,
    }
}

fn price_mark(random: &mut Random, pence: u64) -> String {
    let mark = random.pick(&["PM ", "PM ", "PM", "PMP ", ""]);
    format!("{mark}£{}.{:02}", pence / 100, pence % 100)
}

/// Price marks are printed the same everywhere; all else goes by the case of the line.
fn written(random: &mut Random, label: Option<Label>, text: &str, case: Case) -> String {
    match label {
        Some(Label::Price) if case != Case::Lower => text.to_owned(),
        Some(Label::Size | Label::Pack) if case == Case::Mixed => {
            cased(text, *random.pick(&[Case::Upper, Case::Title]), random)
        }
        _ => cased(text, case, random),
    }
}
