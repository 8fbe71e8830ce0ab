//! Shared by all tests here: a tenant, the binary with a clean environment, its reports, and the
//! expected contents.

mod background;
mod browser;
mod finished;
mod gateway;
mod hook;
pub(crate) mod kept;
mod mail_server;
mod mask;
#[cfg(feature = "upload")]
mod objects;
mod page;
#[cfg(target_os = "linux")]
mod permissions;
mod scene;
pub(crate) mod signal;
mod truth;

#[cfg(feature = "upload")]
pub(crate) use self::objects::{ACCOUNT_KEY, Objects, SECRET_KEY};
#[cfg(target_os = "linux")]
pub(crate) use self::permissions::{set_mode, without_privileges};
pub(crate) use self::{
    background::{Background, wait_until},
    browser::Browser,
    finished::{Counts, Finished, Row},
    gateway::{Gateway, write_reply},
    hook::{Hook, SECRET},
    mail_server::MailServer,
    mask::mask_columns,
    page::{Page, project},
    scene::{Scene, fleet_ids},
    truth::{assert_truth, assert_truth_but_for},
};
