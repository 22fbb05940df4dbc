//! `POST /{lang}/case`: a token opens its case.

use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::{
    CaseEntryPage, CasePage, Entry, Fault, Queued, Refusal, Refusals, Reporter, Spoken, TypedMessage, What,
    respond_sealing,
};
use crate::intake::{IntakeError, Returned};
use crate::locale::Language;
use crate::protocol::own_case::OwnEntry;
use crate::protocol::token::{Token, TokenTypo};
use crate::secret::SecretText;

/// What the form sends.
#[derive(Deserialize)]
pub(super) struct Entered {
    token: String,
}

pub(super) async fn open(
    Spoken(language): Spoken,
    State(reporter): State<Reporter>,
    form: Result<axum::Form<Entered>, FormRejection>,
) -> Response {
    let Ok(axum::Form(Entered { token })) = form else { return reporter.fault(language, Fault::Broken) };
    let typed = SecretText::new(token);
    match reporter.return_with(&typed).await {
        Ok((token, returned)) => {
            let (typed, none, queued) = (TypedMessage::default(), Refusals::default(), reporter.queue());
            reporter.case_page(language, StatusCode::OK, &token, &returned, &typed, none, queued)
        }
        Err(refused) => reporter.not_opened(language, &typed, &refused),
    }
}

/// Why a token opens nothing.
pub(super) enum NotOpened {
    /// It is no token.
    Typo(TokenTypo),
    /// There is no case, or opening it failed.
    Intake(IntakeError),
}

impl Reporter {
    /// The case of a typed token.
    pub(super) async fn return_with(&self, typed: &SecretText) -> Result<(Token, Returned), NotOpened> {
        let token = Token::parse(typed.expose()).map_err(NotOpened::Typo)?;
        let returned = self.intake.return_with_token(&token).await.map_err(NotOpened::Intake)?;
        Ok((token, returned))
    }

    /// The entry again, with what is wrong with the token.
    pub(super) fn not_opened(&self, language: Language, typed: &SecretText, refused: &NotOpened) -> Response {
        let (status, refusal) = match refused {
            NotOpened::Typo(TokenTypo::Length(0)) => (StatusCode::UNPROCESSABLE_ENTITY, Refusal::TokenMissing),
            NotOpened::Typo(_) => (StatusCode::UNPROCESSABLE_ENTITY, Refusal::TokenTypo),
            NotOpened::Intake(IntakeError::NotFound) => (StatusCode::NOT_FOUND, Refusal::TokenUnknown),
            NotOpened::Intake(error) => return self.failed(language, error),
        };
        let page = self.site.page(language, Some("case"));
        respond_sealing(
            status,
            &CaseEntryPage { page, typed: typed.expose(), refusals: Refusals(vec![refusal]), limits: self.site.limits },
        )
    }

    /// The case, with the message as typed when its form came back.
    #[allow(clippy::too_many_arguments, reason = "each is another part of the page")]
    pub(super) fn case_page(
        &self,
        language: Language,
        status: StatusCode,
        token: &Token,
        returned: &Returned,
        typed: &TypedMessage,
        refusals: Refusals,
        queued: Option<Queued>,
    ) -> Response {
        let Ok(number) = self.new_form_number() else { return self.fault(language, Fault::Internal) };
        let history = self.intake.history();
        let case = &returned.case;
        let card = case.card().card();
        let office = |member| history.member(member).map_or("", |member| member.title.get(language.tag()));
        let timeline = case.entries().into_iter().map(|entry| match entry {
            OwnEntry::Filed(files) => Entry { day: Some(card.day), what: What::Filed { files: files as u64 } },
            OwnEntry::Sent(files) => Entry { day: None, what: What::Sent { files: files as u64 } },
            OwnEntry::Moved => Entry { day: None, what: What::Moved },
            OwnEntry::Answer(read) => {
                let state = read.answer.state;
                let text = SecretText::from(read.answer.text.as_str());
                Entry { day: Some(read.answer.day), what: What::Answer { office: office(read.member), text, state } }
            }
        });
        let unreadable = std::iter::repeat_with(|| Entry { day: None, what: What::Unreadable }).take(case.unreadable());
        let (state, state_day) = case.state();
        let page = CasePage {
            page: self.site.page(language, None),
            token: token.expose(),
            form: &number,
            unit: self.site.unit_name(language, &card.unit),
            filed: card.day,
            state,
            state_day,
            is_called_off: returned.called_off,
            timeline: timeline.chain(unreadable).collect(),
            typed,
            queued,
            refusals,
            limits: self.site.limits,
        };
        respond_sealing(status, &page)
    }
}
