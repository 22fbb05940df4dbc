//! Every page once, with data as long and as awkward as in life.

use std::collections::BTreeMap;

use amparo::clean::{Found, Kind};
use amparo::clock::Day;
use amparo::http::reporter::{
    CaseEntryPage, CasePage, Draft, Entry, Fault, FaultPage, Field, FileLimits, ForgetPage, ForgottenPage, HelpPage,
    LandingPage, OfflineFile, OfflinePage, ReceiptPage, Refusal, Refusals, ReportPage, SendPage, SentPage, Site,
    SiteMember, SiteUnit, TakenPage, ToldFile, TypedMessage, Verdict, What,
};
use amparo::locale::Language;
use amparo::protocol::bytes::{MemberId, hash};
use amparo::protocol::content::State;
use amparo::protocol::fingerprint::Fingerprint;
use amparo::secret::SecretText;
use askama::Template;

const TOKEN: &str = "412087310592664307719835";
const FORM: &str = "1f0c9b7d2a6e48538d10c7e2b94fa061";

fn texts(en: &str, fr: &str, ar: &str) -> BTreeMap<String, String> {
    [("en", en), ("fr", fr), ("ar", ar)].map(|(tag, text)| (tag.to_owned(), text.to_owned())).into()
}

/// The fingerprint that the pages show.
pub fn fingerprint() -> Fingerprint {
    Fingerprint(hash(b"the heads of the authority"))
}

pub fn site() -> Site {
    let unit = |id: &str, name, remit| SiteUnit { id: id.to_owned(), name, remit, members: members(id) };
    Site {
        name: texts(
            "National Anti-Corruption Authority",
            "Autorité nationale de lutte contre la corruption",
            "الهيئة الوطنية لمكافحة الفساد",
        ),
        fingerprint: fingerprint(),
        leave_url: "https://www.example.org/weather".to_owned(),
        onion: Some("http://amparo7qkzjv3x5n2yd4w6tfrbhsmucgpelaio7qkzjv3x5n2yd4wid.onion".to_owned()),
        origin: Some("https://report.example.org".to_owned()),
        units: vec![
            unit(
                "unit-1",
                texts("Investigations", "Enquêtes", "وحدة التحقيقات"),
                texts(
                    "Bribery, embezzlement and abuse of office in ministries and agencies.",
                    "Corruption, détournement et abus de fonctions dans les ministères et agences.",
                    "الرشوة والاختلاس واستغلال الوظيفة في الوزارات والأجهزة.",
                ),
            ),
            unit(
                "unit-2",
                texts("Public contracts", "Marchés publics", "وحدة العقود العامة"),
                texts(
                    "Tenders, contracts and purchases with public money.",
                    "Appels d’offres, contrats et achats sur fonds publics.",
                    "المناقصات والعقود والمشتريات بالمال العام.",
                ),
            ),
            unit(
                "oversight",
                texts("Oversight", "Contrôle interne", "الرقابة الداخلية"),
                texts(
                    "Reports about the authority itself or one of its members.",
                    "Signalements sur l’autorité elle-même ou l’un de ses membres.",
                    "البلاغات عن الهيئة نفسها أو عن أحد أعضائها.",
                ),
            ),
        ],
        custodians: vec![
            member(5, texts("Legal adviser", "Conseillère juridique", "المستشارة القانونية")),
            member(6, texts("Ombudsman’s delegate", "Déléguée du médiateur", "مندوبة أمين المظالم")),
        ],
        oversight: Some("oversight".to_owned()),
        identity_threshold: 2,
        limits: FileLimits { count: 20, bytes: 100_000_000 },
    }
}

fn member(number: u8, title: BTreeMap<String, String>) -> SiteMember {
    SiteMember { id: MemberId([number; 8]), title }
}

/// Few in most units; so many in one that its list is folded.
fn members(unit: &str) -> Vec<SiteMember> {
    let head = texts("Head of the unit", "Cheffe du service", "رئيسة الوحدة");
    let investigators = if unit == "unit-2" { 9 } else { 2 };
    let title = |n| texts(&format!("Investigator {n}"), &format!("Enquêteur {n}"), &format!("المحقق {n}"));
    let investigators = (1..=investigators).map(|n| member(20 + n, title(n)));
    std::iter::once(member(1, head)).chain(investigators).collect()
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn typed() -> Draft {
    let mut draft = Draft::default();
    for (field, text) in [
        (Field::Category, "procurement"),
        (Field::What, "\n  First line is blank <hostile> & kept"),
        (Field::Where, "مكتب المشتريات, second floor"),
        (Field::Danger, "unsure"),
        (Field::Identity, "confidential"),
        (Field::Name, "O'Neill \"Ana\""),
    ] {
        draft.set(field, text.into());
    }
    draft.tick("originals", "yes".into());
    draft.tick("left_out", MemberId([1; 8]).to_string().as_str().into());
    draft
}

/// Files with hidden data of every sort.
fn told() -> Vec<ToldFile> {
    let file = |name: &str, verdict, original| ToldFile { name: name.into(), verdict, original };
    vec![
        file("IMG_20260301_174455.jpg", Verdict::Cleaned(Found::ALL.to_vec()), true),
        file("لقطة شاشة.png", Verdict::Cleaned(vec![Found::Time, Found::Software]), false),
        file("bridge.heic", Verdict::Nothing, false),
        file("<hostile>-a-name-without-any-place-where-a-line-could-be-broken.pdf", Verdict::Cannot(Kind::Pdf), false),
        file("", Verdict::Damaged, false),
        file("plan.tif", Verdict::TooLarge, false),
        file("notes.txt", Verdict::Cannot(Kind::Text), false),
    ]
}

/// The page of that name.
pub fn page(language: Language, name: &str) -> String {
    pages(language).into_iter().find(|(found, _)| found == name).unwrap().1
}

/// All pages by name.
pub fn pages(language: Language) -> Vec<(String, String)> {
    let site = site();
    let mut plain = site.clone();
    plain.identity_threshold = 0;
    plain.custodians.clear();
    plain.oversight = None;
    plain.onion = None;
    plain.units.truncate(1);
    let message = TypedMessage { text: "typed <hostile>".into(), originals: true };
    let (empty, typed, none) = (Draft::default(), typed(), Refusals::default());
    let many = vec![Refusal::Unit, Refusal::TooLong(Field::Where), Refusal::FileLarge(site.limits)];
    let frame = |path| site.page(language, path);
    let units = site.units(language);
    let unit = units[1].name;
    let mut left_out = units[1].members.clone();
    let readers = left_out.split_off(1);
    let name = format!("offline-{}.html", language.tag());
    let offline = OfflineFile { language, name, bytes: vec![b' '; 345_678].into() };
    let mut pages = vec![
        ("landing".to_owned(), LandingPage::new(&site, language).render()),
        ("landing-plain".to_owned(), LandingPage::new(&plain, language).render()),
        ("report".to_owned(), ReportPage::new(&site, language, FORM, &empty, none.clone()).render()),
        ("report-plain".to_owned(), ReportPage::new(&plain, language, FORM, &empty, none.clone()).render()),
        ("report-refused".to_owned(), ReportPage::new(&site, language, FORM, &typed, Refusals(many)).render()),
        (
            "receipt".to_owned(),
            ReceiptPage {
                page: frame(None),
                token: TOKEN,
                unit,
                instead_of: None,
                readers: readers.clone(),
                left_out,
                files: &told(),
                day: day("2026-03-01"),
                expected: day("2026-03-08"),
            }
            .render(),
        ),
        (
            "receipt-instead".to_owned(),
            ReceiptPage {
                page: frame(None),
                token: TOKEN,
                unit,
                instead_of: Some(units[0].name),
                readers,
                left_out: Vec::new(),
                files: &[],
                day: day("2026-03-01"),
                expected: day("2026-03-08"),
            }
            .render(),
        ),
        (
            "sent".to_owned(),
            SentPage {
                page: frame(None),
                token: TOKEN,
                day: day("2026-03-12"),
                count: 8,
                is_called_off: false,
                files: &told(),
            }
            .render(),
        ),
        ("send".to_owned(), SendPage { page: frame(Some("send")), refusals: none.clone() }.render()),
        (
            "send-refused".to_owned(),
            SendPage { page: frame(Some("send")), refusals: Refusals(vec![Refusal::NotSealed]) }.render(),
        ),
        ("offline".to_owned(), OfflinePage { page: frame(Some("offline")), file: &offline }.render()),
        ("taken".to_owned(), TakenPage { page: frame(None), day: day("2026-03-12") }.render()),
        ("forget".to_owned(), ForgetPage { page: frame(None), token: TOKEN, is_called_off: true }.render()),
        ("forgotten".to_owned(), ForgottenPage { page: frame(None) }.render()),
        (
            "help".to_owned(),
            HelpPage { page: frame(Some("help")), custodians: 2, onion: site.onion.as_deref() }.render(),
        ),
        ("case".to_owned(), case(&site, language, &TypedMessage::default(), none.clone()).render()),
        ("case-refused".to_owned(), case(&site, language, &message, Refusals(vec![Refusal::MessageTooLong])).render()),
        (
            "case-entry".to_owned(),
            CaseEntryPage { page: frame(Some("case")), typed: "", refusals: none, limits: site.limits }.render(),
        ),
    ];
    for (name, refusal) in
        [("missing", Refusal::TokenMissing), ("typo", Refusal::TokenTypo), ("unknown", Refusal::TokenUnknown)]
    {
        let refusals = Refusals(vec![refusal]);
        let view =
            CaseEntryPage { page: frame(None), typed: "4120-8731 0592 <hostile>", refusals, limits: site.limits };
        pages.push((format!("case-{name}"), view.render()));
    }
    for fault in Fault::ALL {
        let page = FaultPage { page: frame(Some("")), fault };
        pages.push((format!("fault-{fault:?}").to_lowercase(), page.render()));
    }
    pages.into_iter().map(|(name, html)| (name, html.unwrap())).collect()
}

fn case<'a>(site: &'a Site, language: Language, typed: &'a TypedMessage, refusals: Refusals) -> CasePage<'a> {
    let office = match language.tag() {
        "ar" => "رئيس وحدة العقود العامة",
        "fr" => "Chef des marchés publics",
        _ => "Head of Public Contracts",
    };
    let question = match language.tag() {
        "ar" => "شكرًا لك. لقد قرأنا بلاغك ونعمل عليه.\n\nهل رأيت العقد بنفسك؟ وإن كان لديك رقم المناقصة فأرسله إلينا.",
        "fr" => {
            "Merci. Nous avons lu votre signalement et y travaillons.\n\nAvez-vous vu le contrat vous-même ? Si vous \
                 avez le numéro de l’appel d’offres, envoyez-le-nous."
        }
        _ => {
            "Thank you. We have read your report and are working on it.\n\nDid you see the contract yourself? If you \
              have the number of the tender, please send it to us. <hostile>"
        }
    };
    let answer = |text: &str, state| What::Answer { office, text: SecretText::from(text), state };
    CasePage {
        queued: None,
        page: site.page(language, None),
        token: TOKEN,
        form: FORM,
        unit: site.units(language)[1].name,
        filed: day("2026-03-01"),
        state: State::Open,
        state_day: day("2026-03-09"),
        is_called_off: true,
        timeline: vec![
            Entry { day: Some(day("2026-03-01")), what: What::Filed { files: 2 } },
            Entry { day: Some(day("2026-03-04")), what: answer("", Some(State::Acknowledged)) },
            Entry { day: Some(day("2026-03-09")), what: answer(question, Some(State::Open)) },
            Entry { day: Some(day("2026-03-12")), what: What::Sent { files: 0 } },
            Entry { day: Some(day("2026-03-13")), what: What::Unreadable },
        ],
        typed,
        refusals,
        limits: site.limits,
    }
}
