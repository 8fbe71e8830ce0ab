//! The colours of drawings. The style sheet defines them for light and dark mode and for print. The
//! attributes are the fallback if it was removed or blocked, and are legible on light and dark backgrounds.

use std::fmt;

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

/// The look of the line of a release. They differ by lightness as well as by hue.
struct ReleaseLook {
    class: &'static str,
    dot: &'static str,
    colour: &'static str,
}

const RELEASES: [ReleaseLook; 6] = [
    ReleaseLook {
        class: "release release-0",
        dot: "release-dot-0",
        colour: "#1f6fbf",
    },
    ReleaseLook {
        class: "release release-1",
        dot: "release-dot-1",
        colour: "#b3372d",
    },
    ReleaseLook {
        class: "release release-2",
        dot: "release-dot-2",
        colour: "#2f7d4f",
    },
    ReleaseLook {
        class: "release release-3",
        dot: "release-dot-3",
        colour: "#8a6d1d",
    },
    ReleaseLook {
        class: "release release-4",
        dot: "release-dot-4",
        colour: "#7b4fa3",
    },
    ReleaseLook {
        class: "release release-5",
        dot: "release-dot-5",
        colour: "#6a7a8c",
    },
];

impl Paint {
    fn class(self) -> &'static str {
        match self {
            Self::Bar => "bar",
            Self::Axis => "axis",
            Self::Trend => "trend",
            Self::Grid => "grid",
            Self::PatchTuesday => "patch-tuesday",
            Self::Release(at) => RELEASES[at as usize % RELEASES.len()].class,
            Self::ReleaseDot(at) => RELEASES[at as usize % RELEASES.len()].dot,
            Self::WholeRun => "whole",
            Self::PartialRun => "partial",
            Self::Track => "track",
            Self::Answered => "answered",
            Self::NotFound => "not-found",
            Self::Failed => "failed",
            Self::Pending => "pending",
        }
    }

    /// The fill colour.
    fn fill(self) -> &'static str {
        match self {
            Self::Axis | Self::Grid | Self::PatchTuesday | Self::Trend | Self::Release(_) => NONE,
            Self::Bar | Self::WholeRun => BLUE,
            Self::ReleaseDot(at) => RELEASES[at as usize % RELEASES.len()].colour,
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
            Self::Release(at) => Some((RELEASES[at as usize % RELEASES.len()].colour, "2")),
            _ => None,
        }
    }
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
