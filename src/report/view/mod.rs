//! The figures and sentences that every format shares: computed once, worded once.
//!
//! A view takes a [`Run`](super::Run) and returns plain figures and plain sentences. It is independent
//! of the output format: text from outside is passed through unchanged, and each renderer escapes it.
//!
//! - [`facts`], [`past`]: the metadata of a run, and the earlier runs it is compared with
//! - [`headline`]: how much of the fleet is patched, and what to do, in one sentence
//! - [`coverage`]: the number of machines that answered, and what that means for all other figures
//! - [`list_check`]: how the list compares with the machines that the service lists
//! - [`sources`]: how many machines were queried, and where the other answers come from
//! - [`figures`]: the list of the fleet's figures, compared with the base's
//! - [`support`]: machines whose Windows gets no more updates, and why the software inventory, which
//!   knows them, is missing
//! - [`method`]: what the figures mean, and where they come from
//! - [`actions`]: the updates to install first, and what they achieve
//! - [`products`]: the names of products as people write them
//! - [`changes`]: the change classes and the sentences about them
//! - [`moved`]: the machines whose status changed
//! - [`histogram`]: machines by number of gaps
//! - [`months`]: machines by their oldest missing month
//! - [`releases`]: how fast the machines get the updates of a month
//! - [`trend`]: a figure over the last runs; [`rechecks`]: how often kept and inferred answers were
//!   wrong in them
//! - [`census`]: the service's own count compared with the run's
//! - [`cross_check`]: the answers compared with a second source
//! - [`groups`]: the figures by device group, platform and tag
//! - [`risk`]: gaps that are known to be exploited, and the feeds
//! - [`policy`]: how many gaps are accepted, and how many are overdue
//! - [`week`]: the comparison with last week

pub(super) mod actions;
pub(super) mod census;
pub(super) mod changes;
pub(super) mod coverage;
pub(super) mod cross_check;
pub(super) mod facts;
pub(super) mod figures;
pub(super) mod groups;
pub(super) mod headline;
pub(super) mod histogram;
pub(super) mod list_check;
pub(super) mod method;
pub(super) mod months;
pub(super) mod moved;
pub(super) mod past;
pub(super) mod policy;
pub(super) mod products;
pub(super) mod rechecks;
pub(super) mod releases;
pub(super) mod risk;
pub(super) mod sources;
pub(super) mod support;
pub(super) mod trend;
pub(super) mod week;
