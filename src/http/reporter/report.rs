//! The report form at `/{lang}/report`, empty or come back with every field as typed.
//!
//! The order of its fields matters: the one-time number and all text stand before the files, so that the server knows
//! what to seal for before the first file arrives. What must be answered is marked `required`, so that a browser asks
//! for it before anything is sent: a form that comes back has lost its files.

use askama::Template;

use super::receipt::ACKNOWLEDGED_WITHIN;
use super::site::people;
use super::{Category, Draft, Field, FileLimits, Page, Person, Question, Queued, Refusals, Site, Unit};
use crate::locale::Language;

/// The report form.
#[derive(Template)]
#[template(path = "reporter/report.html")]
pub struct ReportPage<'a> {
    /// Frame; path `report` for an empty form, none for one that came back.
    pub page: Page<'a>,
    /// The one-time number of this form.
    pub form: &'a str,
    /// The units to choose from; one alone is shown and needs no choice.
    pub units: Vec<Unit<'a>>,
    /// The unit that takes reports about the others.
    pub oversight: Option<Unit<'a>>,
    /// Those who open names together, each of whom can be left out.
    pub keepers: Vec<Person<'a>>,
    /// What was typed.
    pub draft: &'a Draft,
    /// Why the form came back; empty at first.
    pub refusals: Refusals,
    /// What it may carry.
    pub limits: FileLimits,
    /// The queue before it, when there is one.
    pub queued: Option<Queued>,
    /// How many custodians open an identity together; 0 when confidential reports are not offered.
    pub custodians: u64,
}

impl<'a> ReportPage<'a> {
    /// The form of `site`: with no refusal as it is shown first, else as it comes back.
    #[must_use]
    pub fn new(site: &'a Site, language: Language, form: &'a str, draft: &'a Draft, refusals: Refusals) -> Self {
        Self {
            page: site.page(language, refusals.is_empty().then_some("report")),
            form,
            units: site.units(language),
            oversight: site.oversight.as_deref().and_then(|id| site.unit(id)).map(|unit| unit.spoken(language)),
            keepers: people(&site.custodians, language),
            draft,
            refusals,
            limits: site.limits,
            queued: None,
            custodians: site.identity_threshold,
        }
    }

    /// The unit to which a report goes when the reporter would rather not say who in `unit` is involved.
    pub(super) fn instead_of(&self, unit: &Unit<'_>) -> Option<&Unit<'a>> {
        self.oversight.as_ref().filter(|oversight| oversight.id != unit.id)
    }
}
