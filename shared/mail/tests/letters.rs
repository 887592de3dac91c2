//! Every mail, text and HTML, as a person finds it; and names that try to be something else.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use domain::{billing::IssueKind, id::OrgId, name::Name, secret::Secret, status::Access};
use mail::{
    Inert, PaymentFailed, Product, Rendered, SignIn, Standing, Then, TrialEnded, TrialEnding, Welcome,
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

fn ends_on() -> String {
    "January 22, 2025".to_owned()
}

fn welcome(organization: &str, person: &str, standing: Standing) -> Rendered {
    let person = Name::parse(person).unwrap();
    let mail = Welcome {
        given_name: Inert::given(&person),
        org: org(),
        organization: Inert::from(&Name::parse(organization).unwrap()),
        project: Inert::new("Getting Started"),
        standing,
    };
    mail.render(&product())
}

fn trial_ending(days: u32) -> Rendered {
    trial_ending_then(days, Then::ReadOnly)
}

fn trial_ending_then(days: u32, then: Then) -> Rendered {
    let mail = TrialEnding {
        given_name: Inert::new("John"),
        org: org(),
        organization: Inert::new("Acme Corp"),
        days,
        ends_on: ends_on(),
        then,
    };
    mail.render(&product())
}

fn trial_ended() -> Rendered {
    let mail = TrialEnded {
        given_name: Inert::new("John"),
        org: org(),
        organization: Inert::new("Acme Corp"),
        ended_on: ends_on(),
    };
    mail.render(&product())
}

fn payment_failed(kind: IssueKind, access: Access) -> Rendered {
    let mail = PaymentFailed {
        given_name: Inert::new("John"),
        org: org(),
        organization: Inert::new("Acme Corp"),
        kind,
        since: ends_on(),
        access,
    };
    mail.render(&product())
}

fn sign_in() -> Rendered {
    SignIn { given_name: Inert::new("John"), secret: Secret::new([7; 32]) }.render(&product())
}

fn every_mail() -> Vec<(&'static str, Rendered)> {
    vec![
        ("welcome-trial", welcome("Acme Corp", "John Doe", Standing::Trial { days: 14, ends_on: ends_on() })),
        ("welcome-active", welcome("Acme Corp", "John Doe", Standing::Active)),
        ("welcome-other", welcome("Acme Corp", "John Doe", Standing::Other)),
        ("trial-ending", trial_ending(3)),
        ("trial-ending-plan-begins", trial_ending_then(3, Then::PlanBegins)),
        ("trial-ended", trial_ended()),
        ("payment-failed", payment_failed(IssueKind::PaymentFailed, Access::Full)),
        ("payment-failed-read-only", payment_failed(IssueKind::PaymentFailed, Access::ReadOnly)),
        ("payment-action-required", payment_failed(IssueKind::ActionRequired, Access::BillingOnly)),
        ("sign-in", sign_in()),
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
    let trial = Standing::Trial { days: 14, ends_on: ends_on() };
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
            welcome("Acme Corp", "John Doe", Standing::Active),
            "Welcome to TimeTracker - Acme Corp",
            vec![
                "Hello John,",
                "Your subscription is active",
                "https://app.example.com/dashboard",
                checklist,
            ],
        ),
        (
            welcome("Acme Corp", "John Doe", Standing::Other),
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
            vec!["January 22, 2025", "Check your payment method", "keeps working", plans],
        ),
        (
            payment_failed(IssueKind::ActionRequired, Access::ReadOnly),
            "Your bank asks you to confirm a payment - Acme Corp",
            vec!["January 22, 2025", "Confirm the payment", "read-only", plans],
        ),
        (sign_in(), "Sign in to TimeTracker", vec![link, "10 minutes", "did not ask"]),
    ] {
        assert_eq!(mail.subject, subject);
        for needle in needles {
            assert!(mail.text.contains(needle), "{subject}: text lacks {needle}");
            assert!(mail.html.contains(needle), "{subject}: HTML lacks {needle}");
        }
    }
    let active = welcome("Acme Corp", "John Doe", Standing::Active);
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
        assert!(!format!("{mail:?}").contains("0707"), "{name}: a secret shows itself");
    }
}

#[test]
fn no_name_becomes_a_header_markup_or_a_live_link() {
    for name in [
        "evil.com",
        "Visit www.evil.com/now",
        "https://evil.com/x?y",
        "jo@evil.com",
        "mailto:jo@evil.com",
        "<b>Acme</b>",
        "\"><script>alert(1)</script>",
        "<a href=https://evil.com>Acme</a>",
        "{{7*7}} ${x}",
        "&amp; &lt;",
    ] {
        let mail = welcome(name, name, Standing::Active);
        for part in [&mail.subject, &mail.text, &mail.html] {
            for alive in ["evil.com", "www.", "://evil", "@evil", "mailto:"] {
                assert!(!part.contains(alive), "{name}: {alive} is alive");
            }
        }
        for markup in ["<b>", "<script", "<a href=https"] {
            assert!(!mail.html.contains(markup), "{name}: {markup}");
        }
        assert!(!mail.subject.contains(['\r', '\n']));
    }
    // What was stored before today's rules for names is held to them as well.
    let stored = Inert::from(&Name::from_stored("Acme\r\nBcc: all@evil.com".to_owned()));
    assert!(!stored.to_string().contains(['\r', '\n']) && !stored.to_string().contains("evil.com"));
}
