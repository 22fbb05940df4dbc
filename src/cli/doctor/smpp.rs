//! What `amparo doctor` looks at where message centres bring text messages.

use super::Finding;
use crate::config::Config;
use crate::config::smpp::Smpp;
use crate::sms::gateway::smpp::Centre;

/// Nothing where there are none.
pub fn findings(config: &Config) -> Vec<Finding> {
    config.sms_gateways.smpp.iter().flat_map(|centre| [Some(secrets(centre)), tunnel(centre)]).flatten().collect()
}

/// Password and certificates can be used.
fn secrets(centre: &Smpp) -> Finding {
    match Centre::load(centre) {
        Ok(_) => Finding::ok(format!("password and certificates for the message centre {} are read", centre.name)),
        Err(error) => Finding::from_error(&error),
    }
}

/// Nothing where TLS or this machine keeps the way closed.
fn tunnel(centre: &Smpp) -> Option<Finding> {
    let finding = Finding::warn(
        format!("texts go to the message centre {} without TLS", centre.name),
        "see that a VPN closes the way there, on this machine and on theirs; or take out tls = false",
    );
    (centre.tunnel && !centre.tls).then_some(finding)
}
