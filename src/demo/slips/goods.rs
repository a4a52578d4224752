//! What is sold: the words for it, its sizes and packs, and what it costs.

use Department::{Drinks, Fresh, Household, Pantry};
use Season::{Always, Summer, Winter};

/// Where in the shop it stands; a brand belongs to one department.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Department {
    /// Milk, eggs, meat, bread; chilled and frozen.
    Fresh,
    /// What keeps.
    Pantry,
    /// Hot and cold.
    Drinks,
    /// What cleans, and what the pets eat.
    Household,
}

/// When it sells best.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Season {
    /// The whole year.
    Always,
    /// May to September.
    Summer,
    /// October to April.
    Winter,
}

/// One kind of thing on the shelves.
#[derive(Debug)]
pub struct Good {
    /// Its department.
    pub department: Department,
    /// What may stand before the name.
    pub before: &'static [&'static str],
    /// The name.
    pub name: &'static str,
    /// What may stand behind the name.
    pub after: &'static [&'static str],
    /// Amounts and units of one piece; none: it is sold by the piece.
    pub sizes: &'static [(&'static str, &'static str)],
    /// How many pieces a pack may have; none: it is sold singly.
    pub packs: &'static [u64],
    /// What one piece costs in pence, from and to.
    pub pence: (u64, u64),
    /// When it sells best.
    pub season: Season,
}

type Words = &'static [&'static str];
type Sizes = &'static [(&'static str, &'static str)];

const fn good(
    department: Department,
    words: (Words, &'static str, Words),
    sizes: Sizes,
    packs: &'static [u64],
    pence: (u64, u64),
    season: Season,
) -> Good {
    Good { department, before: words.0, name: words.1, after: words.2, sizes, packs, pence, season }
}

const CANS: Sizes = &[("330", "ml"), ("250", "ml"), ("500", "ml")];
const TINS: Sizes = &[("400", "g"), ("200", "g"), ("410", "g")];

/// Everything on the shelves.
pub const GOODS: &[Good] = &[
    good(
        Fresh,
        (&["Semi Skimmed", "Skimmed", "Whole", "Organic Whole"], "Milk", &[]),
        &[("1", "L"), ("2", "L"), ("568", "ml"), ("4", "pt")],
        &[],
        (95, 230),
        Always,
    ),
    good(
        Fresh,
        (&["Free Range", "Organic", "Barn"], "Eggs", &["Large", "Medium", "Mixed"]),
        &[],
        &[6, 10, 12, 15],
        (120, 340),
        Always,
    ),
    good(
        Fresh,
        (&["Salted", "Unsalted", "Spreadable"], "Butter", &[]),
        &[("250", "g"), ("500", "g")],
        &[2],
        (180, 420),
        Always,
    ),
    good(
        Fresh,
        (&["Mature", "Mild", "Grated"], "Cheddar", &["Slices"]),
        &[("350", "g"), ("200", "g"), ("400", "g")],
        &[2],
        (220, 480),
        Always,
    ),
    good(
        Fresh,
        (&["Strawberry", "Natural", "Greek Style", "Peach"], "Yoghurt", &[]),
        &[("125", "g"), ("450", "g"), ("500", "g")],
        &[4, 6],
        (90, 260),
        Always,
    ),
    good(
        Fresh,
        (&["Pork", "Cumberland", "Chicken"], "Sausages", &["Thick", "Thin"]),
        &[],
        &[6, 8, 12],
        (200, 430),
        Summer,
    ),
    good(
        Fresh,
        (&["Smoked Back", "Unsmoked", "Streaky"], "Bacon", &["Rashers"]),
        &[("300", "g"), ("250", "g")],
        &[2],
        (210, 390),
        Always,
    ),
    good(
        Fresh,
        (&["White", "Wholemeal", "Seeded"], "Bread", &["Medium Sliced", "Thick Sliced"]),
        &[("800", "g"), ("400", "g")],
        &[],
        (75, 190),
        Always,
    ),
    good(Fresh, (&["Soft White", "Burger"], "Rolls", &[]), &[], &[4, 6, 12], (80, 180), Summer),
    good(Fresh, (&["Garden", "Petits"], "Peas", &["Frozen"]), &[("900", "g"), ("1", "kg")], &[], (110, 290), Always),
    good(Fresh, (&["Breaded", "Battered"], "Fish Fingers", &[]), &[], &[10, 12], (180, 400), Always),
    good(
        Fresh,
        (&["Vanilla", "Chocolate", "Strawberry"], "Ice Cream", &["Cones", "Tub"]),
        &[("900", "ml"), ("2", "L"), ("110", "ml")],
        &[4, 6],
        (190, 460),
        Summer,
    ),
    good(
        Fresh,
        (&["Margherita", "Pepperoni"], "Pizza", &["Thin Crust"]),
        &[("10", "\""), ("12", "\"")],
        &[2],
        (220, 520),
        Always,
    ),
    good(Pantry, (&[], "Baked Beans", &["In Tomato Sauce", "Reduced Sugar"]), TINS, &[4, 6], (65, 180), Always),
    good(Pantry, (&["Chopped", "Plum"], "Tomatoes", &["In Juice"]), TINS, &[4, 12], (55, 160), Always),
    good(
        Pantry,
        (&["Ready Salted", "Cheese & Onion", "Salt & Vinegar"], "Crisps", &["Ridged"]),
        &[("25", "g"), ("150", "g"), ("40", "g")],
        &[6, 12, 24],
        (85, 250),
        Summer,
    ),
    good(
        Pantry,
        (&["Milk", "Dark", "White"], "Chocolate", &["Bar", "Buttons"]),
        &[("100", "g"), ("45", "g"), ("180", "g")],
        &[3, 4],
        (70, 290),
        Winter,
    ),
    good(
        Pantry,
        (&["Digestive", "Ginger", "Shortbread"], "Biscuits", &[]),
        &[("400", "g"), ("250", "g")],
        &[2, 4],
        (80, 240),
        Winter,
    ),
    good(
        Pantry,
        (&["Penne", "Fusilli", "Wholewheat"], "Pasta", &["Quick Cook"]),
        &[("500", "g"), ("1", "kg")],
        &[6],
        (60, 210),
        Always,
    ),
    good(
        Pantry,
        (&["Basmati", "Long Grain"], "Rice", &["Microwave"]),
        &[("1", "kg"), ("250", "g")],
        &[2, 6],
        (90, 320),
        Always,
    ),
    good(Pantry, (&["Plain", "Self Raising"], "Flour", &[]), &[("1.5", "kg"), ("500", "g")], &[], (75, 210), Winter),
    good(
        Pantry,
        (&["Cream of Tomato", "Vegetable", "Chicken"], "Soup", &["Chunky", "Chunky, Low Salt"]),
        &[("454", "g"), ("340", "g")],
        &[],
        (130, 330),
        Always,
    ),
    good(Drinks, (&["Breakfast", "Decaf", "Earl Grey"], "Tea Bags", &[]), &[], &[40, 80, 160], (140, 420), Winter),
    good(
        Drinks,
        (&["Instant", "Decaf", "Ground"], "Coffee", &["Gold Roast", "Medium Roast"]),
        &[("100", "g"), ("200", "g"), ("227", "g")],
        &[6],
        (250, 640),
        Winter,
    ),
    good(Drinks, (&["Diet", "Cherry"], "Cola", &["Zero", "Caffeine Free"]), CANS, &[4, 6, 8, 24], (70, 220), Summer),
    good(
        Drinks,
        (&["Cloudy", "Diet"], "Lemonade", &["Zero"]),
        &[("330", "ml"), ("1.5", "L"), ("2", "L")],
        &[4, 6],
        (65, 210),
        Summer,
    ),
    good(
        Drinks,
        (&["Sparkling", "Still"], "Spring Water", &[]),
        &[("500", "ml"), ("1.5", "L"), ("750", "ml")],
        &[6, 12, 24],
        (45, 170),
        Summer,
    ),
    good(
        Drinks,
        (&["Smooth", "With Bits"], "Orange Juice", &["From Concentrate"]),
        &[("1", "L"), ("200", "ml")],
        &[3, 4],
        (110, 310),
        Always,
    ),
    good(
        Drinks,
        (&["Dry", "Medium", "Cloudy"], "Cider", &[]),
        &[("500", "ml"), ("440", "ml")],
        &[4, 8, 10],
        (150, 390),
        Summer,
    ),
    good(Household, (&["Bio", "Non Bio", "Colour"], "Washing Capsules", &[]), &[], &[15, 24, 38], (390, 920), Always),
    good(
        Household,
        (&["Lemon", "Original", "Sensitive"], "Washing Up Liquid", &[]),
        &[("500", "ml"), ("780", "ml"), ("1", "L")],
        &[],
        (85, 260),
        Always,
    ),
    good(Household, (&["Thick", "Citrus"], "Bleach", &[]), &[("750", "ml"), ("1", "L")], &[3], (70, 190), Always),
    good(Household, (&["Quilted", "Soft White"], "Toilet Tissue", &[]), &[], &[4, 9, 16, 24], (190, 850), Always),
    good(Household, (&["Jumbo", "Plain"], "Kitchen Towel", &[]), &[], &[2, 3, 6], (150, 480), Always),
    good(
        Household,
        (&["Mint", "Whitening"], "Toothpaste", &[]),
        &[("75", "ml"), ("100", "ml")],
        &[2, 3],
        (110, 420),
        Always,
    ),
    good(
        Household,
        (&["Dry Hair", "Anti Dandruff"], "Shampoo", &[]),
        &[("400", "ml"), ("250", "ml")],
        &[],
        (150, 490),
        Always,
    ),
    good(
        Household,
        (&["Chicken", "Beef", "Salmon"], "Dog Food", &["In Jelly", "In Gravy", "In Gravy, Grain Free"]),
        &[("100", "g"), ("400", "g")],
        &[6, 12, 40],
        (70, 290),
        Always,
    ),
    good(Household, (&["Clumping", "Wood"], "Cat Litter", &[]), &[("10", "L"), ("5", "kg")], &[], (320, 780), Always),
];
