//! The body of a reply while it arrives, in blocks that are reused for later replies.
//!
//! An allocator keeps freed memory for a while, so that several large bodies in a row would use a
//! multiple of the memory of one. Blocks are never freed.

use std::{mem, sync::Arc};

use parking_lot::Mutex;

/// Maximum size of a reply in bytes, decompressed: a thousand times that of a badly patched
/// machine.
pub(super) const LARGEST_REPLY: usize = 48 << 20;

/// Size of a block in bytes.
const BLOCK: usize = 256 << 10;
/// Up to this size, a body uses no blocks.
const SMALL: usize = 64 << 10;

/// Free blocks.
#[derive(Debug, Default)]
pub(super) struct Blocks(Mutex<Vec<Vec<u8>>>);

/// The part of a body that has arrived.
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
    /// An empty body.
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

    /// Appends bytes.
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

    /// Adds a block, filled with as many bytes as fit, and returns the rest.
    fn fill<'bytes>(&mut self, mut block: Vec<u8>, bytes: &'bytes [u8]) -> &'bytes [u8] {
        let room = bytes.len().min(BLOCK - block.len());
        let (now, later) = bytes.split_at(room);
        block.extend_from_slice(now);
        self.blocks.push(block);
        later
    }

    /// Returns the whole body; a large one is assembled in `buffer`.
    pub(super) fn gather(mut self, buffer: &mut Vec<u8>) -> Vec<u8> {
        let small = mem::take(&mut self.small);
        if self.blocks.is_empty() {
            return small;
        }
        let mut whole = mem::take(buffer);
        whole.clear();
        if whole.capacity() < self.length {
            // Reserved memory that is not used costs nothing; growing would copy.
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
    fn pushed_bytes_are_returned() {
        let unused = Arc::default();
        for (step, length) in [
            (1, 3),
            (1000, SMALL),
            (7000, SMALL + 1),
            (300_000, 4 * BLOCK),
        ] {
            let bytes: Vec<u8> = (0..=250).cycle().take(length).collect();
            let mut body = Body::empty(&unused);
            bytes.chunks(step).for_each(|reserved| body.push(reserved));
            assert_eq!(body.len(), length);
            assert!(body.gather(&mut Vec::new()) == bytes, "{step} {length}");
        }
    }

    #[test]
    fn blocks_are_reused() {
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
