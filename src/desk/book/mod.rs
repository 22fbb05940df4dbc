//! What an unlocked desk knows of all its cases.
//!
//! | file | what |
//! | --- | --- |
//! | `seen` | [`Seen`]: what was seen of a case once and must not change |
//! | `row` | [`Row`]: what lists show and filter by |
//! | `reading` | [`Reading`]: a whole case as it is shown, without its keys |
//! | `filed` | [`Filed`]: an opened case made ready for the shelf |
//! | `shelf` | [`Shelf`]: all rows and words in memory, and the cache behind them |
//! | `lists` | [`Lists`]: what was asked for in each window |
//! | `view` | [`Selection`]: which cases are listed, and in which order |
//!
//! Only rows and the words that are searched stay in memory; the rest of a case is opened out of the cache when somebody
//! looks at it.

mod filed;
mod lists;
mod reading;
mod row;
mod seen;
mod shelf;
mod view;

pub use filed::Filed;
pub use lists::{Lists, Wanted};
pub use reading::{Reading, state_of};
pub use row::{Row, What, first_words};
pub use seen::Seen;
pub use shelf::{Place, Shelf};
pub use view::{Asked, Filter, Order, Reader, Selection, View};
