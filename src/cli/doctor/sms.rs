//! What `amparo doctor` looks at where text messages are taken.

use super::Finding;
use crate::config::Config;
use crate::sms::gateway::configured::Gateways;

/// Nothing where there is no gateway.
pub fn findings(config: &Config) -> Vec<Finding> {
    let section = &config.sms_gateways;
    if !section.is_any() {
        return Vec::new();
    }
    let mut findings = vec![match Gateways::load(section) {
        Ok(_) => Finding::ok("the secrets of the gateways for text messages are read"),
        Err(error) => Finding::from_error(&error),
    }];
    for centre in section.smpp.iter().filter(|centre| centre.tunnel && !centre.tls) {
        findings.push(Finding::warn(
            format!("texts go to {} without TLS", centre.name),
            "see that a VPN closes the way there, on this machine and on theirs; or take out tls = false",
        ));
    }
    findings
}
