//! Reports by text message.
//!
//! What a gateway hands over becomes an [`incoming::Incoming`]; the rest of this folder never sees a gateway's own
//! format. The telephone company can read every text, both ways; what is said to people says so.

pub mod incoming;
pub mod text;
