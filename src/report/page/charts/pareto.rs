//! KBs by exposure, and the share that they remove together.

use super::{
    super::{
        paint::Paint,
        shown::text,
        svg::{Side, Svg},
    },
    scaled,
};
use crate::{
    aggregate::{Fleet, TopAction},
    domain::text::{thousands, whole_share},
};

/// The number of KBs to draw.
const DRAWN: usize = 12;
const WIDTH: f64 = 560.0;
const ROW: f64 = 20.0;
const TOP: f64 = 24.0;
const LEFT: f64 = 96.0;
/// The end of the longest bar. Its value is to the right of it.
const RIGHT: f64 = 420.0;
/// Where the shares end: browsers measure texts a pixel wider than they set them.
const SHARES: f64 = WIDTH - 2.0;
/// The maximum length of a KB label. A longer one would overlap the bars.
const MAX_LABEL: usize = 14;

/// Draws the chart. `None` if there is nothing to install.
pub(in crate::report::page) fn pareto(top: &[TopAction<'_>], fleet: &Fleet) -> Option<String> {
    let drawn = &top[..top.len().min(DRAWN)];
    let largest = drawn.iter().map(|it| it.exposure).max()?;
    let rows = f64::from(u8::try_from(drawn.len()).unwrap_or(0));
    let height = TOP + ROW * rows + 24.0;
    let mut svg = Svg::new("pareto", (WIDTH, height));
    svg.text(Side::Right, (LEFT, 14.0), "exposure");
    svg.text(Side::Left, (SHARES, 14.0), "removed so far");
    let mut told = Vec::new();
    let mut y = TOP;
    for action in drawn {
        let removed = whole_share(action.so_far.exposure, fleet.exposure);
        row(&mut svg, y, action, largest);
        svg.text(Side::Left, (SHARES, y + 14.0), &removed);
        told.push(format!(
            "{}: {}, removed so far {removed}",
            label(action),
            thousands(action.exposure)
        ));
        y += ROW;
    }
    let others = fleet.kbs.len().saturating_sub(drawn.len());
    svg.text(Side::Right, (LEFT, y + 14.0), &rest(others));
    Some(svg.finish(
        "KBs by exposure, and the share that they remove together",
        &told.join("; "),
    ))
}

fn row(svg: &mut Svg, y: f64, action: &TopAction<'_>, largest: u64) {
    let exposure = action.exposure;
    let width = scaled(exposure, largest, RIGHT - LEFT);
    svg.text(Side::Left, (LEFT - 8.0, y + 14.0), &label(action));
    let value = format!("{}: {}", label(action), thousands(exposure));
    svg.titled_rect(Paint::Bar, (LEFT, y + 3.0), (width, ROW - 6.0), &value);
    svg.text(
        Side::Right,
        (LEFT + width + 6.0, y + 14.0),
        &thousands(exposure),
    );
}

fn label(action: &TopAction<'_>) -> String {
    let label = text(&action.kb.id.for_people());
    match label.char_indices().nth(MAX_LABEL) {
        Some((at, _)) => format!("{}…", &label[..at]),
        None => label,
    }
}

fn rest(others: usize) -> String {
    match others {
        0 => "all missing KBs are shown".to_owned(),
        1 => "1 more KB is not drawn".to_owned(),
        _ => format!("{} more KBs are not drawn", thousands(others as u64)),
    }
}
