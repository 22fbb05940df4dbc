//! `POST /case/{id}/link`: the same report twice, or a related one; and apart again.

use std::sync::Arc;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::case;
use super::entry::OtherCase;
use super::frame::{Frame, Open, Posted, not_found};
use crate::desk::book::first_words;
use crate::desk::cases::{JoinError, Likely, Links, Unlocked};
use crate::protocol::bytes::CaseId;
use crate::protocol::content::Relation;
use crate::secret::SecretText;

/// Characters of another report that are shown.
const FIRST_WORDS: usize = 110;

/// A link of the case that is shown.
pub struct LinkView {
    /// The other case.
    pub other: OtherCase,
    /// Whether it is the same report.
    pub is_same: bool,
    /// Whether it can be taken away here: a case may also be joined through another one only.
    pub is_direct: bool,
}

/// A report that is likely the same.
pub struct LikelyView {
    /// Which one.
    pub other: OtherCase,
    /// How it begins.
    pub first_words: String,
    /// In which way it is alike.
    pub why: String,
}

/// What was chosen in the form, when it comes back.
#[derive(Default)]
pub struct Linking {
    /// The chosen case's number.
    pub other: String,
    /// What was typed for one that is not offered.
    pub typed: String,
    /// Why they belong together.
    pub why: SecretText,
    /// Why nothing was linked.
    pub error: Option<String>,
}

/// What the form holds.
#[derive(Deserialize)]
pub struct LinkForm {
    #[serde(default)]
    other: String,
    #[serde(default)]
    typed: String,
    relation: String,
    #[serde(default)]
    why: String,
}

/// The links of `id`, first what is the same report.
pub fn views(unlocked: &Unlocked, links: &Links, id: CaseId) -> Vec<LinkView> {
    let main = links.main_of(id).unwrap_or(id);
    let direct: Vec<_> = links.linked(id, Relation::Same).collect();
    let group = links.joined_to(main).chain([main]).filter(|other| *other != id);
    let same = group.map(|other| (other, true, direct.contains(&other)));
    let related = links.linked(id, Relation::Related).map(|other| (other, false, true));
    let view =
        |(other, is_same, is_direct)| Some(LinkView { other: OtherCase::of(unlocked, other)?, is_same, is_direct });
    same.chain(related).filter_map(view).collect()
}

/// Reports that are likely the same as `id` and not joined with it yet.
pub fn likely(unlocked: &Unlocked, links: &Links, id: CaseId) -> Vec<LikelyView> {
    let main = |id| links.main_of(id).unwrap_or(id);
    let view = |likely: Likely| {
        let row = unlocked.row(likely.id)?;
        let apart = match likely.days {
            0 => "filed on the same day".to_owned(),
            1 => "filed one day apart".to_owned(),
            days => format!("filed {days} days apart"),
        };
        let alike = if likely.percent == 100 {
            "the same words".to_owned()
        } else {
            format!("{} % of three-word runs are the same", likely.percent)
        };
        Some(LikelyView {
            other: OtherCase::of(unlocked, likely.id)?,
            first_words: first_words(&row.first_words, FIRST_WORDS),
            why: format!("{alike}, {apart}, by the same channel"),
        })
    };
    let likely = unlocked.likely_doubles(id).into_iter();
    likely.filter(|likely| main(likely.id) != main(id)).filter_map(view).collect()
}

/// Links, or takes a link away, and goes back to the case. Whatever stands in the way, what was typed comes back.
pub async fn send(
    frame: Frame,
    Open(unlocked): Open,
    Path(id): Path<String>,
    Posted(form): Posted<LinkForm>,
) -> Response {
    let Ok(id) = id.parse::<CaseId>() else { return not_found(frame).await };
    let relation = match &*form.relation {
        "same" => Relation::Same,
        "related" => Relation::Related,
        _ => Relation::None,
    };
    let mut linking = Linking { other: form.other, typed: form.typed, why: SecretText::new(form.why), error: None };
    let working = Arc::clone(&unlocked);
    let work = tokio::task::spawn_blocking(move || {
        let joined =
            chosen(&working, &linking).and_then(|other| working.join(id, other, relation, linking.why.expose()));
        linking.error = joined.err().map(|error| error.to_string());
        linking
    });
    match work.await {
        Ok(linking) if linking.error.is_none() => {
            Redirect::to(&format!("{}/case/{id}#links", frame.base)).into_response()
        }
        Ok(linking) => case::with_linking(frame, unlocked, id, linking).await,
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// The case that was chosen, or whose number was typed.
fn chosen(unlocked: &Unlocked, linking: &Linking) -> Result<CaseId, JoinError> {
    let offered = linking.other.parse::<CaseId>().ok();
    match (offered, linking.typed.trim()) {
        (Some(other), "") => Ok(other),
        (Some(_), _) => Err(JoinError::Both),
        (None, "") => Err(JoinError::Nothing),
        (None, typed) => unlocked.case_beginning(typed),
    }
}
