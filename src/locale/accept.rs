//! Reads `Accept-Language` (RFC 9110, 12.5.4).

/// No honest header is longer; the rest of one that is stays unread.
const MOST_RANGES: usize = 32;

/// The index in `tags` of the one the header likes best; `None` when it names none of them.
///
/// A range fits a tag when its first part is the tag (`fr-CA` fits `fr`). Of equal qualities the one that stands
/// first wins, and `*` likes whatever the header does not name.
pub(super) fn best(header: &str, tags: &[&str]) -> Option<usize> {
    let mut best: Option<(u16, usize)> = None;
    let named = |tag: &str| ranges(header).any(|(range, _)| fits(range, tag));
    for (range, quality) in ranges(header).filter(|(_, quality)| *quality > 0) {
        let found = if range == "*" {
            tags.iter().position(|tag| !named(tag))
        } else {
            tags.iter().position(|tag| fits(range, tag))
        };
        if let Some(index) = found
            && best.is_none_or(|(before, _)| quality > before)
        {
            best = Some((quality, index));
        }
    }
    best.map(|(_, index)| index)
}

fn fits(range: &str, tag: &str) -> bool {
    range.split('-').next().is_some_and(|first| first.eq_ignore_ascii_case(tag))
}

/// The ranges with their qualities in thousandths; what cannot be read is left out.
fn ranges(header: &str) -> impl Iterator<Item = (&str, u16)> {
    header.split(',').take(MOST_RANGES).filter_map(|item| {
        let mut parts = item.split(';').map(str::trim);
        let range = parts.next().filter(|range| !range.is_empty())?;
        let quality = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
        Some((range, quality.map_or(Some(1000), thousandths)?))
    })
}

/// `0.875` is 875; at most three decimals, at most 1.
fn thousandths(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    if !matches!(whole, "0" | "1") || decimals.len() > 3 || !decimals.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let value: u16 = format!("{whole}{decimals:0<3}").parse().ok()?;
    (value <= 1000).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_chooses_by_quality_and_then_by_place() {
        let tags = ["en", "fr", "ar"];
        for (header, expected) in [
            ("", None),
            ("fr", Some("fr")),
            ("FR-ca", Some("fr")),
            ("de, ar;q=0.3, fr;q=0.9", Some("fr")),
            ("ar, fr", Some("ar")),
            ("en;q=0.1, ar-EG;q=0.101", Some("ar")),
            ("en;q=0, *;q=0.5", Some("fr")),
            ("*", Some("en")),
            ("de, *;q=0.1", Some("en")),
            ("fr;q=0", None),
            ("fr;q=2, ar;q=0.5", Some("ar")),
            ("fr;q=x, ar;q=0.1234", None),
            ("frr", None),
            (", ;q=1,ar", Some("ar")),
        ] {
            assert_eq!(best(header, &tags).map(|index| tags[index]), expected, "{header}");
        }
    }
}
