//! `GET /v1/work`, and the work that a sealed report or an upload comes with.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;

use super::super::Reporter;
use super::super::gate::{Admission, Unpaid};
use crate::http::problem::Problem;
use crate::protocol::work::{Asked, WORK_HEADER};

/// A challenge at the present price.
pub(super) async fn handle(State(reporter): State<Reporter>) -> Result<Json<Asked>, Problem> {
    reporter.ask().map(Json)
}

impl Reporter {
    /// Lets a new report or upload in, before a byte of its body is read; keep the [`Admission`] until it is stored.
    /// 429 with a new challenge when it has not paid.
    pub(super) fn admit(&self, headers: &HeaderMap) -> Result<Admission, Problem> {
        let work = headers.get(WORK_HEADER).and_then(|value| value.to_str().ok()?.parse().ok());
        self.gate.admit(work.as_ref(), self.running(), self.intake.upload_load()).map_err(|unpaid| {
            let detail = match unpaid {
                Unpaid::Missing => "much is arriving, so this costs work; solve the challenge and send it again",
                Unpaid::Spent => "the challenge was used before or is too old; solve this one and send it again",
                Unpaid::Cheap => "the price of work has risen; solve this challenge and send it again",
                Unpaid::Unsolved => "the work does not solve its challenge; solve this one and send it again",
            };
            self.ask().map_or_else(|problem| problem, |asked| Problem::work(asked, detail))
        })
    }

    fn ask(&self) -> Result<Asked, Problem> {
        let asked = self.gate.ask(self.running(), self.intake.upload_load(), self.intake.rng());
        asked.map_err(|error| self.refusal(error.into()))
    }
}
