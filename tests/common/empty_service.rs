//! A service without a case behind it: it answers each of Kannel's texts at once, with a receipt for no report, so that
//! what is left is what Kannel takes by itself.

use std::net::SocketAddr;
use std::sync::Arc;

use amparo::config::reporter::Reporter;
use amparo::listener::{Limits, serve};
use amparo::locale::SmsLanguage;
use amparo::protocol::example::Authority;
use amparo::protocol::token::Token;
use amparo::sms::conversation::Say;
use amparo::sms::gateway::fields::Fields;
use amparo::sms::gateway::kannel::answer;
use amparo::sms::say::About;
use axum::Router;
use axum::extract::RawQuery;
use axum::response::IntoResponse;
use axum::routing::get;
use ring::rand::SystemRandom;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use super::texts::LINES;

/// The service; it ends when it is dropped.
pub struct EmptyService {
    pub address: SocketAddr,
    _runtime: Runtime,
}

impl EmptyService {
    /// Answers in the language of the number that was written to, as the authority's server does.
    pub fn start(authority: &Authority) -> Self {
        let about = Arc::new(About::new(&authority.history, &Reporter::default()));
        let runtime = Runtime::new().unwrap();
        let address = runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let service = get(move |RawQuery(query): RawQuery| async move { receipt(&about, &query.unwrap()) });
            let router = Router::new().route("/kannel", service);
            tokio::spawn(serve(listener, router, Limits::default(), std::future::pending()));
            address
        });
        Self { address, _runtime: runtime }
    }
}

fn receipt(about: &About, query: &str) -> impl IntoResponse + use<> {
    let fields = Fields::parse(query.as_bytes()).unwrap();
    let (_, language) = LINES.into_iter().find(|(number, _)| fields.text("to") == Some(*number)).unwrap();
    let token = Token::generate(&SystemRandom::new()).unwrap();
    let language = SmsLanguage::from_tag(language).unwrap();
    let answer = answer(&about.say(language, "works", &Say::Receipt(token)));
    let coding = answer.headers.first().map_or("0", |(_, coding)| coding);
    ([("content-type", answer.content_type), ("x-kannel-coding", coding)], answer.body.expose().to_owned())
}
