//! The five providers and their habits: what their files look like and how their tills write.

use super::style::Style;

/// What a column of a delivery holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// Which slip.
    Slip,
    /// Which line of the slip, from 1.
    Line,
    /// The day of the sale.
    Date,
    /// What was sold.
    Description,
    /// How many; not every till says so.
    Quantity,
    /// What was paid.
    Amount,
    /// Something that the dataset has no use for: one of these.
    Other(&'static [&'static str]),
}

impl Content {
    /// The canonical field that this column is mapped to.
    #[must_use]
    pub fn field(self) -> Option<&'static str> {
        match self {
            Self::Slip => Some("slip_id"),
            Self::Line => Some("line"),
            Self::Date => Some("sold_on"),
            Self::Description => Some("description"),
            Self::Quantity => Some("quantity"),
            Self::Amount => Some("amount"),
            Self::Other(_) => None,
        }
    }
}

/// How a provider's files are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Comma-separated, UTF-8, cells quoted where they have to be.
    Csv,
    /// Comma-separated, windows-1252, lines that end as on Windows.
    CsvWindows,
    /// Comma-separated, every cell quoted, a byte order mark in front, lines that end as on Windows.
    CsvSpreadsheet,
    /// One JSON object a line.
    JsonLines,
}

/// One provider and its habits.
#[derive(Debug)]
pub struct Habits {
    /// Its name in the contract.
    pub name: &'static str,
    /// What it is, for the comment in assay.toml.
    pub about: &'static str,
    /// Lines on slips in an average month.
    pub rows: u64,
    /// Percent of that in each period, the oldest first.
    pub season: [u64; 8],
    /// The name of its files: `{period}` is the period, `*` whatever else it writes there.
    pub pattern: &'static str,
    /// How its files are written.
    pub layout: Layout,
    /// Its columns in its order.
    pub columns: &'static [(&'static str, Content)],
    /// How it writes days, as strftime would read them.
    pub dates: &'static str,
    /// How it numbers slips: `{month}` is year and month in four digits, `{number}` a counter.
    pub slips: &'static str,
    /// How long after a period it may deliver.
    pub due: &'static str,
    /// Pieces that people buy of one thing: each as likely.
    pub quantities: &'static [u64],
    /// How its tills write.
    pub style: Style,
}

/// All of them.
pub static PROVIDERS: [Habits; 5] = [NORTHGATE, HARBOURLINE, COBBLETON, FAIRMEAD, QUAYSTONE];

/// Whose sales lie in a database.
pub static SHOP: Habits = TIDEWATER;

const TIDEWATER: Habits = Habits {
    name: "tidewater",
    about: "a shop whose database is read; it sells when `assay demo inject` is run",
    rows: 140,
    season: [100; 8],
    pattern: "",
    layout: Layout::Csv,
    columns: &[],
    dates: "%Y-%m-%d",
    slips: "TW{month}-{number}",
    due: "5d",
    quantities: &[1, 1, 2, 3],
    style: Style {
        cases: [10, 30, 50, 10],
        shortened: 15,
        branded: 84,
        sized: 84,
        packed: 44,
        priced: 36,
        noisy: 5,
        orders: [75, 15, 10],
        spaced: 15,
    },
};

const NORTHGATE: Habits = Habits {
    name: "northgate",
    about: "supermarkets in the north; tills of three makes, each with its own capitals",
    rows: 132,
    season: [94, 97, 100, 104, 108, 106, 98, 95],
    pattern: "northgate_{period}*.csv",
    layout: Layout::Csv,
    columns: &[
        ("Slip", Content::Slip),
        ("Line", Content::Line),
        ("Date", Content::Date),
        ("Description", Content::Description),
        ("Qty", Content::Quantity),
        ("Net amount", Content::Amount),
    ],
    dates: "%Y-%m-%d",
    slips: "NG{month}-{number}",
    due: "5d",
    quantities: &[1, 1, 1, 1, 1, 2, 2, 3],
    style: Style {
        cases: [25, 20, 30, 25],
        shortened: 22,
        branded: 82,
        sized: 82,
        packed: 48,
        priced: 36,
        noisy: 8,
        orders: [70, 20, 10],
        spaced: 10,
    },
};

const HARBOURLINE: Habits = Habits {
    name: "harbourline",
    about: "corner shops along the coast; an old till system that knows capitals only, and windows-1252",
    rows: 120,
    season: [88, 93, 99, 108, 116, 114, 100, 92],
    pattern: "SALES_{period}*.csv",
    layout: Layout::CsvWindows,
    columns: &[
        ("TXN", Content::Slip),
        ("LN", Content::Line),
        ("TXN DATE", Content::Date),
        ("ITEM TEXT", Content::Description),
        ("QTY", Content::Quantity),
        ("VALUE", Content::Amount),
        ("TILL", Content::Other(&["T1", "T2", "T3"])),
    ],
    dates: "%d/%m/%Y",
    slips: "HL/{month}/{number}",
    due: "5d",
    quantities: &[1, 1, 1, 1, 1, 1, 2],
    style: Style {
        cases: [100, 0, 0, 0],
        shortened: 58,
        branded: 78,
        sized: 85,
        packed: 44,
        priced: 52,
        noisy: 10,
        orders: [60, 30, 10],
        spaced: 4,
    },
};

const COBBLETON: Habits = Habits {
    name: "cobbleton",
    about: "market towns; exported from a spreadsheet, which writes a byte order mark and quotes every cell",
    rows: 106,
    season: [96, 98, 100, 103, 104, 102, 99, 98],
    pattern: "Cobbleton till export {period}*.csv",
    layout: Layout::CsvSpreadsheet,
    columns: &[
        ("Receipt no", Content::Slip),
        ("Line no", Content::Line),
        ("Sale date", Content::Date),
        ("Item text", Content::Description),
        ("Units", Content::Quantity),
        ("Net amount", Content::Amount),
    ],
    dates: "%d %b %Y",
    slips: "CB-{month}-{number}",
    due: "8d",
    quantities: &[1, 1, 1, 2, 2, 3],
    style: Style {
        cases: [0, 0, 100, 0],
        shortened: 8,
        branded: 86,
        sized: 86,
        packed: 42,
        priced: 34,
        noisy: 4,
        orders: [85, 5, 10],
        spaced: 45,
    },
};

const FAIRMEAD: Habits = Habits {
    name: "fairmead",
    about: "an online grocer; JSON lines, everything in small letters",
    rows: 126,
    season: [104, 101, 98, 94, 92, 95, 103, 110],
    pattern: "fairmead-{period}*.jsonl",
    layout: Layout::JsonLines,
    columns: &[
        ("basket", Content::Slip),
        ("position", Content::Line),
        ("sold", Content::Date),
        ("text", Content::Description),
        ("count", Content::Quantity),
        ("total", Content::Amount),
    ],
    dates: "%Y-%m-%d",
    slips: "fm{month}x{number}",
    due: "5d",
    quantities: &[1, 1, 2, 2, 3, 4],
    style: Style {
        cases: [0, 100, 0, 0],
        shortened: 14,
        branded: 84,
        sized: 88,
        packed: 46,
        priced: 38,
        noisy: 5,
        orders: [75, 10, 15],
        spaced: 25,
    },
};

const QUAYSTONE: Habits = Habits {
    name: "quaystone",
    about: "cash and carry for small shops; buys by the case, shortens what it can, seldom on time",
    rows: 98,
    season: [97, 99, 101, 102, 105, 103, 100, 96],
    pattern: "QS {period}*.csv",
    layout: Layout::Csv,
    columns: &[
        ("Depot", Content::Other(&["Hull", "Leith", "Poole"])),
        ("Day", Content::Date),
        ("Docket", Content::Slip),
        ("Pos", Content::Line),
        ("Goods", Content::Description),
        ("Cases", Content::Quantity),
        ("Goods value", Content::Amount),
        ("VAT", Content::Other(&["A", "B", "Z"])),
    ],
    dates: "%Y%m%d",
    slips: "QS{month}/{number}",
    due: "10d",
    quantities: &[1, 2, 4, 6, 6, 12],
    style: Style {
        cases: [40, 15, 15, 30],
        shortened: 30,
        branded: 80,
        sized: 80,
        packed: 62,
        priced: 44,
        noisy: 9,
        orders: [50, 40, 10],
        spaced: 6,
    },
};
