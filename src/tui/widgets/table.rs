//! Columns that fit the width at hand: the less important ones give way.

/// A column of a list.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its heading.
    pub title: &'static str,
    /// The columns of the terminal that it needs at the least.
    pub least: u16,
    /// The columns that it can use; the rest of the width goes to the column that can use the most.
    pub most: u16,
    /// The less, the longer it stays when there is little room.
    pub rank: u8,
}

/// The width of each column, `None` for those that have to give way. Columns stand one apart.
#[must_use]
pub fn fit(columns: &[Column], room: u16) -> Vec<Option<u16>> {
    let mut widths = vec![None; columns.len()];
    let mut order: Vec<usize> = (0..columns.len()).collect();
    order.sort_by_key(|index| columns[*index].rank);
    let mut left = room;
    for &index in &order {
        let least = columns[index].least;
        let gap = u16::from(widths.iter().any(Option::is_some));
        if least + gap > left {
            break;
        }
        left -= least + gap;
        widths[index] = Some(least);
    }
    for &index in &order {
        if let Some(width) = &mut widths[index] {
            let more = columns[index].most.saturating_sub(*width).min(left);
            *width += more;
            left -= more;
        }
    }
    widths
}
