//! Bytes read as choices, one byte each.

/// The bytes not read yet.
pub(super) struct Choices<'a> {
    bytes: &'a [u8],
}

impl<'a> Choices<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// A number below `bound`; 0 when the bytes are used up.
    pub(super) fn under(&mut self, bound: usize) -> usize {
        let Some((first, rest)) = self.bytes.split_first() else { return 0 };
        self.bytes = rest;
        usize::from(*first) % bound.max(1)
    }

    pub(super) fn of<T: Copy>(&mut self, values: &[T], fallback: T) -> T {
        let at = self.under(values.len());
        values.get(at).copied().unwrap_or(fallback)
    }

    pub(super) fn number(&mut self, bound: usize) -> u32 {
        u32::try_from(self.under(bound)).unwrap_or(0)
    }
}
