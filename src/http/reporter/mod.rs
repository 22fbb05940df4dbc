//! The reporter's pages, complete without JavaScript, and in `api` what scripts and programs ask for.
//!
//! Each page is a file here with its view (an askama struct for `web/templates/reporter/`) and, when it needs nothing
//! but the [`Site`], its handler. Words come from `locales/<lang>/reporter.ftl` through [`Page::text`]; nothing a
//! visitor wrote is ever put in a page unescaped.
//!
//! ```
//! use amparo::http::reporter::{Fault, FaultPage, Page};
//! use amparo::locale::Language;
//! use amparo::protocol::{bytes::hash, fingerprint::Fingerprint};
//! use askama::Template as _;
//!
//! let locale = Language::from_tag("en").unwrap().locale();
//! let fingerprint = Fingerprint(hash(b"root"));
//! let page = Page { locale, authority: "Anti-Corruption Office", fingerprint, leave_url: "/", path: None };
//! let html = FaultPage { page, fault: Fault::NotFound }.render().unwrap();
//! assert!(html.contains("There is no such page"));
//! ```
//!
//! To add a page: a template that extends `reporter/layout.html`, its texts in every language, a file here with the
//! view, and a sample in `tests/reporter_pages/`, which checks it in every language. A page on which the reporter's own
//! device seals fills the block `script`, and is answered with [`respond_sealing`], which lets that script run.

use std::sync::Arc;

use axum::extract::FromRef;
use axum::routing::{get, post};
use axum::{Router, middleware};

pub use crate::questions::{
    Category, Draft, Field, FileLimits, Person, Question, Refusal, Refusals, Unit, Verdict, name_of, original_name,
};

mod api;
mod case;
mod case_entry;
mod fault;
mod files;
mod forget;
mod form;
mod gate;
mod headers;
mod help;
mod landing;
mod lane;
mod message;
mod offline;
mod offline_file;
mod open_case;
mod page;
mod pictures;
mod queued;
mod receipt;
mod report;
mod sealed;
mod send;
mod sent;
mod site;
mod state;
mod statics;
mod submit;
mod well_known;

pub use case::{CasePage, Entry, TypedMessage, What};
pub use case_entry::CaseEntryPage;
pub use fault::{Fault, FaultPage};
pub use files::ToldFile;
pub use forget::{ForgetPage, ForgottenPage};
pub use gate::{Admission, Gate};
pub use headers::policy;
pub use help::HelpPage;
pub use landing::LandingPage;
pub use lane::{Lane, Later};
pub use offline::OfflinePage;
pub use offline_file::{OfflineFile, OfflineFiles};
pub use page::{Page, Spoken, respond, respond_sealing, spoken_by};
pub use pictures::PICTURE_MAX;
pub use queued::Queued;
pub use receipt::ReceiptPage;
pub use report::ReportPage;
pub use send::{SendPage, TakenPage};
pub use sent::SentPage;
pub use site::{Site, SiteMember, SiteUnit};
pub use state::{Reporter, wire_limits};
use state::{come_again, once_number};

/// Every page and form of the reporter's side.
pub fn router(reporter: Reporter) -> Router {
    Router::new()
        .merge(pages())
        .route("/{lang}/report", get(submit::form).post(submit::submit))
        .route("/{lang}/send", get(send::form).post(send::send))
        .route("/{lang}/offline", get(offline::offline))
        .route("/{lang}/case", post(open_case::open))
        .route("/{lang}/case/message", post(message::send))
        .route("/{lang}/case/forget", post(forget::forget))
        .route("/.well-known/amparo/{name}", get(well_known::file))
        .method_not_allowed_fallback(fault::wrong_method)
        .merge(api::router())
        .layer(middleware::from_fn_with_state(reporter.clone(), headers::add))
        .with_state(reporter)
}

/// The pages that need nothing but the site: `/`, `/{lang}/`, `/{lang}/help` and the entry of `/{lang}/case`; and the
/// scripts.
///
/// The fallback is the page for an address that does not exist.
pub fn pages<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Arc<Site>: FromRef<S>,
{
    Router::new()
        .route("/", get(landing::negotiated))
        .route("/{lang}", get(landing::spoken))
        .route("/{lang}/", get(landing::spoken))
        .route("/{lang}/help", get(help::help))
        .route("/{lang}/case", get(case_entry::entry))
        .route("/static/{name}", get(statics::file))
        .fallback(fault::not_found)
}
