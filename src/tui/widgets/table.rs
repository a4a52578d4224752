//! Columns that fit the width at hand: the less important ones give way.

/// A column of a list.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its heading.
    pub title: &'static str,
    /// The columns of the terminal that it needs at the least.
    pub least: u16,
    /// The columns of the terminal that it takes at the most, however long its texts.
    pub most: u16,
    /// The less, the longer it stays when there is little room.
    pub rank: u8,
}

/// The width of each column, `None` for those that have to give way. `needs` is what the rows in sight would fill,
/// column by column. Columns stand one apart.
#[must_use]
pub fn fit(columns: &[Column], needs: &[u16], room: u16) -> Vec<Option<u16>> {
    let need = |index: usize| {
        let column: &Column = &columns[index];
        let title = u16::try_from(column.title.len()).unwrap_or(u16::MAX);
        needs.get(index).copied().unwrap_or(0).max(title).min(column.most)
    };
    let mut widths = vec![None; columns.len()];
    let mut order: Vec<usize> = (0..columns.len()).collect();
    order.sort_by_key(|index| columns[*index].rank);
    let mut left = room;
    for &index in &order {
        let least = columns[index].least.min(need(index));
        let gap = u16::from(widths.iter().any(Option::is_some));
        if least + gap > left {
            break;
        }
        left -= least + gap;
        widths[index] = Some(least);
    }
    for &index in &order {
        if let Some(width) = &mut widths[index] {
            let more = need(index).saturating_sub(*width).min(left);
            *width += more;
            left -= more;
        }
    }
    widths
}
