//! Text of messages: how it travels, and what it asks for. Pure.
//!
//! | file | what |
//! | --- | --- |
//! | [`gsm7`] | the GSM alphabet, and septets in octets |
//! | [`shift`] | the same alphabet with Turkish, Spanish or Portuguese letters |
//! | [`ucs2`] | UTF-16, with emoji that were cut in two |
//! | [`udh`] | the header of a part of a long text |
//! | [`joiner`] | parts that become one text again |
//! | [`fit`] | segments, and texts made to fit |
//! | [`keyword`] | which texts are commands |
//! | `token` | a case token as it is typed on a telephone |
//! | `fold` | letters made alike for comparison |

pub mod fit;
mod fold;
pub mod gsm7;
pub mod joiner;
pub mod keyword;
pub mod shift;
mod token;
pub mod ucs2;
pub mod udh;
