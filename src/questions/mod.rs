//! What every way in asks, and what comes of the answers: the form's fields, why it comes back, and what is sealed.
//!
//! | file | what |
//! | --- | --- |
//! | `asked` | the questions and categories, in the form's order |
//! | `people` | units and members as a form lists them |
//! | `draft` | what was typed and ticked |
//! | `check` | a draft judged against the manifest, and made a story |
//! | `refusal` | why a form comes back, in the reader's words |
//! | `state` | where a case stands, in the reader's words |
//! | `verdict` | what was found in a file |
//!
//! The reporters' pages, the command line and the hotline's pages at the desk share it, so that a caller is asked what
//! a writer is.

mod asked;
mod check;
mod draft;
mod people;
mod refusal;
mod state;
mod verdict;

pub use asked::{Category, Question};
pub use draft::{Draft, Field, LEFT_OUT, ORIGINALS, UNSAID};
pub use people::{Person, Unit, custodians_of, units_of};
pub use refusal::{FileLimits, Refusal, Refusals};
pub use state::{meaning_of, name_of};
pub use verdict::{Verdict, original_name};
