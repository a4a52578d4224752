//! How a provider's tills write: capitals, short forms, units.

use super::random::Random;
use super::short_forms::SHORT_FORMS;

/// How the words of one description are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    /// `BROWNFIELD EGGS`
    Upper,
    /// `brownfield eggs`
    Lower,
    /// `Brownfield Eggs`
    Title,
    /// `BROWNFIELD Eggs`: each word as it comes.
    Mixed,
}

/// A provider's way of writing.
#[derive(Debug)]
pub struct Style {
    /// How often a description is in upper, lower, title and mixed case: weights in this order.
    pub cases: [u64; 4],
    /// In how many of 100 cases a word is shortened.
    pub shortened: u64,
    /// In how many of 100 descriptions the brand is named.
    pub branded: u64,
    /// The same for the size, where there is one.
    pub sized: u64,
    /// The same for the pack, where there is one.
    pub packed: u64,
    /// The same for a price mark.
    pub priced: u64,
    /// The same for words that mean nothing.
    pub noisy: u64,
    /// How often the brand, the pack or the product comes first: weights in this order.
    pub orders: [u64; 3],
    /// In how many of 100 cases a blank stands between number and unit.
    pub spaced: u64,
}

impl Style {
    /// How one description will be written.
    pub fn case(&self, random: &mut Random) -> Case {
        [Case::Upper, Case::Lower, Case::Title, Case::Mixed][random.weighted(&self.cases)]
    }

    /// A word or phrase of the shelves, perhaps shortened.
    pub fn word(&self, random: &mut Random, words: &str) -> String {
        if !random.percent(self.shortened) {
            return words.to_owned();
        }
        match SHORT_FORMS.iter().find(|(long, _)| *long == words) {
            Some((_, short)) => (*random.pick(short)).to_owned(),
            None => squeezed(words, Squeeze::Throughout),
        }
    }

    /// A brand, perhaps shortened in one of two ways.
    pub fn brand(&self, random: &mut Random, brand: &str) -> String {
        if !random.percent(self.shortened) {
            return brand.to_owned();
        }
        squeezed(brand, *random.pick(&[Squeeze::Throughout, Squeeze::BackHalf]))
    }

    /// A number with its unit.
    pub fn measure(&self, random: &mut Random, (number, unit): (&str, &str)) -> String {
        let blank = if unit != "\"" && random.percent(self.spaced) { " " } else { "" };
        format!("{number}{blank}{unit}")
    }
}

/// Which vowels of a word are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Squeeze {
    /// All but the first and the last letter: `Haldene`, `Hldne`.
    Throughout,
    /// Those of the back half: `Brownfield`, `Brownfld`.
    BackHalf,
}

/// `words` without some vowels. Short words stay as they are.
#[must_use]
pub fn squeezed(words: &str, squeeze: Squeeze) -> String {
    words.split(' ').map(|word| squeezed_word(word, squeeze)).collect::<Vec<_>>().join(" ")
}

fn squeezed_word(word: &str, squeeze: Squeeze) -> String {
    let length = word.chars().count();
    if length < 5 {
        return word.to_owned();
    }
    let from = if squeeze == Squeeze::Throughout { 1 } else { length / 2 };
    let kept = |position: usize, letter: char| position < from || position + 1 == length || !"aeiou".contains(letter);
    word.chars().enumerate().filter(|(position, letter)| kept(*position, *letter)).map(|(_, letter)| letter).collect()
}

/// `words`, given as they stand in a title, in this case.
pub fn cased(words: &str, case: Case, random: &mut Random) -> String {
    let whole = |words: &str, case: Case| match case {
        Case::Upper => words.to_uppercase(),
        Case::Lower => words.to_lowercase(),
        Case::Title | Case::Mixed => words.to_owned(),
    };
    if case != Case::Mixed {
        return whole(words, case);
    }
    let word = |word| whole(word, *random.pick(&[Case::Upper, Case::Lower, Case::Title, Case::Title]));
    words.split(' ').map(word).collect::<Vec<_>>().join(" ")
}
