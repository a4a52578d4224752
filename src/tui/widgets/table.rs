//! Columns that fit the width at hand: the less important ones give way.

/// A column of a list.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its heading.
    pub title: &'static str,
    /// The columns of the terminal that it needs at the least.
    pub least: u16,
    /// The columns of the terminal that less important ones leave to it, before they are shown at all.
    pub fair: u16,
    /// The columns of the terminal that it takes at the most, however long its texts.
    pub most: u16,
    /// The less, the longer it stays when there is little room.
    pub rank: u8,
}

/// The width of each column, `None` for those that have to give way. `needs` is what the rows in sight would fill,
/// column by column: it says how wide a column is, never whether it is there, so that none comes and goes while
/// somebody scrolls. Columns stand one apart.
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
    let mut claimed = 0_u16;
    for &index in &order {
        let gap = u16::from(widths.iter().any(Option::is_some));
        let Column { least, fair, .. } = columns[index];
        if (least + gap).saturating_add(claimed) > left {
            break;
        }
        left -= least + gap;
        claimed += fair.saturating_sub(least);
        widths[index] = Some(least);
    }
    // What a column does not fill goes to the others, the most important first.
    for &index in &order {
        if let Some(width) = &mut widths[index] {
            let filled = need(index).min(*width);
            left += *width - filled;
            *width = filled;
        }
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
