//! The colours of drawings. The style sheet defines them for light and dark mode and for print. The
//! attributes are the fallback if it was removed or blocked, and are legible on light and dark backgrounds.

use std::{borrow::Cow, fmt};

use crate::aggregate::MachineStatus;

/// The meaning of a shape, which determines its colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Paint {
    Bar,
    Axis,
    Trend,
    Grid,
    PatchTuesday,
    /// One of the lines of releases, the latest first.
    Release(u8),
    /// The dot at the end of such a line.
    ReleaseDot(u8),
    WholeRun,
    PartialRun,
    Track,
    Answered,
    NotFound,
    Failed,
    Pending,
}

const BLUE: &str = "#1f6fbf";
const GREY: &str = "#7a8794";
const NONE: &str = "none";

/// The colours of the lines of releases. They differ by lightness as well as by hue.
const RELEASES: [&str; 6] = [BLUE, "#b3372d", "#2f7d4f", "#8a6d1d", "#7b4fa3", "#6a7a8c"];

impl Paint {
    fn class(self) -> Cow<'static, str> {
        let class = match self {
            Self::Bar => "bar",
            Self::Axis => "axis",
            Self::Trend => "trend",
            Self::Grid => "grid",
            Self::PatchTuesday => "patch-tuesday",
            Self::Release(at) => return format!("release release-{}", look(at)).into(),
            Self::ReleaseDot(at) => return format!("release-dot-{}", look(at)).into(),
            Self::WholeRun => "whole",
            Self::PartialRun => "partial",
            Self::Track => "track",
            Self::Answered => "answered",
            Self::NotFound => "not-found",
            Self::Failed => "failed",
            Self::Pending => "pending",
        };
        class.into()
    }

    /// The fill colour.
    fn fill(self) -> &'static str {
        match self {
            Self::Axis | Self::Grid | Self::PatchTuesday | Self::Trend | Self::Release(_) => NONE,
            Self::Bar | Self::WholeRun => BLUE,
            Self::ReleaseDot(at) => RELEASES[look(at)],
            Self::PartialRun => "#fff",
            Self::Track => "#ccd4dd",
            Self::Answered => "#2f7d4f",
            Self::NotFound => "#8a6d1d",
            Self::Failed => "#b3372d",
            Self::Pending => "#6a7a8c",
        }
    }

    /// The colour and the width of the stroke, if there is one.
    fn stroke(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Axis | Self::PatchTuesday => Some((GREY, "1")),
            Self::Trend | Self::WholeRun | Self::PartialRun => Some((BLUE, "2")),
            Self::Grid => Some(("#ccd4dd", "1")),
            Self::Release(at) => Some((RELEASES[look(at)], "2")),
            _ => None,
        }
    }
}

/// The place of the colour of a release.
fn look(at: u8) -> usize {
    usize::from(at) % RELEASES.len()
}

impl From<MachineStatus> for Paint {
    fn from(status: MachineStatus) -> Self {
        match status {
            MachineStatus::Answered => Self::Answered,
            MachineStatus::NotFound => Self::NotFound,
            MachineStatus::Failed => Self::Failed,
            MachineStatus::Pending | MachineStatus::Skipped => Self::Pending,
        }
    }
}

/// Formats the attributes of a shape.
impl fmt::Display for Paint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (class, fill) = (self.class(), self.fill());
        write!(formatter, r#"class="{class}" fill="{fill}""#)?;
        match self.stroke() {
            Some((colour, width)) => {
                write!(formatter, r#" stroke="{colour}" stroke-width="{width}""#)
            }
            None => Ok(()),
        }
    }
}
