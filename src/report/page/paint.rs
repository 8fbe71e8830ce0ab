//! The colours of drawings. The style sheet has them for light, dark and paper; the attributes stand
//! in where it was stripped or is not allowed, and read on a light and on a dark ground alike.

use std::fmt;

use crate::aggregate::MachineStatus;

/// What a shape stands for, and so how it is painted.
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

    /// What it is filled with.
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

    /// The colour and the width of its line, where it has one.
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
            MachineStatus::Pending => Self::Pending,
        }
    }
}

/// As the attributes of a shape.
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
