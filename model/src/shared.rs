//! Maps whose copies share what did not change. A step copies the state of a client; with these a
//! copy costs nothing, and a change the depth of the tree, however large the meeting.

/// A sorted map with shared copies.
pub type SharedMap<K, V> = rpds::RedBlackTreeMapSync<K, V>;

/// A shared map in JSON: a list of pairs, in the order of their keys.
pub mod pairs {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

    use super::SharedMap;

    /// Writes a map.
    ///
    /// # Errors
    /// The serializer's own.
    pub fn serialize<K, V, S>(map: &SharedMap<K, V>, serializer: S) -> Result<S::Ok, S::Error>
    where
        K: Ord + Serialize,
        V: Serialize,
        S: Serializer,
    {
        serializer.collect_seq(map.iter())
    }

    /// Reads a map.
    ///
    /// # Errors
    /// The deserializer's own, and keys that are not in order.
    pub fn deserialize<'de, K, V, D>(deserializer: D) -> Result<SharedMap<K, V>, D::Error>
    where
        K: Ord + Deserialize<'de>,
        V: Deserialize<'de>,
        D: Deserializer<'de>,
    {
        let mut map: SharedMap<K, V> = SharedMap::new_sync();
        for (key, value) in Vec::<(K, V)>::deserialize(deserializer)? {
            if map.last().is_some_and(|(last, _)| *last >= key) {
                return Err(D::Error::custom("entries must be in order, each once"));
            }
            map.insert_mut(key, value);
        }
        Ok(map)
    }
}
