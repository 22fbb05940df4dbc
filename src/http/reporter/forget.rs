//! Forgetting a case: first what it means, then that it is done.

use askama::Template;

use super::Page;

/// Asks once more, and says exactly what happens.
#[derive(Template)]
#[template(path = "reporter/forget.html")]
pub struct ForgetPage<'a> {
    /// Frame; no path, for this page is an answer to a form.
    pub page: Page<'a>,
    /// The token. The form that goes on carries `confirm=yes` beside it.
    pub token: &'a str,
}

/// Says that the case has been forgotten.
#[derive(Template)]
#[template(path = "reporter/forgotten.html")]
pub struct ForgottenPage<'a> {
    /// Frame; no path, for this page is an answer to a form.
    pub page: Page<'a>,
}
