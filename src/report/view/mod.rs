//! What any format may say of a run: figures and sentences, worked out once and worded once.
//!
//! A view takes a [`Run`](super::Run) and gives back plain figures and plain sentences. It knows nothing
//! of a format: text from outside comes as it is, and who writes it makes it harmless.
//!
//! - [`coverage`]: how many machines answered, and what that means for everything else
//! - [`figures`]: the fleet's figures beside those of the base
//! - [`actions`]: the updates to install first, and what they achieve
//! - [`changes`]: the classes of changes, the sentences about them, and what is wrong with the base
//! - [`spread`]: machines by number of gaps
//! - [`week`]: the exposure of a week ago

pub(super) mod actions;
pub(super) mod changes;
pub(super) mod coverage;
pub(super) mod figures;
pub(super) mod spread;
pub(super) mod week;
