use super::*;
use crate::doctor::finding::Severity;
use aws_local::template;

/// Returns a valid production stage with the given values changed. `absent` removes a value.
fn stage(changes: &[(&str, &str)]) -> Stage {
    let arn = |name| format!("arn:aws:secretsmanager:eu-west-1:123456789012:secret:{name}-AbCdEf");
    let mut values = BTreeMap::from(
        [
            ("StripePublishableKey", "pk_live_1".to_owned()),
            ("StripeSecretKeyArn", arn("key")),
            ("StripeWebhookSecretArn", arn("webhook")),
            ("StripeSingleUserPriceId", "price_1".to_owned()),
            ("StripeTeamPriceId", "price_2".to_owned()),
            ("Stage", PRODUCTION.to_owned()),
            ("ProductName", "Acme Hours".to_owned()),
            ("MailFromName", "Acme Hours".to_owned()),
            ("HostEventSource", "acme-hours".to_owned()),
            ("MailIdentity", "example.com".to_owned()),
            ("MailFromEmail", "hello@example.com".to_owned()),
            ("OperatorEmails", "ops@example.com".to_owned()),
            ("AlarmEmail", "ops@example.com".to_owned()),
            ("TicketEmail", "ops@example.com".to_owned()),
            ("RunbookUrl", "https://git.example.com/onramp/docs/runbook.md".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value)),
    );
    values.extend(changes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    values.retain(|_, value| value != "absent");
    Stage { name: PRODUCTION.to_owned(), stack: "onramp".to_owned(), values }
}

fn problems(stage: &Stage) -> Vec<(Severity, String)> {
    let parameters = Parameter::all(template::TEXT).unwrap();
    let findings = check(stage, &parameters, &["TABLE_NAME".to_owned()]);
    let bad = findings.iter().filter(|finding| finding.severity != Severity::Good);
    for finding in bad.clone() {
        assert!(finding.fix.as_ref().is_some_and(|fix| !fix.is_empty()), "{finding:?}");
        assert!(!finding.message.contains("hunter2"), "{finding:?}");
    }
    bad.map(|finding| (finding.severity, finding.subject.clone())).collect()
}

#[test]
fn complete_configuration_has_no_problems() {
    assert_eq!(problems(&stage(&[])), []);
    assert_eq!(problems(&stage(&[("TABLE_NAME", "mine")])), [], "a function variable is a known name");
}

#[test]
fn each_invalid_value_is_reported_under_its_name() {
    use Severity::{Error, Warning};
    for (changes, severity, subject) in [
        (vec![("StripePublishableKey", "absent")], Error, "StripePublishableKey"),
        (vec![("StripePublishableKey", "pk_live_replace")], Error, "StripePublishableKey"),
        (vec![("StripePublishableKey", "pk_prod_hunter2")], Error, "StripePublishableKey"),
        (vec![("StripePublishableKey", "pk_test_1")], Warning, "StripePublishableKey"),
        (vec![("StripeSecretKeyArn", "sk_live_hunter2")], Error, "StripeSecretKeyArn"),
        (vec![("StripeTrialDays", "0")], Error, "StripeTrialDays"),
        (vec![("StripeTrialDays", "7"), ("TrialReminderDays", "3,7")], Error, "TrialReminderDays"),
        (vec![("StripeTrialDays", "2")], Error, "TrialReminderDays"),
        (vec![("MailFromEmail", "hello@example.org")], Error, "MailFromEmail"),
        (vec![("MailFromEmail", "hello@notexample.com")], Error, "MailFromEmail"),
        (
            vec![("MailIdentity", "timetracker.com"), ("MailFromEmail", "a@timetracker.com")],
            Error,
            "MailIdentity",
        ),
        (vec![("ProductName", "TimeTracker")], Error, "ProductName"),
        (vec![("MailFromName", "absent")], Error, "MailFromName"),
        (vec![("HostEventSource", "timetracker")], Error, "HostEventSource"),
        (vec![("Stage", "absent")], Error, "Stage"),
        (vec![("StripeTeamPriceId", "price_1")], Error, "StripeTeamPriceId"),
        (vec![("StripeTeamPriceId", "price_2, price_1")], Error, "StripeTeamPriceId"),
        (
            vec![("StripeWebhookSecretArn", "arn:aws:secretsmanager:us-east-1:123456789012:secret:w-AbCdEf")],
            Error,
            "StripeWebhookSecretArn",
        ),
        (vec![("StripeWebhookSecretArn", "absent")], Warning, "StripeWebhookSecretArn"),
        (vec![("OperatorEmails", "absent")], Warning, "OperatorEmails"),
        (vec![("AlarmEmail", "absent")], Warning, "AlarmEmail"),
        (vec![("TicketEmail", "absent")], Warning, "TicketEmail"),
        (vec![("RunbookUrl", "absent")], Warning, "RunbookUrl"),
        (
            vec![("HostSigningKeysArn", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:h-AbCdEf")],
            Warning,
            "AppUrl",
        ),
        (vec![("EmbedOrigins", "https://app.example.com")], Warning, "HostKeysArn"),
        (vec![("StripeTrialDay", "7")], Error, "StripeTrialDay"),
    ] {
        assert_eq!(problems(&stage(&changes)), [(severity, subject.to_owned())], "{changes:?}");
    }
}

#[test]
fn sender_may_be_the_identity_or_in_a_subdomain() {
    for (identity, from) in
        [("hello@example.com", "hello@example.com"), ("example.com", "a@mail.example.com")]
    {
        assert_eq!(problems(&stage(&[("MailIdentity", identity), ("MailFromEmail", from)])), []);
    }
}

#[test]
fn sample_values_are_only_a_warning_in_development() {
    let changes =
        [("Stage", "development"), ("ProductName", "absent"), ("StripePublishableKey", "pk_test_1")];
    let development = Stage { name: "default".to_owned(), ..stage(&changes) };
    assert_eq!(problems(&development), [(Severity::Warning, "ProductName".to_owned())]);
}

#[test]
fn parameter_with_an_error_is_not_called_good() {
    let parameters = Parameter::all(template::TEXT).unwrap();
    for (differs, subject) in [
        (vec![("StripeTrialDays", "900")], "Trial"),
        (vec![("MailIdentity", "timetracker.com"), ("MailFromEmail", "a@timetracker.com")], "Sender"),
    ] {
        let findings = check(&stage(&differs), &parameters, &[]);
        assert!(findings.iter().all(|it| it.subject != subject), "{findings:?}");
    }
}

#[test]
fn live_keys_are_a_warning_in_staging() {
    let staging = Stage { name: "staging".to_owned(), ..stage(&[]) };
    assert_eq!(problems(&staging), [(Severity::Warning, "StripePublishableKey".to_owned())]);
}
