//! Compares all emails with snapshots of their text and HTML parts. Also tests emails with names
//! that try to inject links or markup.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use domain::{
    billing::{Currency, Interval, IssueKind, Money, Plan},
    checklist::BUILT_IN,
    id::OrgId,
    org::Access,
    people::{Address, Name, Role},
    secret::Secret,
};
use jiff::civil::{Date, date};
use mail::{
    AfterTrial, EmailChanged, Invitation, MembershipChanged, NextCharge, PaymentFailed, PlainText,
    PlanStarted, PlanSummary, Product, Rendered, SignIn, TrialEnded, TrialEnding, Verify, Welcome,
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

fn eur(amount: u64) -> Money {
    Money { amount, currency: Currency::EUR }
}

fn ends_on() -> Date {
    date(2025, 1, 22)
}

/// The texts of users that emails contain.
struct Names {
    user: Name,
    organization: Name,
    inviter: Name,
    project: PlainText,
}

fn acme() -> Names {
    let [user, organization, inviter] =
        ["John Doe", "Acme Corp", "Jo Doe"].map(|name| Name::parse(name).unwrap());
    Names { user, organization, inviter, project: PlainText::new("Getting Started") }
}

impl Names {
    fn welcome(&self, plan: PlanSummary) -> Rendered {
        self.welcome_with(BUILT_IN.tasks.iter().take(4).map(|task| task.title).collect(), plan)
    }

    fn welcome_with(&self, steps: Vec<&'static str>, plan: PlanSummary) -> Rendered {
        self.welcome_email(steps, plan, None)
    }

    fn welcome_email(&self, steps: Vec<&'static str>, plan: PlanSummary, verify: Option<Secret>) -> Rendered {
        let email = Welcome {
            verify,
            given_name: PlainText::given(&self.user),
            org: org(),
            organization: PlainText::from(&self.organization),
            project: self.project.clone(),
            steps,
            plan,
        };
        email.render(&product())
    }

    fn trial_ending(&self, days: u32, after_trial: AfterTrial) -> Rendered {
        let email = TrialEnding {
            given_name: PlainText::given(&self.user),
            org: org(),
            organization: PlainText::from(&self.organization),
            days,
            ends_on: ends_on(),
            after_trial,
            unsubscribe: Secret::new([8; 32]),
        };
        email.render(&product())
    }

    fn trial_ended(&self) -> Rendered {
        let email = TrialEnded {
            given_name: PlainText::given(&self.user),
            org: org(),
            organization: PlainText::from(&self.organization),
            ended_on: ends_on(),
        };
        email.render(&product())
    }

    fn payment_failed(&self, kind: IssueKind, access: Access) -> Rendered {
        let email = PaymentFailed {
            given_name: PlainText::given(&self.user),
            org: org(),
            organization: PlainText::from(&self.organization),
            kind,
            due: Some(eur(2900)),
            next_attempt: (access == Access::Full).then_some(date(2025, 1, 25)),
            since: ends_on(),
            access,
        };
        email.render(&product())
    }

    fn plan_started(&self, plan: Plan, price: Option<u64>, next: NextCharge) -> Rendered {
        let email = PlanStarted {
            given_name: PlainText::given(&self.user),
            org: org(),
            organization: PlainText::from(&self.organization),
            plan,
            price: price.map(|amount| (eur(amount), Some(Interval::Month))),
            next,
        };
        email.render(&product())
    }

    fn sign_in(&self) -> Rendered {
        let email = SignIn { given_name: PlainText::given(&self.user), secret: Secret::new([7; 32]) };
        email.render(&product())
    }

    fn membership_changed(&self, role: Option<Role>) -> Rendered {
        let email = MembershipChanged {
            given_name: PlainText::given(&self.user),
            organization: PlainText::from(&self.organization),
            role,
        };
        email.render(&product())
    }

    fn email_changed(&self) -> Rendered {
        let (given_name, organization) = (PlainText::given(&self.user), PlainText::from(&self.organization));
        EmailChanged { given_name, organization }.render(&product())
    }

    fn verify(&self, waits: bool) -> Rendered {
        let (given_name, organization) = (PlainText::given(&self.user), PlainText::from(&self.organization));
        Verify { given_name, organization, waits, secret: Secret::new([6; 32]) }.render(&product())
    }

    fn invitation(&self, role: Role) -> Rendered {
        let email = Invitation {
            inviter: PlainText::from(&self.inviter),
            organization: PlainText::from(&self.organization),
            role,
            secret: Secret::new([9; 32]),
            expires_on: ends_on(),
            recipient: Address::parse("sam@globex.example").unwrap(),
        };
        email.render(&product())
    }
}

/// Renders each kind of email with all its variants. The name of a kind is that of its snapshot.
fn all_emails(names: &Names) -> Vec<(&'static str, Rendered)> {
    let trial = |plan| PlanSummary::Trial { days: 14, ends_on: ends_on(), plan };
    let begins = |amount| AfterTrial::PlanBegins { amount };
    let first = NextCharge::First { on: ends_on(), amount: Some(eur(2900)) };
    let renewal = NextCharge::Renewal { on: ends_on(), amount: None };
    vec![
        ("welcome-trial", names.welcome(trial(None))),
        (
            "welcome-unverified",
            names.welcome_email(vec!["Create project"], trial(None), Some(Secret::new([6; 32]))),
        ),
        ("welcome-trial-of-a-plan", names.welcome(trial(Some(Plan::Team)))),
        ("welcome-active", names.welcome(PlanSummary::Active)),
        ("welcome-other", names.welcome(PlanSummary::Other)),
        ("trial-ending", names.trial_ending(3, AfterTrial::ReadOnly)),
        ("trial-ending-last-day", names.trial_ending(1, AfterTrial::ReadOnly)),
        ("trial-ending-plan-begins", names.trial_ending(3, begins(Some("€29.00".to_owned())))),
        ("trial-ending-no-amount", names.trial_ending(3, begins(None))),
        ("trial-ending-no-payment-method", names.trial_ending(3, AfterTrial::NeedsPaymentMethod)),
        ("trial-ended", names.trial_ended()),
        ("payment-failed", names.payment_failed(IssueKind::PaymentFailed, Access::Full)),
        ("payment-failed-read-only", names.payment_failed(IssueKind::PaymentFailed, Access::ReadOnly)),
        ("payment-action-required", names.payment_failed(IssueKind::ActionRequired, Access::BillingOnly)),
        ("plan-started-trial", names.plan_started(Plan::Team, Some(2900), first)),
        ("plan-started", names.plan_started(Plan::Single, Some(900), renewal)),
        ("plan-started-pending", names.plan_started(Plan::Team, None, NextCharge::Pending)),
        ("sign-in", names.sign_in()),
        ("invitation-member", names.invitation(Role::Member)),
        ("invitation-admin", names.invitation(Role::Admin)),
        ("membership-removed", names.membership_changed(None)),
        ("membership-admin", names.membership_changed(Some(Role::Admin))),
        ("membership-member", names.membership_changed(Some(Role::Member))),
        ("email-changed", names.email_changed()),
        ("verify", names.verify(false)),
        ("verify-waits", names.verify(true)),
    ]
}

#[test]
fn emails_match_their_snapshots() {
    for (name, email) in all_emails(&acme()) {
        insta::assert_snapshot!(
            format!("{name}.text"),
            format!("Subject: {}\n\n{}", email.subject, email.text)
        );
        // One element per line keeps the differences readable.
        insta::assert_snapshot!(format!("{name}.html"), email.html.replace("><", ">\n<"));
    }
}

#[test]
fn emails_contain_no_scripts_images_or_leaked_secrets() {
    for (name, email) in all_emails(&acme()) {
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
        for secret in ["0606", "0707", "0808", "0909"] {
            assert!(!format!("{email:?}").contains(secret), "{name}: secret in debug output");
        }
    }
}

/// A client on a phone shows about 50 characters. The subject of the welcome email is part of the
/// product's contract.
#[test]
fn subjects_with_usual_names_have_at_most_50_characters() {
    let [user, organization, inviter] =
        ["Maria Hernandez", "Northwind Traders", "Peter Lindqvist"].map(|name| Name::parse(name).unwrap());
    let names = Names { user, organization, inviter, project: PlainText::new("Getting Started") };
    for (name, email) in all_emails(&names) {
        let length = email.subject.chars().count();
        assert!(length <= 50 || name.starts_with("welcome"), "{name}, {length}: {}", email.subject);
    }
}

#[test]
fn preview_text_is_hidden_and_differs_from_subject() {
    for (name, email) in all_emails(&acme()) {
        let hidden = email.html.split("<div style=\"display:none").nth(1).unwrap();
        let preheader = hidden.split_once('>').unwrap().1.split('\u{2007}').next().unwrap();
        assert!((20..=110).contains(&preheader.chars().count()), "{name}: {preheader}");
        assert_ne!(preheader, email.subject, "{name}");
    }
}

#[test]
fn text_part_has_short_lines_and_separate_links() {
    for (name, email) in all_emails(&acme()) {
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
    for (name, email) in all_emails(&acme()) {
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
    let email = acme().welcome_with(vec![], PlanSummary::Active);
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
        let names = Names {
            user: name.clone(),
            organization: name.clone(),
            inviter: name.clone(),
            project: PlainText::from(&name),
        };
        for (_, email) in all_emails(&names) {
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
