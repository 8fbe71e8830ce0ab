//! The two lines of the bar, which indicatif draws.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle, TermLike};

use super::{
    canvas::{Canvas, Terminal},
    lines::Lines,
};
use crate::{collect::Counts, domain::text::whole_share};

/// The columns before the text: the spinner, the bar, and a space after each.
const WIDTH_BEFORE_TEXT: usize = 2 + 17;
const BAR_TEMPLATE: &str = "{spinner} {bar:16} {prefix}\n  {wide_msg}";
/// For a narrow terminal: the text is more useful than the bar.
const NARROW_TEMPLATE: &str = "{spinner} {prefix}\n  {wide_msg}";

/// The bar on its terminal, hidden until there is something to show. Clones share the same bar.
#[derive(Debug)]
pub(super) struct Drawing<T> {
    bar: ProgressBar,
    canvas: Canvas<T>,
}

impl<T> Clone for Drawing<T> {
    fn clone(&self) -> Self {
        Self {
            bar: self.bar.clone(),
            canvas: self.canvas.clone(),
        }
    }
}

impl<T: Terminal> Drawing<T> {
    pub(super) fn new(terminal: T) -> Self {
        Self {
            bar: ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden()),
            canvas: Canvas::new(terminal),
        }
    }

    /// Draws this state, replacing the previous one.
    pub(super) fn show(&self, counts: Counts, lines: &Lines) {
        self.unhide();
        let columns = usize::from(self.canvas.width());
        let details = cut(&lines.details, columns.saturating_sub(2));
        let Text { template, text } = Text::new(counts, &lines.summary, columns);
        let bar = self.bar.clone().with_prefix(text).with_message(details);
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("━╸─").tick_chars("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏ "));
        }
        // The only call that draws.
        bar.update(|state| {
            state.set_len(counts.machines);
            state.set_pos(counts.done());
        });
    }

    /// Draws these lines, which depend on the terminal's size, replacing what was drawn before.
    pub(super) fn show_lines(&self, lines: impl FnOnce(usize, usize) -> Vec<String>) {
        self.unhide();
        let columns = usize::from(self.canvas.width());
        let lines = lines(columns, usize::from(self.canvas.height()));
        let lines: Vec<String> = lines.iter().map(|line| cut(line, columns)).collect();
        let bar = self.bar.clone().with_message(lines.join("\n"));
        if let Ok(style) = ProgressStyle::with_template("{msg}") {
            bar.set_style(style);
        }
        bar.update(|_| ());
    }

    fn unhide(&self) {
        if self.bar.is_hidden() {
            let canvas = Box::new(self.canvas.clone());
            self.bar
                .set_draw_target(ProgressDrawTarget::term_like(canvas));
        }
    }

    /// Removes the bar until the next state is shown.
    pub(super) fn clear(&self) {
        self.bar.finish_and_clear();
        self.bar.set_draw_target(ProgressDrawTarget::hidden());
        self.bar.reset();
    }

    /// Lets `write` write whole lines where the bar is, and draws the bar below them.
    pub(super) fn above<R>(&self, write: impl FnOnce() -> R) -> R {
        self.bar.suspend(write)
    }
}

/// The text next to the bar, or instead of it.
struct Text {
    template: &'static str,
    text: String,
}

impl Text {
    fn new(counts: Counts, summary: &str, columns: usize) -> Self {
        let percent = whole_share(counts.done(), counts.machines);
        let text = format!("{percent:>5}  {summary}");
        if WIDTH_BEFORE_TEXT + text.chars().count() <= columns {
            return Self {
                template: BAR_TEMPLATE,
                text,
            };
        }
        let text = format!("{percent}  {summary}");
        Self {
            template: NARROW_TEMPLATE,
            text: cut(&text, columns.saturating_sub(2)),
        }
    }
}

/// The text in at most this many columns; the rest is replaced by an ellipsis.
fn cut(text: &str, columns: usize) -> String {
    if text.chars().count() <= columns {
        return text.to_owned();
    }
    let kept = text.chars().take(columns.saturating_sub(1));
    kept.chain((columns > 0).then_some('…')).collect()
}

#[cfg(test)]
mod tests;
