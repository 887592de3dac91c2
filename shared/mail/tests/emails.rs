//! Compares all emails with snapshots of their text and HTML parts. Also tests emails with names
//! that try to inject links or markup.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use domain::{
    billing::IssueKind,
    checklist::BUILT_IN,
    id::OrgId,
    org::Access,
    people::{Address, Name, Role},
    secret::Secret,
};
use jiff::civil::{Date, date};
use mail::{
    AfterTrial, Invitation, PaymentFailed, PlainText, PlanSummary, Product, Rendered, SignIn, TrialEnded,
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

fn welcome(organization: &str, user: &str, plan: PlanSummary) -> Rendered {
    let user = Name::parse(user).unwrap();
    let email = Welcome {
        given_name: PlainText::given(&user),
        org: org(),
        organization: PlainText::from(&Name::parse(organization).unwrap()),
        project: PlainText::new("Getting Started"),
        steps: BUILT_IN.tasks.iter().take(4).map(|task| task.title).collect(),
        plan,
    };
    email.render(&product())
}

fn trial_ending(days: u32) -> Rendered {
    trial_ending_with(days, AfterTrial::ReadOnly)
}

fn trial_ending_with(days: u32, after_trial: AfterTrial) -> Rendered {
    let email = TrialEnding {
        given_name: PlainText::new("John"),
        org: org(),
        organization: PlainText::new("Acme Corp"),
        days,
        ends_on: ends_on(),
        after_trial,
        unsubscribe: Secret::new([8; 32]),
    };
    email.render(&product())
}

fn trial_ended() -> Rendered {
    let email = TrialEnded {
        given_name: PlainText::new("John"),
        org: org(),
        organization: PlainText::new("Acme Corp"),
        ended_on: ends_on(),
    };
    email.render(&product())
}

fn payment_failed(kind: IssueKind, access: Access) -> Rendered {
    let email = PaymentFailed {
        given_name: PlainText::new("John"),
        org: org(),
        organization: PlainText::new("Acme Corp"),
        kind,
        since: ends_on(),
        access,
    };
    email.render(&product())
}

fn sign_in() -> Rendered {
    SignIn { given_name: PlainText::new("John"), secret: Secret::new([7; 32]) }.render(&product())
}

fn invitation(inviter: &str, organization: &str, role: Role) -> Rendered {
    let email = Invitation {
        inviter: PlainText::from(&Name::parse(inviter).unwrap()),
        organization: PlainText::from(&Name::parse(organization).unwrap()),
        role,
        secret: Secret::new([9; 32]),
        expires_on: ends_on(),
        recipient: Address::parse("sam@globex.example").unwrap(),
    };
    email.render(&product())
}

fn all_emails() -> Vec<(&'static str, Rendered)> {
    vec![
        (
            "welcome-trial",
            welcome("Acme Corp", "John Doe", PlanSummary::Trial { days: 14, ends_on: ends_on() }),
        ),
        ("welcome-active", welcome("Acme Corp", "John Doe", PlanSummary::Active)),
        ("welcome-other", welcome("Acme Corp", "John Doe", PlanSummary::Other)),
        ("trial-ending", trial_ending(3)),
        ("trial-ending-last-day", trial_ending(1)),
        (
            "trial-ending-plan-begins",
            trial_ending_with(3, AfterTrial::PlanBegins { amount: Some("€29.00".to_owned()) }),
        ),
        ("trial-ending-no-amount", trial_ending_with(3, AfterTrial::PlanBegins { amount: None })),
        ("trial-ending-no-payment-method", trial_ending_with(3, AfterTrial::NeedsPaymentMethod)),
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
fn emails_match_their_snapshots() {
    for (name, email) in all_emails() {
        insta::assert_snapshot!(
            format!("{name}.text"),
            format!("Subject: {}\n\n{}", email.subject, email.text)
        );
        // One element per line keeps the differences readable.
        insta::assert_snapshot!(format!("{name}.html"), email.html.replace("><", ">\n<"));
    }
}

#[test]
fn both_parts_contain_the_required_facts() {
    let plan_url = "https://onramp.example.com/organizations/org_0198c0de-0000-7000-8000-000000000001";
    let checklist_url = "https://onramp.example.com/onboarding/checklist";
    let sign_in_url =
        "https://onramp.example.com/login/0707070707070707070707070707070707070707070707070707070707070707";
    let invitation_url = "https://onramp.example.com/invitations/0909090909090909090909090909090909090909090909090909090909090909";
    let trial = PlanSummary::Trial { days: 14, ends_on: ends_on() };
    for (email, subject, needles) in [
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
                checklist_url,
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
                checklist_url,
            ],
        ),
        (
            welcome("Acme Corp", "John Doe", PlanSummary::Other),
            "Welcome to TimeTracker - Acme Corp",
            vec![plan_url],
        ),
        (
            trial_ending(3),
            "3 days left in your TimeTracker trial - Acme Corp",
            vec!["3 days left", "January 22, 2025", "read-only", plan_url],
        ),
        (trial_ending(1), "1 day left in your TimeTracker trial - Acme Corp", vec!["1 day left"]),
        (
            trial_ended(),
            "Your TimeTracker trial has ended - Acme Corp",
            vec!["Your data is safe", "read-only", "January 22, 2025", plan_url],
        ),
        (
            payment_failed(IssueKind::PaymentFailed, Access::Full),
            "A payment didn’t go through - Acme Corp",
            vec!["January 22, 2025", "Check payment method", "keeps working", plan_url],
        ),
        (
            payment_failed(IssueKind::ActionRequired, Access::ReadOnly),
            "Your bank needs you to confirm a payment - Acme Corp",
            vec!["January 22, 2025", "Confirm payment", "read-only", plan_url],
        ),
        (sign_in(), "Sign in to TimeTracker", vec![sign_in_url, "10 minutes", "didn’t request"]),
        (
            invitation("Jo Doe", "Acme Corp", Role::Admin),
            "Jo Doe invited you to Acme Corp on TimeTracker",
            vec!["an admin", "January 22, 2025", invitation_url, "don’t know Jo Doe"],
        ),
    ] {
        assert_eq!(email.subject, subject);
        for needle in needles {
            assert!(email.text.contains(needle), "{subject}: text lacks {needle}");
            assert!(email.html.contains(needle), "{subject}: HTML lacks {needle}");
        }
    }
    let active = welcome("Acme Corp", "John Doe", PlanSummary::Active);
    assert!(!active.text.contains("trial") && !active.html.contains("trial"));
}

#[test]
fn emails_contain_no_scripts_images_or_leaked_secrets() {
    for (name, email) in all_emails() {
        assert_eq!(email.html.matches("class=\"button\"").count(), 1, "{name}");
        for banned in ["<img", "<script", "javascript:", "<form", "@import", "src="] {
            assert!(!email.html.contains(banned), "{name}: {banned}");
        }
        for href in email.html.split("href=\"").skip(1) {
            assert!(
                href.starts_with("https://onramp.example.com/")
                    || href.starts_with("https://app.example.com/")
            );
        }
        assert!(!email.text.contains('<') && !email.subject.contains(['\r', '\n']), "{name}");
        for secret in ["0707", "0808", "0909"] {
            assert!(!format!("{email:?}").contains(secret), "{name}: secret in debug output");
        }
    }
}

#[test]
fn preview_text_is_hidden_and_differs_from_subject() {
    for (name, email) in all_emails() {
        let hidden = email.html.split("<div style=\"display:none").nth(1).unwrap();
        let preheader = hidden.split_once('>').unwrap().1.split('\u{2007}').next().unwrap();
        assert!((20..=110).contains(&preheader.chars().count()), "{name}: {preheader}");
        assert_ne!(preheader, email.subject, "{name}");
    }
}

#[test]
fn text_part_has_short_lines_and_separate_links() {
    for (name, email) in all_emails() {
        for line in email.text.lines() {
            let link = line.starts_with("https://");
            assert!(link || line.chars().count() <= 72, "{name}: {line}");
            assert_eq!(link, line.contains("://"), "{name}: link shares its line: {line}");
            assert!(line == "-- " || line == line.trim_end(), "{name}: {line:?}");
        }
        assert!(!email.text.contains("\n\n\n"), "{name}");
        for left_over in ["&amp;", "&quot;", "&#", "</", "**"] {
            assert!(!email.text.contains(left_over), "{name}: {left_over}");
        }
    }
}

#[test]
fn only_reminders_have_an_unsubscribe_link() {
    for (name, email) in all_emails() {
        let url = email.unsubscribe_url.as_deref();
        assert_eq!(url.is_some(), name.starts_with("trial-ending"), "{name}");
        let base_url = "https://onramp.example.com/mail/unsubscribe/";
        assert_eq!(email.text.contains(base_url), url.is_some(), "{name}");
        assert_eq!(email.html.contains(base_url), url.is_some(), "{name}");
        if let Some(url) = url {
            assert_eq!(url, format!("{base_url}{}", "08".repeat(32)));
            let unwrapped = email.text.replace('\n', " ");
            assert!(
                unwrapped
                    .contains("You’ll still get emails about sign-in, payments, and the end of the trial."),
                "{name}"
            );
        }
    }
}

#[test]
fn welcome_omits_next_steps_when_none_are_open() {
    let email = emails_with_name(&Name::parse("Acme").unwrap()).swap_remove(0);
    for part in [email.text, email.html] {
        assert!(part.contains("set up your account") && !part.contains("Next steps"), "{part}");
    }
}

#[test]
fn names_cannot_inject_headers_markup_or_links() {
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
        // A stored name can be older than the current rules for names.
        let name = Name::from_stored(name.to_owned());
        for email in emails_with_name(&name) {
            for part in [&email.subject, &email.text, &email.html] {
                for link in [
                    "evil.", "evil。", "evil．", "evil｡", "evil․", "evil﹒", "www.", "://evil", "@evil",
                    "mailto:", "tel:", "e.com",
                ] {
                    assert!(
                        !part.replace(OWN_DOMAIN, "").contains(link),
                        "{name}: {link} is a link in {}",
                        email.subject
                    );
                }
            }
            for markup in ["<b>", "<script", "<a href=https"] {
                assert!(!email.html.contains(markup), "{name}: {markup}");
            }
            assert!(!email.subject.contains(['\r', '\n']));
        }
    }
    let stored = PlainText::from(&Name::from_stored("Acme\r\nBcc: all@evil.com".to_owned()));
    assert!(!stored.to_string().contains(['\r', '\n']) && !stored.to_string().contains("evil.com"));
}

/// Domain of the links that emails may contain.
const OWN_DOMAIN: &str = "example.com";

/// Renders each email with `name` in all user-supplied fields.
fn emails_with_name(name: &Name) -> Vec<Rendered> {
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
            plan: PlanSummary::Active,
        }
        .render(&product),
        TrialEnding {
            given_name: given_name.clone(),
            org,
            organization: organization.clone(),
            days: 3,
            ends_on: ends_on(),
            after_trial: AfterTrial::ReadOnly,
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
