//! Things of others, in the shape of ours.

pub(crate) mod tree;
