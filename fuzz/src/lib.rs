//! Fuzz targets as plain functions: any driver may call them with any bytes, and so does
//! `cargo test` with the stored inputs. A target panics when a property does not hold.

pub mod targets;
