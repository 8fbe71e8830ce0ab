//! Outcomes in, reports' figures out: per KB, per machine, and for the fleet. Pure.

mod rank;

pub use rank::RankBy;
