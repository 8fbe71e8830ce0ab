//! A resource that is held for as long as an answer is in memory.

use std::{any::Any, fmt, sync::Arc};

/// A resource that is released when the last clone is dropped. It is not part of the answer's value: any two are equal.
#[derive(Clone, Default)]
pub struct KeepAlive(Option<Arc<dyn Any + Send + Sync>>);

impl KeepAlive {
    /// Holds a resource.
    pub fn new(keep_alive: impl Any + Send + Sync) -> Self {
        Self(Some(Arc::new(keep_alive)))
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

impl fmt::Debug for KeepAlive {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.0.is_some() { "Held" } else { "nothing" })
    }
}

impl PartialEq for KeepAlive {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for KeepAlive {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_released_with_the_last_clone() {
        let (one, other) = (Arc::new(()), Arc::new(()));
        let keep_alive = [Arc::clone(&one), Arc::clone(&other)].map(KeepAlive::new);
        let all = keep_alive
            .into_iter()
            .fold(KeepAlive::default(), KeepAlive::and);
        let clone = all.clone();
        drop(all);
        assert_eq!((Arc::strong_count(&one), Arc::strong_count(&other)), (2, 2));
        drop(clone);
        assert_eq!((Arc::strong_count(&one), Arc::strong_count(&other)), (1, 1));
    }
}
