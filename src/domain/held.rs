//! A resource that is held while an answer is in memory, whatever it is.

use std::{any::Any, fmt, sync::Arc};

/// A resource that is released when the last clone is dropped. It is no part of the answer's
/// value: any two are equal.
#[derive(Clone, Default)]
pub struct Held(Option<Arc<dyn Any + Send + Sync>>);

impl Held {
    /// Holds a resource.
    pub fn new(held: impl Any + Send + Sync) -> Self {
        Self(Some(Arc::new(held)))
    }

    /// Holds the resources of both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (&self.0, &other.0) {
            (_, None) => self,
            (None, _) => other,
            _ => Self::new((self, other)),
        }
    }
}

impl fmt::Debug for Held {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.0.is_some() { "Held" } else { "nothing" })
    }
}

impl PartialEq for Held {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Held {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_released_with_the_last_clone() {
        let (one, other) = (Arc::new(()), Arc::new(()));
        let held = [Arc::clone(&one), Arc::clone(&other)].map(Held::new);
        let all = held.into_iter().fold(Held::default(), Held::and);
        let clone = all.clone();
        drop(all);
        assert_eq!((Arc::strong_count(&one), Arc::strong_count(&other)), (2, 2));
        drop(clone);
        assert_eq!((Arc::strong_count(&one), Arc::strong_count(&other)), (1, 1));
    }
}
