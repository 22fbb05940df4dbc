//! What a reporter's client asks for: a page's script, or the command line (`docs/protocol.md`, section 12).
//!
//! | file | request |
//! | --- | --- |
//! | `manifests` | `GET /v1/manifests` |
//! | `work` | `GET /v1/work`, and what lets a report or upload in |
//! | `uploads` | `POST /v1/uploads` |
//! | `upload` | `GET /v1/uploads/{upload}`, `DELETE /v1/uploads/{upload}/{file}` |
//! | `chunk` | `PUT /v1/uploads/{upload}/{file}/{chunk}` |
//! | `reports` | `POST /v1/reports` |
//! | `case` | `POST /v1/case` |
//! | `messages` | `POST /v1/case/messages` |
//! | `move_case` | `POST /v1/case/move` |
//! | `forget` | `POST /v1/case/forget` |
//! | `body` | reading JSON, within a size and the memory for all |
//!
//! **To add an endpoint**: a file with its `handle`, its row above and in the specification, and its route in
//! [`router`]. A handler asks [`Intake`](crate::intake::Intake) for one use case and turns its error into a [`Problem`]
//! with [`Reporter::refusal`]. What must be durable goes on when the client has gone: [`to_the_end`].

mod body;
mod case;
mod chunk;
mod forget;
mod manifests;
mod messages;
mod move_case;
mod reports;
mod upload;
mod uploads;
mod work;

use axum::Router;
use axum::routing::{any, delete, get, post, put};

use super::Reporter;
use crate::http::problem::Problem;
use crate::intake::IntakeError;

/// All of it. The headers of the pages are added outside.
pub(super) fn router() -> Router<Reporter> {
    Router::new()
        .route("/v1/manifests", get(manifests::handle))
        .route("/v1/work", get(work::handle))
        .route("/v1/uploads", post(uploads::handle))
        .route("/v1/uploads/{upload}", get(upload::progress))
        .route("/v1/uploads/{upload}/{file}", delete(upload::drop_file))
        .route("/v1/uploads/{upload}/{file}/{chunk}", put(chunk::handle))
        .route("/v1/reports", post(reports::handle))
        .route("/v1/case", post(case::handle))
        .route("/v1/case/messages", post(messages::handle))
        .route("/v1/case/move", post(move_case::handle))
        .route("/v1/case/forget", post(forget::handle))
        .route("/v1/{*rest}", any(|| async { Problem::not_found() }))
        .method_not_allowed_fallback(|| async { Problem::method() })
}

impl Reporter {
    /// The problem document for an error behind an endpoint; the operator is told what is theirs.
    fn refusal(&self, error: IntakeError) -> Problem {
        self.tell_operator(&error);
        Problem::from(error)
    }
}

/// Does what must not stop half way when the client's connection breaks, so that its next try finds it done.
async fn to_the_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, IntakeError>> + Send + 'static,
) -> Result<T, IntakeError> {
    tokio::spawn(work).await.map_err(|_| IntakeError::Failed("request"))?
}
