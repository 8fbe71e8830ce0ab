//! What every test here needs: a tenant, the binary with a clean environment, its reports,
//! and the truth to compare them with.

#[cfg(unix)]
mod background;
mod browser;
mod finished;
mod kept;
mod page;
mod scene;
mod truth;

#[cfg(unix)]
pub(crate) use self::background::{Background, wait_until};
pub(crate) use self::{
    browser::Browser,
    finished::{Counts, Finished, Row},
    page::{Page, project},
    scene::{Scene, fleet_ids},
    truth::{assert_truth, assert_truth_but_for},
};
