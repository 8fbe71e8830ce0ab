//! Writes SVG drawings. They also look right without the style sheet: sizes, colours and fonts are
//! attributes, which a style sheet overrides.

use std::fmt::Write;

use askama::filters::{Escaper, Html};

use super::paint::Paint;

/// A position in a drawing, measured from the upper left.
pub(super) type Position = (f64, f64);

/// An SVG drawing that is being written.
pub(super) struct Svg {
    name: &'static str,
    size: Position,
    /// Whether the drawing stretches to the available width, at a fixed height.
    is_stretched: bool,
    body: String,
}

/// The side of its position on which a text is placed.
#[derive(Debug, Clone, Copy)]
pub(super) enum Side {
    Right,
    Middle,
    Left,
}

impl Svg {
    /// Creates an empty drawing. The name must be unique on the page.
    pub(super) fn new(name: &'static str, size: Position) -> Self {
        Self {
            name,
            size,
            is_stretched: false,
            body: String::new(),
        }
    }

    /// Creates a drawing that stretches to the available width. It must not contain text or round
    /// shapes.
    pub(super) fn stretched(name: &'static str, size: Position) -> Self {
        Self {
            is_stretched: true,
            ..Self::new(name, size)
        }
    }

    /// Draws a rectangle, given its upper left corner. Omitted if the width or height is zero.
    pub(super) fn rect(&mut self, paint: Paint, (x, y): Position, (width, height): Position) {
        if width > 0.0 && height > 0.0 {
            let (x, y, width, height) = (number(x), number(y), number(width), number(height));
            self.put(format_args!(
                r#"<rect {paint} x="{x}" y="{y}" width="{width}" height="{height}"/>"#
            ));
        }
    }

    /// Draws a rectangle with its value as a tooltip.
    pub(super) fn titled_rect(
        &mut self,
        paint: Paint,
        corner: Position,
        size: Position,
        value: &str,
    ) {
        self.titled(value, |svg| svg.rect(paint, corner, size));
    }

    /// Draws a dot with its value as a tooltip.
    pub(super) fn titled_dot(&mut self, paint: Paint, place: Position, value: &str) {
        self.titled(value, |svg| svg.dot(paint, place));
    }

    fn titled(&mut self, value: &str, draw: impl FnOnce(&mut Self)) {
        let value = escaped(value);
        self.put(format_args!("<g><title>{value}</title>"));
        draw(self);
        self.body.push_str("</g>");
    }

    /// Draws a line through these points. A single point draws nothing.
    pub(super) fn line(&mut self, paint: Paint, places: &[Position]) {
        if places.len() < 2 {
            return;
        }
        let places = places.iter();
        let places: Vec<String> = places
            .map(|(x, y)| format!("{},{}", number(*x), number(*y)))
            .collect();
        let places = places.join(" ");
        self.put(format_args!(r#"<polyline {paint} points="{places}"/>"#));
    }

    /// Draws a dot.
    pub(super) fn dot(&mut self, paint: Paint, (x, y): Position) {
        let (x, y) = (number(x), number(y));
        self.put(format_args!(
            r#"<circle {paint} cx="{x}" cy="{y}" r="3.5"/>"#
        ));
    }

    /// Writes a text beside a position.
    pub(super) fn text(&mut self, side: Side, (x, y): Position, text: &str) {
        let (x, y) = (number(x), number(y));
        let anchor = match side {
            Side::Right => "start",
            Side::Middle => "middle",
            Side::Left => "end",
        };
        let text = escaped(text);
        self.put(format_args!(
            r#"<text x="{x}" y="{y}" text-anchor="{anchor}">{text}</text>"#
        ));
    }

    /// The finished drawing, with a title and a description for screen readers.
    pub(super) fn finish(self, title: &str, description: &str) -> String {
        let Self {
            name, size, body, ..
        } = self;
        let (width, height) = (number(size.0), number(size.1));
        let (shown_width, stretch) = if self.is_stretched {
            ("100%", r#" preserveAspectRatio="none""#)
        } else {
            (width.as_str(), "")
        };
        let (title, description) = (escaped(title), escaped(description));
        format!(
            r#"<svg class="chart" role="img" width="{shown_width}" height="{height}" viewBox="0 0 {width} {height}"{stretch} font-family="sans-serif" font-size="12" fill="currentColor" aria-labelledby="{name}-title {name}-desc"><title id="{name}-title">{title}</title><desc id="{name}-desc">{description}</desc>{body}</svg>"#
        )
    }

    fn put(&mut self, shape: std::fmt::Arguments<'_>) {
        // Writing to a string does not fail.
        let _ = self.body.write_fmt(shape);
    }
}

/// A coordinate with at most one decimal.
fn number(value: f64) -> String {
    let text = format!("{value:.1}");
    match text.strip_suffix(".0") {
        Some("-0") => "0".to_owned(),
        Some(whole) => whole.to_owned(),
        None => text,
    }
}

/// The text escaped for element content, in the same way as in the templates.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    // Writing to a string does not fail.
    let _ = Html.write_escaped_str(&mut escaped, text);
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(draw: impl FnOnce(&mut Svg)) -> String {
        let mut svg = Svg::new("test", (10.0, 10.0));
        draw(&mut svg);
        svg.body
    }

    #[test]
    fn coordinates_are_rounded_to_one_decimal() {
        for (value, expected) in [
            (0.0, "0"),
            (-0.01, "0"),
            (1.0, "1"),
            (1.25, "1.2"),
            (1.36, "1.4"),
            (-2.5, "-2.5"),
            (1234.0, "1234"),
        ] {
            assert_eq!(number(value), expected, "{value}");
        }
    }

    #[test]
    fn shapes_become_svg_elements() {
        let rect = body(|svg| svg.rect(Paint::Bar, (1.0, 2.5), (3.0, 4.0)));
        assert_eq!(
            rect,
            r##"<rect class="bar" fill="#1f6fbf" x="1" y="2.5" width="3" height="4"/>"##
        );
        let line = body(|svg| svg.line(Paint::Trend, &[(0.0, 1.0), (2.0, 3.0)]));
        assert_eq!(
            line,
            r##"<polyline class="trend" fill="none" stroke="#1f6fbf" stroke-width="2" points="0,1 2,3"/>"##
        );
        let dot = body(|svg| svg.dot(Paint::ReleaseDot(1), (1.0, 1.0)));
        assert_eq!(
            dot,
            r##"<circle class="release-dot-1" fill="#b3372d" cx="1" cy="1" r="3.5"/>"##
        );
        let text = body(|svg| svg.text(Side::Left, (1.0, 1.0), "<a> & \"b\" 'c'"));
        assert_eq!(
            text,
            r#"<text x="1" y="1" text-anchor="end">&#60;a&#62; &#38; &#34;b&#34; &#39;c&#39;</text>"#
        );
    }

    #[test]
    fn shapes_without_extent_are_omitted() {
        assert_eq!(body(|svg| svg.rect(Paint::Bar, (0.0, 0.0), (0.0, 4.0))), "");
        assert_eq!(body(|svg| svg.line(Paint::Trend, &[(0.0, 1.0)])), "");
    }

    #[test]
    fn drawing_has_a_title_and_description() {
        let svg = Svg::new("test", (10.0, 20.0)).finish("A & B", "1 < 2");
        assert!(svg.starts_with(
            r#"<svg class="chart" role="img" width="10" height="20" viewBox="0 0 10 20" "#
        ));
        assert!(svg.contains(r#" aria-labelledby="test-title test-desc">"#));
        assert!(svg.contains(r#"<title id="test-title">A &#38; B</title>"#));
        assert!(svg.contains(r#"<desc id="test-desc">1 &#60; 2</desc>"#));
    }
}
