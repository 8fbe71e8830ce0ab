//! What every test here needs: a tenant, the binary with a clean environment, its reports,
//! and the truth to compare them with.

mod finished;
mod page;
mod scene;
mod truth;

pub(crate) use self::{
    finished::{Counts, Finished, Row},
    page::{Page, project},
    scene::{Scene, fleet_ids},
    truth::{assert_truth, assert_truth_but_for},
};
