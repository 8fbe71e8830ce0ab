//! What every test here needs: a tenant, the binary with a clean environment, its reports,
//! and the truth to compare them with.

mod background;
mod browser;
mod finished;
mod kept;
mod page;
mod scene;
pub(crate) mod signal;
mod truth;

pub(crate) use self::{
    background::{Background, wait_until},
    browser::Browser,
    finished::{Counts, Finished, Row},
    page::{Page, project},
    scene::{Scene, fleet_ids},
    truth::{assert_truth, assert_truth_but_for},
};
