//! Contrast of the colours in `web/styles/base.css`, as WCAG 2.2 (1.4.3, 1.4.11) measures it.

use std::collections::BTreeMap;

const BASE: &str = include_str!("../../web/styles/base.css");

/// The colours of one theme: the light ones, with the dark ones over them when `dark`.
fn colours(dark: bool) -> BTreeMap<&'static str, [f64; 3]> {
    let (light, after) = BASE.split_once("@media (prefers-color-scheme: dark)").unwrap();
    let (over, _) = after.split_once("\n}").unwrap();
    let mut colours = BTreeMap::new();
    for line in light.lines().chain(over.lines().filter(|_| dark)) {
        let Some((name, value)) = line.trim().strip_prefix("--").and_then(|line| line.split_once(": ")) else {
            continue;
        };
        let Some(hex) = value.strip_prefix('#').and_then(|value| value.strip_suffix(';')) else { continue };
        let width = hex.len() / 3;
        let part = |index: usize| {
            let digits = &hex[index * width..(index + 1) * width];
            f64::from(u8::from_str_radix(&digits.repeat(3 - width), 16).unwrap()) / 255.0
        };
        colours.insert(name, [part(0), part(1), part(2)]);
    }
    colours
}

/// Relative luminance.
fn luminance(colour: [f64; 3]) -> f64 {
    let linear = colour.map(|c| if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) });
    0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
}

fn contrast(a: [f64; 3], b: [f64; 3]) -> f64 {
    let (a, b) = (luminance(a) + 0.05, luminance(b) + 0.05);
    a.max(b) / a.min(b)
}

#[test]
fn text_and_edges_can_be_seen_in_both_themes() {
    assert!((contrast([0.0; 3], [1.0; 3]) - 21.0).abs() < 0.01);
    for dark in [false, true] {
        let colours = colours(dark);
        let mut pairs = vec![("on-accent", "accent", 4.5), ("paper", "ink", 4.5), ("bad", "bad-tint", 4.5)];
        for text in ["ink", "soft", "accent", "bad"] {
            pairs.extend(["ground", "paper", "tint"].map(|ground| (text, ground, 4.5)));
        }
        pairs.extend([("ink", "bad-tint", 4.5), ("edge", "paper", 3.0), ("edge", "ground", 3.0)]);
        for (text, ground, least) in pairs {
            let found = contrast(colours[text], colours[ground]);
            assert!(found >= least, "dark {dark}: --{text} on --{ground} has {found:.2}, needs {least}");
        }
    }
}
