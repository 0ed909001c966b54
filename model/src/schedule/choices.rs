//! Bytes read as choices, one byte each.

/// The bytes, and how many of them were read.
#[derive(Clone, Debug)]
pub(super) struct Choices {
    bytes: Vec<u8>,
    read: usize,
}

impl Choices {
    pub(super) fn new(bytes: &[u8]) -> Self {
        Self { bytes: bytes.to_vec(), read: 0 }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.read >= self.bytes.len()
    }

    /// A number below `bound`; 0 when the bytes are used up.
    pub(super) fn under(&mut self, bound: usize) -> usize {
        let Some(byte) = self.bytes.get(self.read) else { return 0 };
        self.read += 1;
        usize::from(*byte) % bound.max(1)
    }

    pub(super) fn of<T: Copy>(&mut self, values: &[T], fallback: T) -> T {
        let at = self.under(values.len());
        values.get(at).copied().unwrap_or(fallback)
    }

    pub(super) fn number(&mut self, bound: usize) -> u32 {
        u32::try_from(self.under(bound)).unwrap_or(0)
    }
}
