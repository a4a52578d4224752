//! The names of the months, in the languages of Europe.

use std::collections::HashMap;
use std::sync::LazyLock;

/// The names, and what is usual to be short for them, lower case: those of the Unicode CLDR, in the cases that dates have them
/// in, for languages that are written with Latin letters, and for Russian. What names another month in a smaller language of
/// them (`listopad` is October in Croatian) is that of the larger ones.
const NAMES: [&str; 12] = [
    "january jan januar jänner janvier janv enero ene gennaio gen janeiro januari januára január styczeń \
     stycznia sty leden ledna led tammikuu tammikuuta ianuarie ian ocak oca январь января янв",
    "february feb febr februar février fevrier févr fév febrero febbraio fevereiro fev februari február \
     februára luty lutego lut únor února úno helmikuu helmikuuta februarie şubat şub февраль февраля фев \
     февр",
    "march mar märz mär mrz mars marts marzo março maart mrt marec marca marzec březen března bře március \
     márc maaliskuu maaliskuuta martie mart март марта мар",
    "april apr avril avr abril abr aprile apríl apríla április ápr kwiecień kwietnia kwi duben dubna dub \
     huhtikuu huhtikuuta aprilie nisan nis апрель апреля апр",
    "may mai maj mayo maggio mag maio mei maja máj mája május květen května kvě toukokuu toukokuuta mayıs \
     май мая",
    "june jun juni juin junio giugno giu junho jún júna június czerwiec czerwca cze červen června čvn \
     kesäkuu kesäkuuta iunie iun haziran haz июнь июня июн",
    "july jul juli juillet juil julio luglio lug julho júl júla július lipiec lipca lip červenec července \
     čvc heinäkuu heinäkuuta iulie iul temmuz tem июль июля июл",
    "august aug août aout agosto ago augustus augusti augusta augusztus sierpień sierpnia sie srpen srpna \
     srp elokuu elokuuta ağustos ağu август августа авг",
    "september sep sept septembre septiembre settembre set setembro septembra szeptember szept wrzesień \
     września wrz září zář syyskuu syyskuuta septembrie eylül eyl сентябрь сентября сен сент",
    "october oct oktober okt octobre octubre ottobre ott outubro out október októbra październik \
     października paź říjen října říj lokakuu lokakuuta octombrie ekim eki октябрь октября окт",
    "november nov novembre noviembre novembro novembra listopad listopada listopadu lis marraskuu \
     marraskuuta noiembrie kasım kas ноябрь ноября ноя нояб",
    "december dec dezember dez décembre déc diciembre dic dicembre dezembro des desember decembra \
     grudzień grudnia gru prosinec prosince joulukuu joulukuuta decembrie aralık ara декабрь декабря дек",
];

/// The number of the month that each is the name of.
static NUMBERS: LazyLock<HashMap<&str, u32>> = LazyLock::new(|| {
    let named = (1..).zip(NAMES).flat_map(|(number, names)| names.split(' ').map(move |name| (name, number)));
    named.collect()
});

/// The number of the month that a word, in lower case, is the name of.
#[must_use]
pub fn month(word: &str) -> Option<u32> {
    // Most of what is asked about are numbers.
    if word.starts_with(|first: char| first.is_ascii_digit()) { None } else { NUMBERS.get(word).copied() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_of_one_month() {
        let names: Vec<&str> = NAMES.iter().flat_map(|names| names.split(' ')).collect();
        assert_eq!(names.len(), NUMBERS.len());
        assert!(names.iter().all(|name| name.to_lowercase() == *name));
    }

    #[test]
    fn languages_have_names_of_their_own() {
        let found = ["marca", "lipca", "října", "október", "juni", "lokakuuta", "кас", "дек", "mayo"].map(month);
        assert_eq!(found, [Some(3), Some(7), Some(10), Some(10), Some(6), Some(10), None, Some(12), Some(5)]);
    }
}
