//! The body of a reply while it arrives: in blocks that are used again for the next one.
//!
//! An allocator keeps what was given back for a while, so that large bodies one after the other
//! take a multiple of one. Blocks are never given back to it.

use std::{mem, sync::Arc};

use parking_lot::Mutex;

/// The largest reply that is read, decompressed: a thousand times what a bad machine gives.
pub(super) const LARGEST_REPLY: usize = 48 << 20;

/// Bytes of a block.
const BLOCK: usize = 256 << 10;
/// Up to this size a body has no blocks.
const SMALL: usize = 64 << 10;

/// Blocks that are not in use.
#[derive(Debug, Default)]
pub(super) struct Blocks(Mutex<Vec<Vec<u8>>>);

/// What has arrived of a body.
#[derive(Debug)]
pub(super) struct Body {
    small: Vec<u8>,
    blocks: Vec<Vec<u8>>,
    length: usize,
    unused: Arc<Blocks>,
}

impl Blocks {
    fn take(&self) -> Vec<u8> {
        let unused = self.0.lock().pop();
        unused.unwrap_or_else(|| Vec::with_capacity(BLOCK))
    }
}

impl Body {
    /// A body of which nothing has arrived.
    pub(super) fn empty(unused: &Arc<Blocks>) -> Self {
        Self {
            small: Vec::new(),
            blocks: Vec::new(),
            length: 0,
            unused: Arc::clone(unused),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.length
    }

    /// Adds what has arrived.
    pub(super) fn push(&mut self, mut bytes: &[u8]) {
        self.length += bytes.len();
        if self.length <= SMALL {
            self.small.extend_from_slice(bytes);
            return;
        }
        while !bytes.is_empty() {
            let block = match self.blocks.pop() {
                Some(block) if block.len() < BLOCK => block,
                full => {
                    self.blocks.extend(full);
                    self.unused.take()
                }
            };
            bytes = self.fill(block, bytes);
        }
    }

    /// Adds a block with as much of the bytes as it has room for, and returns the rest.
    fn fill<'bytes>(&mut self, mut block: Vec<u8>, bytes: &'bytes [u8]) -> &'bytes [u8] {
        let room = bytes.len().min(BLOCK - block.len());
        let (now, later) = bytes.split_at(room);
        block.extend_from_slice(now);
        self.blocks.push(block);
        later
    }

    /// The whole body, put together in `buffer` where it is large.
    pub(super) fn gather(mut self, buffer: &mut Vec<u8>) -> Vec<u8> {
        let small = mem::take(&mut self.small);
        if self.blocks.is_empty() {
            return small;
        }
        let mut whole = mem::take(buffer);
        whole.clear();
        if whole.capacity() < self.length {
            // Room that is not used yet takes no memory; to grow would be to copy.
            whole = Vec::with_capacity(self.length.max(LARGEST_REPLY));
        }
        whole.extend_from_slice(&small);
        self.blocks
            .iter()
            .for_each(|block| whole.extend_from_slice(block));
        whole
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        let mut unused = self.unused.0.lock();
        for mut block in self.blocks.drain(..) {
            block.clear();
            unused.push(block);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_pushed_is_there() {
        let unused = Arc::default();
        for (step, length) in [
            (1, 3),
            (1000, SMALL),
            (7000, SMALL + 1),
            (300_000, 4 * BLOCK),
        ] {
            let bytes: Vec<u8> = (0..=250).cycle().take(length).collect();
            let mut body = Body::empty(&unused);
            bytes.chunks(step).for_each(|part| body.push(part));
            assert_eq!(body.len(), length);
            assert!(body.gather(&mut Vec::new()) == bytes, "{step} {length}");
        }
    }

    #[test]
    fn blocks_are_used_again() {
        let unused = Arc::default();
        for _ in 0..3 {
            let mut body = Body::empty(&unused);
            (0..40).for_each(|_| body.push(&vec![7; 70_000]));
            assert_eq!(unused.0.lock().len(), 0);
            drop(body);
            assert_eq!(unused.0.lock().len(), (40 * 70_000_usize).div_ceil(BLOCK));
        }
    }
}
