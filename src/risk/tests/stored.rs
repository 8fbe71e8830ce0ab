//! Feeds that are stored and read again.

use proptest::prelude::*;

use super::feeds;
use crate::risk::{
    Feeds,
    stored::{restored, store},
};

fn written(feeds: &Feeds) -> Vec<u8> {
    let mut text = Vec::new();
    store(feeds, &mut text).unwrap();
    text
}

#[test]
fn feeds_are_the_same_again() {
    let all = feeds();
    for feeds in [
        Feeds::default(),
        Feeds::new(all.kev.clone(), None, None),
        Feeds::new(None, all.epss.clone(), all.msrc().cloned()),
        all,
    ] {
        assert_eq!(restored(&written(&feeds)), Some(feeds));
    }
}

#[test]
fn unsound_feeds_are_not_restored() {
    let text = String::from_utf8(written(&feeds())).unwrap();
    let (before, after) = text.split_once("\"scores\":[[").unwrap();
    // The first score of EPSS, repeated.
    let (first, _) = after.split_once(']').unwrap();
    let twice = format!("{before}\"scores\":[[{first}],[{after}");
    assert_eq!(restored(twice.as_bytes()), None);
}

proptest! {
    #[test]
    fn cut_feeds_are_not_restored(share in 0.0..1.0_f64) {
        let text = written(&feeds());
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a place in a short text"
        )]
        let end = (text.len() as f64 * share) as usize;
        prop_assert_eq!(restored(&text[..end]), None);
    }
}
