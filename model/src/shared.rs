//! Maps whose copies share what did not change. A step copies the state of a client; with these a
//! copy costs nothing, and a change the depth of the tree, however large the meeting.

/// A sorted map with shared copies.
pub type SharedMap<K, V> = rpds::RedBlackTreeMapSync<K, V>;
