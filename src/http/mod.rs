//! What Amparo says over HTTP: one folder for each listener, one file for each page or endpoint.

pub mod reporter;
