//! The charts. They refer to cells of the same sheet, so that readers can check the numbers.

use rust_xlsxwriter::{
    Chart, ChartAxis, ChartDataLabel, ChartDataLabelPosition, ChartFont, ChartFormat,
    ChartLegendPosition, ChartLine, ChartMarker, ChartMarkerType, ChartPoint, ChartSolidFill,
    ChartType, Color, Worksheet, XlsxError,
};

use super::{
    page::{NAME, Rows},
    trend::{Trend, TrendMark},
};
use crate::report::view::trend::Figure;

/// The column of the charts, to the right of the text.
const COLUMN: u16 = 7;
/// The number of rows from one chart to the next.
const STEP: u32 = 17;
const WIDTH: u32 = 640;
const HEIGHT: u32 = 320;

const BLUE: Color = Color::RGB(0x2F_5F_8F);
const PALE: Color = Color::RGB(0xBD_D7_EE);
const ORANGE: Color = Color::RGB(0xC5_5A_11);
const GREY: Color = Color::RGB(0xD9_D9_D9);

/// The blocks that have charts.
pub(super) struct Blocks {
    /// What to install first.
    pub(super) actions: Option<Rows>,
    /// Machines by number of gaps.
    pub(super) histogram: Option<Rows>,
    /// The last runs.
    pub(super) trend: Option<Trend>,
}

/// Inserts the charts of the blocks that exist.
pub(super) fn insert(sheet: &mut Worksheet, blocks: &Blocks) -> Result<(), XlsxError> {
    let trend = blocks.trend.as_ref();
    let charts = vec![
        blocks.actions.map(pareto),
        blocks.histogram.map(machines),
        trend.map(|trend| last_runs(trend, Figure::Exposure, 1, "exposure score")),
        trend.map(|trend| last_runs(trend, Figure::WithGaps, 2, "machines with gaps")),
    ];
    let mut row = 0;
    for mut chart in charts.into_iter().flatten() {
        chart.set_width(WIDTH).set_height(HEIGHT);
        sheet.insert_chart(row, COLUMN, &chart)?;
        row += STEP;
    }
    Ok(())
}

fn cells(rows: Rows, column: u16) -> (&'static str, u32, u16, u32, u16) {
    (NAME, rows.first, column, rows.last, column)
}

fn pareto(rows: Rows) -> Chart {
    let mut line = Chart::new(ChartType::Line);
    line.add_series()
        .set_name("removed so far")
        .set_categories(cells(rows, 0))
        .set_values(cells(rows, 2))
        .set_secondary_axis(true)
        .set_format(&mut stroke(ORANGE))
        .set_marker(&dot(ORANGE));

    let mut chart = Chart::new(ChartType::Column);
    chart
        .add_series()
        .set_name("exposure")
        .set_categories(cells(rows, 0))
        .set_values(cells(rows, 1))
        .set_gap(40)
        .set_format(&mut filled(BLUE));
    chart.combine(&line);
    titled(
        &mut chart,
        "Exposure by KB, and what installing them removes",
    );
    numbers(chart.y_axis().set_name("exposure"));
    let share = chart.y2_axis().set_name("of all exposure");
    share.set_num_format("0%").set_min(0).set_max(1);
    chart.legend().set_position(ChartLegendPosition::Bottom);
    chart.set_alt_text(
        "Columns: the exposure of each of the top KBs. Line: the share of all exposure that \
         installing it and those before it removes.",
    );
    chart
}

fn machines(rows: Rows) -> Chart {
    let mut chart = Chart::new(ChartType::Column);
    chart
        .add_series()
        .set_categories(cells(rows, 0))
        .set_values(cells(rows, 1))
        .set_gap(20)
        .set_format(&mut filled(BLUE));
    titled(&mut chart, "Machines by number of gaps");
    chart.x_axis().set_name("gaps of a machine");
    numbers(chart.y_axis().set_name("machines"));
    chart.legend().set_hidden();
    chart.set_alt_text("Columns: machines by number of gaps.");
    chart
}

/// A figure of the last runs. Each run is placed at its date, so that nights without a run are
/// visible. (A scatter chart could also show the hour, but the crate writes its elements in an order
/// that the format does not allow.)
fn last_runs(trend: &Trend, figure: Figure, column: u16, name: &str) -> Chart {
    let points: Vec<ChartPoint> = trend.marks.iter().map(run_point).collect();
    let mut chart = Chart::new(ChartType::Line);
    let series = chart.add_series();
    series
        .set_name(name)
        .set_categories(cells(trend.rows, 0))
        .set_values(cells(trend.rows, column))
        .set_format(&mut stroke(BLUE))
        .set_marker(&dot(BLUE))
        .set_points(&points);
    if trend.marks.iter().any(|mark| !mark.label.is_empty()) {
        let labels: Vec<ChartDataLabel> = trend.marks.iter().map(label).collect();
        series.set_custom_data_labels(&labels);
    }
    titled(&mut chart, figure.title());
    chart
        .x_axis()
        .set_date_axis(true)
        .set_num_format("yyyy-mm-dd");
    numbers(chart.y_axis().set_name(name).set_min(0));
    chart.legend().set_hidden();
    chart.set_alt_text(format!(
        "Line: {name} in the last runs. Labels: partial runs, and the first after a Patch Tuesday."
    ));
    chart
}

/// The point of a run: hollow if the run is partial. Not every program draws that, so there is also
/// a label.
fn run_point(mark: &TrendMark) -> ChartPoint {
    let point = ChartPoint::new();
    if mark.is_partial {
        return point.set_format(&mut hollow(BLUE));
    }
    point
}

/// The label of a run, if it has one.
fn label(mark: &TrendMark) -> ChartDataLabel {
    let mut label = ChartDataLabel::new();
    match mark.label {
        "" => label.set_hidden(),
        text => label
            .set_value(text)
            .set_position(ChartDataLabelPosition::Above),
    };
    label.to_custom()
}

fn titled(chart: &mut Chart, title: &str) {
    let font = ChartFont::new().set_bold().set_size(12).clone();
    chart.title().set_name(title).set_font(&font);
}

fn numbers(axis: &mut ChartAxis) {
    let line = ChartLine::new().set_color(GREY).clone();
    axis.set_num_format("#,##0").set_major_gridlines_line(&line);
}

fn filled(color: Color) -> ChartFormat {
    let fill = ChartSolidFill::new().set_color(color).clone();
    ChartFormat::new().set_solid_fill(&fill).clone()
}

fn stroke(color: Color) -> ChartFormat {
    let line = ChartLine::new().set_color(color).set_width(2).clone();
    ChartFormat::new().set_line(&line).clone()
}

fn dot(color: Color) -> ChartMarker {
    marker(&mut filled(color))
}

/// The format of a marker that looks hollow. Not every program draws the border.
fn hollow(color: Color) -> ChartFormat {
    let line = ChartLine::new().set_color(color).set_width(1.5).clone();
    filled(PALE).set_border(&line).clone()
}

fn marker(format: &mut ChartFormat) -> ChartMarker {
    let mut marker = ChartMarker::new();
    marker.set_type(ChartMarkerType::Circle).set_size(7);
    marker.set_format(format);
    marker
}
