//! The texts that the pages' script says: it has none of its own, so that every language has all of them.
//!
//! A page that seals carries them in a `<template>`, each by its id. Where a text takes a value, `{name}` stands in its
//! place, and the script puts the value there as text.

use std::borrow::Cow;

use super::Page;
use crate::locale::Value;

/// Ids with the name of the value each takes.
const WORDS: &[(&str, Option<&str>)] = &[
    ("error-prefix", None),
    ("sealed-send-hint", None),
    ("stage-keys", None),
    ("stage-files", None),
    ("stage-work", None),
    ("stage-sealing", None),
    ("stage-sending", None),
    ("stage-waiting", None),
    ("stage-left", Some("minutes")),
    ("stage-left-short", None),
    ("stage-cancelled", None),
    ("file-looking", None),
    ("file-clean", None),
    ("file-cleaned", Some("found")),
    ("file-image", None),
    ("file-other", None),
    ("file-text", None),
    ("file-pdf", None),
    ("file-office", None),
    ("file-media", None),
    ("file-archive", None),
    ("file-damaged", None),
    ("file-remove", None),
    ("file-empty", None),
    ("file-large", Some("size")),
    ("file-unreadable", None),
    ("files-many", Some("count")),
    ("files-total", Some("size")),
    ("found-place", None),
    ("found-time", None),
    ("found-camera", None),
    ("found-serial", None),
    ("found-owner", None),
    ("found-software", None),
    ("found-comment", None),
    ("found-thumbnail", None),
    ("found-picture", None),
    ("found-maker-note", None),
    ("found-history", None),
    ("found-color-profile", None),
    ("found-after-end", None),
    ("found-other", None),
    ("size-kb", Some("size")),
    ("size-mb", Some("size")),
    ("refusal-unit", None),
    ("refusal-all-named", None),
    ("refusal-all-named-oversight", None),
    ("refusal-named-unknown", None),
    ("refusal-custodians", None),
    ("refusal-what", None),
    ("refusal-name", None),
    ("refusal-too-long", None),
    ("refusal-message", None),
    ("token-missing", None),
    ("token-typo", None),
    ("token-unknown", None),
    ("fault-moved-title", None),
    ("fault-moved-happened", None),
    ("fault-moved-todo", None),
    ("failure-check", None),
    ("failure-other", None),
    ("failure-script", None),
    ("failure-script-todo", None),
    ("failure-manifest", None),
    ("failure-manifest-todo", None),
    ("failure-unsigned", None),
    ("failure-unsigned-todo", None),
    ("failure-root", None),
    ("failure-root-todo", None),
    ("failure-expired", None),
    ("failure-expired-todo", None),
    ("failure-older", None),
    ("failure-older-todo", None),
    ("failure-history", None),
    ("failure-history-todo", None),
    ("failure-card", None),
    ("failure-card-todo", None),
    ("failure-member", None),
    ("failure-member-todo", None),
    ("failure-reply", None),
    ("failure-reply-todo", None),
    ("failure-withheld", None),
    ("failure-withheld-todo", None),
    ("failure-timeline", None),
    ("failure-timeline-todo", None),
    ("failure-file", None),
    ("failure-file-todo", None),
    ("failure-offline", None),
    ("failure-offline-todo", None),
    ("failure-full", None),
    ("failure-full-todo", None),
    ("failure-large", None),
    ("failure-large-todo", None),
    ("failure-refused", None),
    ("failure-refused-todo", None),
    ("failure-server", None),
    ("failure-server-todo", None),
    ("failure-own", None),
    ("failure-own-todo", None),
    ("receipt-copied", None),
    ("receipt-copy-failed", None),
    ("receipt-pictured", None),
    ("receipt-hide", None),
    ("receipt-show", None),
    ("receipt-hidden", None),
    ("receipt-ask-right", None),
    ("receipt-ask-wrong", None),
    ("receipt-ask-skipped", None),
    ("state-since", Some("day")),
    ("state-received", None),
    ("state-received-means", None),
    ("state-acknowledged", None),
    ("state-acknowledged-means", None),
    ("state-open", None),
    ("state-open-means", None),
    ("state-closed", None),
    ("state-closed-means", None),
    ("timeline-answer", Some("office")),
    ("timeline-state", Some("state")),
    ("timeline-filed", None),
    ("timeline-sent", None),
    ("timeline-moved", None),
];

impl Page<'_> {
    /// What the script says, by id; `files-1`, `files-2` and so on up to `files` are told one by one, because
    /// languages count in their own ways.
    #[must_use]
    pub fn words(&self, files: &u64) -> Vec<(Cow<'static, str>, Cow<'static, str>)> {
        let locale = self.locale;
        let words = WORDS.iter().map(|(id, value)| match value {
            Some(name) => {
                let place = format!("{{{name}}}");
                ((*id).into(), locale.text_with(id, &[(name, Value::Text(&place))]))
            }
            None => ((*id).into(), locale.text(id)),
        });
        let counts =
            (1..=*files).map(|count| (format!("files-{count}").into(), self.text_with("files", "count", count)));
        words.chain(counts).collect()
    }
}
