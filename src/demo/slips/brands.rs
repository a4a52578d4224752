//! The brands on the shelves. All of them are invented.

use super::goods::Department;

/// Milk, meat, bread, fruit.
const FRESH: &[&str] = &[
    "Haldene",
    "Brownfield",
    "Tanbrook",
    "Winterbourne Dairy",
    "Thistledown Farm",
    "Fennimoor",
    "Ashgrove Valley",
    "Dunmallow",
    "Farrowdale",
    "Mother Ansley's",
    "Oxbarrow",
    "Rushlake",
    "Honeychurch",
    "Penwhistle",
];

/// Tins, packets, sweets, crisps.
const PANTRY: &[&str] = &[
    "Marlowick",
    "Old Pump House",
    "Mill Lane Larder",
    "Quillmoor",
    "Copperpot",
    "Hob & Hearth",
    "Bramblewick",
    "Gildersome",
    "Lintwhistle",
    "Nettlecote",
    "Quenby Mill",
    "Saltmarsh Bay",
    "Foxenden",
    "Pellingford",
    "Yarrowby",
    "Birchwater",
];

/// Hot, cold, sparkling.
const DRINKS: &[&str] = &[
    "Blue Kettle",
    "Café Orlaine",
    "Glenharrow",
    "Tidewell",
    "Otter & Wren",
    "Ivelbrook",
    "Kestrel Point",
    "Calderwyn",
    "Elderspoke",
    "Zephyra",
    "Greywether",
    "Tarnwick",
];

/// What cleans, and what the pets eat.
const HOUSEHOLD: &[&str] = &[
    "Luminelle",
    "Brasswick",
    "Corvenna",
    "Velmora",
    "Jessamund",
    "Dovermill",
    "Everthorn",
    "Rookhill",
    "Sorrelby",
    "Wrenfold",
    "Aldermoss",
    "Mossgate",
];

/// The brands that make what a department sells.
#[must_use]
pub fn of(department: Department) -> &'static [&'static str] {
    match department {
        Department::Fresh => FRESH,
        Department::Pantry => PANTRY,
        Department::Drinks => DRINKS,
        Department::Household => HOUSEHOLD,
    }
}

/// Every brand.
pub fn all() -> impl Iterator<Item = &'static str> {
    [FRESH, PANTRY, DRINKS, HOUSEHOLD].into_iter().flatten().copied()
}

/// Whether nobody had heard of the brand when the models were made: they have to find it by its surroundings.
#[must_use]
pub fn is_new(brand: &str) -> bool {
    all().position(|known| known == brand).is_some_and(|position| position % 9 == 4)
}
