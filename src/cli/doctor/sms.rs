//! What `amparo doctor` looks at where reports by text message are taken.

use std::path::Path;

use super::{Finding, history, nameless, secret, socket_folder};
use crate::config::Config;
use crate::config::sms_gateways::{Listen, SmsGateways};
use crate::locale::SmsLanguage;
use crate::sms::gateway::configured::Gateways;
use crate::sms::incoming::Number;

/// Nothing where they are not taken.
pub fn findings(config: &Config) -> Vec<Finding> {
    let (sms, gateways) = (&config.sms, &config.sms_gateways);
    if sms.numbers.is_empty() {
        return Vec::new();
    }
    let mut findings = vec![
        Finding::warn(
            "reports by text message are taken, which the telephone company can read and keeps",
            "read docs/sms.md, and say so on the poster; without numbers in [sms] it is off",
        ),
        units(config),
    ];
    let Some(listen) = &gateways.listen else {
        // Message centres are asked, and need no place of ours.
        if !gateways.smpp.is_empty() {
            return findings;
        }
        findings.push(Finding::fail(
            "there are numbers for reports in [sms], and no gateway that brings their texts",
            "set listen and a gateway in [sms_gateways], or take the numbers out",
        ));
        return findings;
    };
    findings.push(place(listen));
    let secrets = secrets(gateways);
    findings.extend(secrets.iter().map(|(key, file, ours)| secret(key, file, *ours)));
    // Why a secret cannot be read has been told.
    if secrets.iter().all(|(_, file, _)| crate::config::secret_file::read(file).is_ok()) {
        findings.push(
            Gateways::load(gateways)
                .map_or_else(|error| Finding::from_error(&error), |_| Finding::ok("every gateway can be set up")),
        );
    }
    findings.extend(twilio(gateways).into_iter().chain(phone(config)));
    findings
}

/// Each number has its unit, whose name is told in the number's language.
fn units(config: &Config) -> Finding {
    let numbers = &config.sms.numbers;
    let Some(history) = history(&config.storage.keys) else {
        return Finding::warn("numbers cannot be compared with units", "mend the manifests");
    };
    let manifest = history.current();
    for line in numbers {
        let Some(unit) = manifest.unit(&line.unit) else {
            return Finding::fail(
                format!("{} is for the unit {:?}, which the newest manifest does not have", line.number, line.unit),
                "write one that amparo manifest show names under numbers in [sms]",
            );
        };
        let named =
            SmsLanguage::from_tag(&line.language).is_some_and(|language| unit.name.0.contains_key(language.tag()));
        if !named {
            return nameless(&line.number, &line.unit, &line.language);
        }
    }
    Finding::ok(format!("{} numbers for reports have their units", numbers.len()))
}

/// The place for gateways is not open to the world, and can be made.
fn place(listen: &Listen) -> Finding {
    match listen {
        Listen::Socket(socket) => socket_folder("sms_gateways.listen", socket),
        Listen::Address(address) if address.ip().is_loopback() => super::port("gateways", *address),
        Listen::Address(address) => Finding::warn(
            format!("{address}, for gateways, can be reached from other machines, and texts can be read on the way"),
            "listen on 127.0.0.1 with a proxy that has TLS before it, or let nothing but a tunnel lead there",
        ),
    }
}

/// Every secret by its key; those that we choose ourselves, and so choose long, are marked.
fn secrets(section: &SmsGateways) -> Vec<(&'static str, &Path, bool)> {
    let mut secrets: Vec<(_, &Path, _)> = Vec::new();
    if let Some(kannel) = &section.kannel {
        secrets.push(("sms_gateways.kannel.password_file", &kannel.password_file, true));
    }
    if let Some(twilio) = &section.twilio {
        secrets.push(("sms_gateways.twilio.auth_token_file", &twilio.auth_token_file, false));
    }
    if let Some(account) = &section.africas_talking {
        secrets.push(("sms_gateways.africas_talking.secret_file", &account.secret_file, true));
        secrets.push(("sms_gateways.africas_talking.api_key_file", &account.api_key_file, false));
    }
    if let Some(phone) = &section.android {
        secrets.push(("sms_gateways.android.signing_key_file", &phone.signing_key_file, true));
        secrets.push(("sms_gateways.android.password_file", &phone.password_file, false));
    }
    if let Some(generic) = &section.generic {
        secrets.push(("sms_gateways.generic.secret_file", &generic.secret_file, true));
    }
    secrets
}

/// Twilio comes over TLS.
fn twilio(section: &SmsGateways) -> Option<Finding> {
    let twilio = section.twilio.as_ref().filter(|twilio| twilio.url.starts_with("http://"))?;
    Some(Finding::warn(
        format!("Twilio sends to {} without TLS, so texts can be read on the way", twilio.url),
        "give the webhook an address that begins with https://, here and in Twilio's console",
    ))
}

/// A phone's number is one of those for reports.
fn phone(config: &Config) -> Option<Finding> {
    let phone = config.sms_gateways.android.as_ref()?;
    let number = Number::parse(&phone.number)?;
    let known = config.sms.numbers.iter().any(|line| Number::parse(&line.number).as_ref() == Some(&number));
    (!known).then(|| {
        Finding::fail(
            format!("the phone of sms_gateways.android has the number {}, which no unit has", phone.number),
            "add the number and its unit under numbers in [sms]",
        )
    })
}
