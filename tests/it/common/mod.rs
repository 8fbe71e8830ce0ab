//! What every test here needs: a tenant, the binary with a clean environment, its reports.

mod finished;
mod page;
mod scene;

pub(crate) use self::{
    finished::Finished,
    page::{Page, project},
    scene::Scene,
};
