//! The feeds as stored in a cache, which is read in a fraction of the time that the files take.

use std::io::{self, Write};

use super::{Epss, Feeds, Kev, Msrc};

/// Writes feeds so that [`restored`] can read them.
pub fn store(feeds: &Feeds, out: impl Write) -> io::Result<()> {
    Ok(serde_json::to_writer(
        out,
        &(&feeds.kev, &feeds.epss, feeds.msrc()),
    )?)
}

/// Reads feeds that [`store`] wrote; `None` for any other text.
pub fn restored(text: &[u8]) -> Option<Feeds> {
    type Parts = (Option<Kev>, Option<Epss>, Option<Msrc>);
    let (kev, epss, msrc): Parts = serde_json::from_slice(text).ok()?;
    let is_sound =
        epss.as_ref().is_none_or(Epss::is_sound) && msrc.as_ref().is_none_or(Msrc::is_sound);
    is_sound.then(|| Feeds::new(kev, epss, msrc))
}
