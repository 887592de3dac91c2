//! Every mail, text and HTML, as a person finds it; and names that try to be something else.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use domain::{
    address::Address, billing::IssueKind, definition::BUILT_IN, id::OrgId, name::Name, people::Role,
    secret::Secret, status::Access,
};
use jiff::civil::{Date, date};
use mail::{
    Invitation, PaymentFailed, PlainText, PlanSummary, Product, Rendered, SignIn, Then, TrialEnded,
    TrialEnding, Welcome,
};

fn product() -> Product {
    Product {
        name: "TimeTracker".to_owned(),
        dashboard_url: "https://app.example.com/dashboard".to_owned(),
        public_url: "https://onramp.example.com".to_owned(),
    }
}

fn org() -> OrgId {
    "org_0198c0de-0000-7000-8000-000000000001".parse().unwrap()
}

fn ends_on() -> Date {
    date(2025, 1, 22)
}

fn welcome(organization: &str, person: &str, standing: PlanSummary) -> Rendered {
    let person = Name::parse(person).unwrap();
    let mail = Welcome {
        given_name: PlainText::given(&person),
        org: org(),
        organization: PlainText::from(&Name::parse(organization).unwrap()),
        project: PlainText::new("Getting Started"),
        steps: BUILT_IN.tasks.iter().take(4).map(|task| task.title).collect(),
        standing,
    };
    mail.render(&product())
}

fn trial_ending(days: u32) -> Rendered {
    trial_ending_then(days, Then::ReadOnly)
}

fn trial_ending_then(days: u32, then: Then) -> Rendered {
    let mail = TrialEnding {
        given_name: PlainText::new("John"),
        org: org(),
        organization: PlainText::new("Acme Corp"),
        days,
        ends_on: ends_on(),
        then,
        unsubscribe: Secret::new([8; 32]),
    };
    mail.render(&product())
}

fn trial_ended() -> Rendered {
    let mail = TrialEnded {
        given_name: PlainText::new("John"),
        org: org(),
        organization: PlainText::new("Acme Corp"),
        ended_on: ends_on(),
    };
    mail.render(&product())
}

fn payment_failed(kind: IssueKind, access: Access) -> Rendered {
    let mail = PaymentFailed {
        given_name: PlainText::new("John"),
        org: org(),
        organization: PlainText::new("Acme Corp"),
        kind,
        since: ends_on(),
        access,
    };
    mail.render(&product())
}

fn sign_in() -> Rendered {
    SignIn { given_name: PlainText::new("John"), secret: Secret::new([7; 32]) }.render(&product())
}

fn invitation(inviter: &str, organization: &str, role: Role) -> Rendered {
    let mail = Invitation {
        inviter: PlainText::from(&Name::parse(inviter).unwrap()),
        organization: PlainText::from(&Name::parse(organization).unwrap()),
        role,
        secret: Secret::new([9; 32]),
        expires_on: ends_on(),
        recipient: Address::parse("sam@globex.example").unwrap(),
    };
    mail.render(&product())
}

fn every_mail() -> Vec<(&'static str, Rendered)> {
    vec![
        (
            "welcome-trial",
            welcome("Acme Corp", "John Doe", PlanSummary::Trial { days: 14, ends_on: ends_on() }),
        ),
        ("welcome-active", welcome("Acme Corp", "John Doe", PlanSummary::Active)),
        ("welcome-other", welcome("Acme Corp", "John Doe", PlanSummary::Other)),
        ("trial-ending", trial_ending(3)),
        ("trial-ending-last-day", trial_ending(1)),
        ("trial-ending-plan-begins", trial_ending_then(3, Then::PlanBegins)),
        ("trial-ended", trial_ended()),
        ("payment-failed", payment_failed(IssueKind::PaymentFailed, Access::Full)),
        ("payment-failed-read-only", payment_failed(IssueKind::PaymentFailed, Access::ReadOnly)),
        ("payment-action-required", payment_failed(IssueKind::ActionRequired, Access::BillingOnly)),
        ("sign-in", sign_in()),
        ("invitation-member", invitation("Jo Doe", "Acme Corp", Role::Member)),
        ("invitation-admin", invitation("Jo Doe", "Acme Corp", Role::Admin)),
    ]
}

#[test]
fn every_mail_is_as_it_was_read_and_approved() {
    for (name, mail) in every_mail() {
        insta::assert_snapshot!(
            format!("{name}.text"),
            format!("Subject: {}\n\n{}", mail.subject, mail.text)
        );
        // One element a line, so that a difference can be read.
        insta::assert_snapshot!(format!("{name}.html"), mail.html.replace("><", ">\n<"));
    }
}

#[test]
fn both_parts_hold_what_a_person_must_find() {
    let plans = "https://onramp.example.com/organizations/org_0198c0de-0000-7000-8000-000000000001";
    let checklist = "https://onramp.example.com/onboarding/checklist";
    let link =
        "https://onramp.example.com/login/0707070707070707070707070707070707070707070707070707070707070707";
    let invited = "https://onramp.example.com/invitations/0909090909090909090909090909090909090909090909090909090909090909";
    let trial = PlanSummary::Trial { days: 14, ends_on: ends_on() };
    for (mail, subject, needles) in [
        (
            welcome("Acme Corp", "John Doe", trial),
            "Welcome to TimeTracker - Acme Corp",
            vec![
                "Hello John,",
                "14 days left",
                "Trial ends: January 22, 2025",
                "Getting Started",
                "Set working hours",
                "https://app.example.com/dashboard",
                checklist,
                "Pro tips",
                "Best regards,",
                "The TimeTracker Team",
            ],
        ),
        (
            welcome("Acme Corp", "John Doe", PlanSummary::Active),
            "Welcome to TimeTracker - Acme Corp",
            vec![
                "Hello John,",
                "Your subscription is active",
                "https://app.example.com/dashboard",
                checklist,
            ],
        ),
        (
            welcome("Acme Corp", "John Doe", PlanSummary::Other),
            "Welcome to TimeTracker - Acme Corp",
            vec![plans],
        ),
        (
            trial_ending(3),
            "3 days left in your TimeTracker trial - Acme Corp",
            vec!["3 days left", "January 22, 2025", "read-only", plans],
        ),
        (trial_ending(1), "1 day left in your TimeTracker trial - Acme Corp", vec!["1 day left"]),
        (
            trial_ended(),
            "Your TimeTracker trial has ended - Acme Corp",
            vec!["Everything is kept", "read-only", "January 22, 2025", plans],
        ),
        (
            payment_failed(IssueKind::PaymentFailed, Access::Full),
            "A payment did not go through - Acme Corp",
            vec!["January 22, 2025", "Check payment method", "keeps working", plans],
        ),
        (
            payment_failed(IssueKind::ActionRequired, Access::ReadOnly),
            "Your bank asks you to confirm a payment - Acme Corp",
            vec!["January 22, 2025", "Confirm the payment", "read-only", plans],
        ),
        (sign_in(), "Sign in to TimeTracker", vec![link, "10 minutes", "did not ask"]),
        (
            invitation("Jo Doe", "Acme Corp", Role::Admin),
            "Jo Doe invites you to Acme Corp on TimeTracker",
            vec!["an admin", "January 22, 2025", invited, "do not know Jo Doe"],
        ),
    ] {
        assert_eq!(mail.subject, subject);
        for needle in needles {
            assert!(mail.text.contains(needle), "{subject}: text lacks {needle}");
            assert!(mail.html.contains(needle), "{subject}: HTML lacks {needle}");
        }
    }
    let active = welcome("Acme Corp", "John Doe", PlanSummary::Active);
    assert!(!active.text.contains("trial") && !active.html.contains("trial"));
}

#[test]
fn every_mail_is_safe_to_show() {
    for (name, mail) in every_mail() {
        assert_eq!(mail.html.matches("class=\"button\"").count(), 1, "{name}");
        for banned in ["<img", "<script", "javascript:", "<form", "@import", "src="] {
            assert!(!mail.html.contains(banned), "{name}: {banned}");
        }
        for href in mail.html.split("href=\"").skip(1) {
            assert!(
                href.starts_with("https://onramp.example.com/")
                    || href.starts_with("https://app.example.com/")
            );
        }
        assert!(!mail.text.contains('<') && !mail.subject.contains(['\r', '\n']), "{name}");
        for secret in ["0707", "0808", "0909"] {
            assert!(!format!("{mail:?}").contains(secret), "{name}: a secret shows itself");
        }
    }
}

#[test]
fn a_preview_tells_more_than_the_subject_and_shows_nowhere_else() {
    for (name, mail) in every_mail() {
        let hidden = mail.html.split("<div style=\"display:none").nth(1).unwrap();
        let preheader = hidden.split_once('>').unwrap().1.split('\u{2007}').next().unwrap();
        assert!((20..=110).contains(&preheader.chars().count()), "{name}: {preheader}");
        assert_ne!(preheader, mail.subject, "{name}");
    }
}

#[test]
fn a_text_part_is_written_for_reading() {
    for (name, mail) in every_mail() {
        for line in mail.text.lines() {
            let link = line.starts_with("https://");
            assert!(link || line.chars().count() <= 72, "{name}: {line}");
            assert_eq!(link, line.contains("://"), "{name}: a link shares its line: {line}");
            assert!(line == "-- " || line == line.trim_end(), "{name}: {line:?}");
        }
        assert!(!mail.text.contains("\n\n\n"), "{name}");
        for left_over in ["&amp;", "&quot;", "&#", "</", "**"] {
            assert!(!mail.text.contains(left_over), "{name}: {left_over}");
        }
    }
}

#[test]
fn a_reminder_can_be_unsubscribed_from_and_nothing_else_can() {
    for (name, mail) in every_mail() {
        let url = mail.unsubscribe_url.as_deref();
        assert_eq!(url.is_some(), name.starts_with("trial-ending"), "{name}");
        let shown = "https://onramp.example.com/mail/unsubscribe/";
        assert_eq!(mail.text.contains(shown), url.is_some(), "{name}");
        assert_eq!(mail.html.contains(shown), url.is_some(), "{name}");
        if let Some(url) = url {
            assert_eq!(url, format!("{shown}{}", "08".repeat(32)));
            let flowing = mail.text.replace('\n', " ");
            assert!(flowing.contains("Mails about payments and sign-in still come."), "{name}");
        }
    }
}

#[test]
fn a_welcome_to_a_finished_checklist_has_no_empty_list() {
    let mail = mails_naming(&Name::parse("Acme").unwrap()).swap_remove(0);
    for part in [mail.text, mail.html] {
        assert!(part.contains("set up your account") && !part.contains("Next steps"), "{part}");
    }
}

#[test]
fn no_name_becomes_a_header_markup_or_a_live_link() {
    for name in [
        "evil.com",
        "Visit www.evil.com/now",
        "https://evil.com/x?y",
        "jo@evil.com",
        "@evil.com",
        "mailto:jo@evil.com",
        "xn--80ak6aa92e.com",
        "аррӏе.com",
        "evil。com",
        "evil．com",
        "evil｡com",
        "evil․com",
        "evil﹒com",
        "tel:+49123",
        "<b>Acme</b>",
        "\"><script>alert(1)</script>",
        "<a href=https://evil.com>Acme</a>",
        "{{7*7}} ${x}",
        "&amp; &lt;",
    ] {
        // What was stored before today's rules for names is held to them as well.
        let name = Name::from_stored(name.to_owned());
        for mail in mails_naming(&name) {
            for part in [&mail.subject, &mail.text, &mail.html] {
                for alive in [
                    "evil.", "evil。", "evil．", "evil｡", "evil․", "evil﹒", "www.", "://evil", "@evil",
                    "mailto:", "tel:", "e.com",
                ] {
                    assert!(
                        !part.replace(OURS, "").contains(alive),
                        "{name}: {alive} is alive in {}",
                        mail.subject
                    );
                }
            }
            for markup in ["<b>", "<script", "<a href=https"] {
                assert!(!mail.html.contains(markup), "{name}: {markup}");
            }
            assert!(!mail.subject.contains(['\r', '\n']));
        }
    }
    let stored = PlainText::from(&Name::from_stored("Acme\r\nBcc: all@evil.com".to_owned()));
    assert!(!stored.to_string().contains(['\r', '\n']) && !stored.to_string().contains("evil.com"));
}

/// What may end in a live name: our own addresses.
const OURS: &str = "example.com";

/// Every kind of mail, wherever somebody may have put a name.
fn mails_naming(name: &Name) -> Vec<Rendered> {
    let product = product();
    let (given_name, organization) = (PlainText::given(name), PlainText::from(name));
    let (org, secret) = (org(), Secret::new([7; 32]));
    vec![
        Welcome {
            given_name: given_name.clone(),
            org,
            organization: organization.clone(),
            project: organization.clone(),
            steps: vec![],
            standing: PlanSummary::Active,
        }
        .render(&product),
        TrialEnding {
            given_name: given_name.clone(),
            org,
            organization: organization.clone(),
            days: 3,
            ends_on: ends_on(),
            then: Then::ReadOnly,
            unsubscribe: secret.clone(),
        }
        .render(&product),
        TrialEnded {
            given_name: given_name.clone(),
            org,
            organization: organization.clone(),
            ended_on: ends_on(),
        }
        .render(&product),
        PaymentFailed {
            given_name: given_name.clone(),
            org,
            organization: organization.clone(),
            kind: IssueKind::PaymentFailed,
            since: ends_on(),
            access: Access::Full,
        }
        .render(&product),
        SignIn { given_name, secret: secret.clone() }.render(&product),
        Invitation {
            inviter: organization.clone(),
            organization,
            role: Role::Member,
            secret,
            expires_on: ends_on(),
            recipient: Address::parse("sam@example.com").unwrap(),
        }
        .render(&product),
    ]
}
