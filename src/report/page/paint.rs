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
    Cumulative,
    CumulativeDot,
    WholeRun,
    PartialRun,
    Track,
    Answered,
    NotFound,
    Failed,
    Pending,
}

const BLUE: &str = "#1f6fbf";
const RED: &str = "#c4382d";
const GREY: &str = "#7a8794";
const NONE: &str = "none";

impl Paint {
    const fn class(self) -> &'static str {
        match self {
            Self::Bar => "bar",
            Self::Axis => "axis",
            Self::Trend => "trend",
            Self::Cumulative => "cumulative",
            Self::CumulativeDot => "cumulative-dot",
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
    const fn fill(self) -> &'static str {
        match self {
            Self::Axis | Self::Trend | Self::Cumulative => NONE,
            Self::Bar | Self::WholeRun => BLUE,
            Self::CumulativeDot => RED,
            Self::PartialRun => "#fff",
            Self::Track => "#ccd4dd",
            Self::Answered => "#2f7d4f",
            Self::NotFound => "#8a6d1d",
            Self::Failed => "#b3372d",
            Self::Pending => "#6a7a8c",
        }
    }

    /// The colour and the width of the stroke, if there is one.
    const fn stroke(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Axis => Some((GREY, "1")),
            Self::Trend | Self::WholeRun | Self::PartialRun => Some((BLUE, "2")),
            Self::Cumulative => Some((RED, "1.5")),
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
