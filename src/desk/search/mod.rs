//! Finding words in every case, without regard to case, accents or form of script.
//!
//! | file | what |
//! | --- | --- |
//! | `fold` | [`fold`]: text as it is compared |
//! | `query` | [`Query`]: what somebody typed, as words and phrases |
//! | `texts` | [`Texts`]: the folded words of all cases, and finding in them |
//! | `excerpt` | [`excerpt`]: the piece of a text in which something was found |
//!
//! There is no index. A hundred thousand cases are some hundred megabytes of words, which the cores read through in a few
//! hundredths of a second, while an index would be as large again, would have to be kept, and finds no parts of words:
//! Chinese writes no spaces, and in Arabic and Russian what is looked for stands inside what is written.

mod excerpt;
mod fold;
mod query;
mod texts;

pub use excerpt::{Piece, excerpt};
pub use fold::fold;
pub use query::Query;
pub use texts::{Found, Slot, Texts};
