//! Builds the content of a notice from the current state of its organization.

use domain::{
    billing::{NextBillingEvent, NextKind},
    checklist::MAX_SUGGESTED_TASKS,
    mail::{NoticeEmail, NoticeKey},
    org::{Org, Status},
    people::{Address, Name},
    secret::Secret,
};
use jiff::Timestamp;
use mail::{
    AfterTrial, EmailChanged, MembershipChanged, NextCharge, PaymentFailed, PlainText, PlanStarted,
    PlanSummary, Tags, TrialEnded, TrialEnding, Verify, Welcome,
};
use store::{Unsubscription, VerifyLink};

use super::{Attempt, Email, EmailLink, NoticeMail};

/// Builds a claimed notice from the current state of the organization, and not from its state when
/// the notice was enqueued.
///
/// Returns `None` if the email must not be sent, because the recipient is no longer an admin or the
/// payment problem is resolved.
pub(super) fn compose(mail: &NoticeMail, notice: &NoticeEmail, attempt: &Attempt<'_>) -> Option<Email> {
    let (product, now, org) = (attempt.product, attempt.now, &mail.org);
    let secret = Secret::new(attempt.entropy.bytes());
    let (name, address) = recipient(mail, notice)?;
    let given_name = PlainText::given(name);
    let organization = PlainText::from(&org.name);
    let link = link(mail, notice, address, &secret, now);
    let rendered = match &notice.key {
        NoticeKey::MembershipChanged { .. } => {
            let role = mail.person(notice.to)?.role;
            MembershipChanged { given_name, organization, role }.render(product)
        }
        NoticeKey::EmailChanged { .. } => EmailChanged { given_name, organization }.render(product),
        NoticeKey::Welcome | NoticeKey::WelcomeAgain { .. } => Welcome {
            verify: link.is_some().then(|| secret.clone()),
            given_name,
            org: org.id,
            organization,
            project: PlainText::new(org.provisioned.as_ref().map_or("", |it| it.project.name.as_str())),
            steps: next_steps(org, now),
            plan: plan_summary(org, now),
        }
        .render(product),
        NoticeKey::Verify => verify(org, given_name, organization, link.is_some(), &secret)?.render(product),
        NoticeKey::TrialEnding { ends_at, .. } => TrialEnding {
            given_name,
            org: org.id,
            organization,
            days: org.trial_days_remaining(now),
            ends_on: org.zone.day(*ends_at),
            after_trial: after_trial(org, now),
            unsubscribe: secret.clone(),
        }
        .render(product),
        NoticeKey::TrialEnded { ends_at } => {
            TrialEnded { given_name, org: org.id, organization, ended_on: org.zone.day(*ends_at) }
                .render(product)
        }
        NoticeKey::PlanStarted { .. } => {
            let price = org.billing.plan_item(now).and_then(|item| Some((item.amount?, item.interval)));
            let (org, plan, next) = (org.id, org.plan(now)?, next_charge(org, now));
            PlanStarted { given_name, org, organization, plan, price, next }.render(product)
        }
        NoticeKey::PaymentFailed { invoice } => {
            let (kind, since) = org.billing.awaited_payment(invoice, now)?;
            PaymentFailed {
                given_name,
                org: org.id,
                organization,
                kind,
                due: org.billing.amount_due(invoice),
                next_attempt: org.billing.next_attempt(invoice, now).map(|at| org.zone.day(at)),
                since: org.zone.day(since),
                access: org.status(now).access(),
            }
            .render(product)
        }
    };
    let tags = Tags::of_notice(org.id, &notice.key, notice.to, &attempt.claim);
    Some(Email { to: address.clone(), rendered, tags, link })
}

/// Returns the name and the address of the recipient. The notice of a changed membership goes to a
/// person who may not be in the organization, that of a changed address to the earlier one, and every
/// other notice to an admin.
fn recipient<'a>(mail: &'a NoticeMail, notice: &'a NoticeEmail) -> Option<(&'a Name, &'a Address)> {
    match &notice.key {
        NoticeKey::MembershipChanged { .. } => {
            mail.person(notice.to).map(|person| (&person.user.name, &person.user.address))
        }
        NoticeKey::EmailChanged { from, .. } => {
            mail.person(notice.to).map(|person| (&person.user.name, from))
        }
        _ => mail.org.admin(notice.to).map(|admin| (&admin.name, &admin.address)),
    }
}

/// Returns the link of the email that must be stored: the unsubscribe link of a reminder, or the link
/// of an email that verifies the recipient's address.
///
/// The user is read after the organization, and may have corrected the address in between. Then the
/// email to the earlier address contains no link, because it would verify the corrected one.
fn link(
    mail: &NoticeMail,
    notice: &NoticeEmail,
    address: &Address,
    secret: &Secret,
    now: Timestamp,
) -> Option<EmailLink> {
    if notice.key.is_reminder() {
        let link = Unsubscription::of(secret.hash(), mail.org.id, notice.to, now);
        return Some(EmailLink::Unsubscribe(link));
    }
    let person = mail.person(notice.to).filter(|_| notice.key.verifies_address())?;
    let unverified = !person.user.verified && person.user.address == *address;
    unverified.then(|| EmailLink::Verify(VerifyLink::of(secret.hash(), &person.user, now)))
}

/// Returns the email that verifies an address. Returns `None` without a link, because the address was
/// verified in the meantime.
fn verify(
    org: &Org,
    given_name: PlainText,
    organization: PlainText,
    has_link: bool,
    secret: &Secret,
) -> Option<Verify> {
    let waits = org.run.as_ref().is_some_and(|run| run.is_held);
    has_link.then(|| Verify { given_name, organization, waits, secret: secret.clone() })
}

/// Returns the titles of the tasks that the welcome suggests.
fn next_steps(org: &Org, now: Timestamp) -> Vec<&'static str> {
    org.progress(now).by_weight().iter().take(MAX_SUGGESTED_TASKS).map(|task| task.title).collect()
}

/// Returns what follows the trial. A reminder is not sent if the plan ends with the trial.
fn after_trial(org: &Org, now: Timestamp) -> AfterTrial {
    match org.next_billing_event(now) {
        Some(NextBillingEvent { kind: NextKind::PlanStarts, amount, .. }) => {
            AfterTrial::PlanBegins { amount: amount.map(|amount| amount.to_string()) }
        }
        Some(NextBillingEvent { kind: NextKind::NeedsPaymentMethod, .. }) => AfterTrial::NeedsPaymentMethod,
        _ => AfterTrial::ReadOnly,
    }
}

/// Returns the next charge of a plan that is active or in its trial.
fn next_charge(org: &Org, now: Timestamp) -> NextCharge {
    let Some(NextBillingEvent { kind, at, amount }) = org.next_billing_event(now) else {
        return NextCharge::Unknown;
    };
    match (kind, at.map(|at| org.zone.day(at))) {
        (NextKind::PlanStarts, Some(on)) => NextCharge::First { on, amount },
        (NextKind::Renews, Some(on)) => NextCharge::Renewal { on, amount },
        (NextKind::PaymentPending, _) => NextCharge::Pending,
        (NextKind::NeedsPaymentMethod, _) => NextCharge::NeedsPaymentMethod,
        _ => NextCharge::Unknown,
    }
}

fn plan_summary(org: &Org, now: Timestamp) -> PlanSummary {
    match (org.status(now), org.trial_ends_at(now)) {
        (Status::Trialing, Some(ends_at)) if org.is_on_trial(now) => {
            let (days, plan) = (org.trial_days_remaining(now), org.plan(now));
            PlanSummary::Trial { days, ends_on: org.zone.day(ends_at), plan }
        }
        (Status::Active, _) if org.billing.is_alive(now) => PlanSummary::Active,
        _ => PlanSummary::Other,
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        billing::{
            Change, CustomerId, EventId, Fact, FactKind, InvoiceFact, InvoiceId, SubscriptionFact,
            SubscriptionId, SubscriptionStatus,
        },
        people::{Role, User},
        time::{DAY, add},
    };
    use test_support::build::{acme, jo, prices, start_trial};

    use super::*;
    use crate::items::{notice_mail::Person, testing::attempt};

    const START: &str = "2025-01-08T23:30:00Z";

    fn org() -> Org {
        start_trial(acme(START.parse().unwrap()))
    }

    /// Records a Stripe event about one invoice, `days` days after the sign-up.
    fn record_invoice(org: &mut Org, event: &str, fact: InvoiceFact, days: i32) {
        let created = add(START.parse().unwrap(), DAY * days);
        let what = FactKind::Invoice {
            invoice: InvoiceId::parse("in_1").unwrap(),
            subscription: None,
            customer: CustomerId::parse("cus_1").unwrap(),
            invoice_created: created,
            prices: Vec::new(),
            fact,
        };
        record(org, event, what, created);
    }

    fn record(org: &mut Org, event: &str, what: FactKind, created: Timestamp) {
        let fact = Fact { event: EventId::parse(event).unwrap(), created, names: Some(org.id), what };
        org.record(&fact, &prices(), &test_support::build::setup(), created);
    }

    /// Returns the emails that are claimed `days` days after the sign-up.
    fn emails(org: &mut Org, days: i32) -> Vec<Email> {
        let attempt = attempt(&format!("claim-{days}"), add(START.parse().unwrap(), DAY * days));
        org.run_trial_sweep(attempt.now);
        let claimed = org.claim_mail(&attempt.claim, attempt.limit, None, attempt.now);
        let mail = NoticeMail { org: org.clone(), people: Vec::new() };
        claimed.iter().map(|notice| compose(&mail, notice, &attempt).unwrap()).collect()
    }

    fn texts(org: &mut Org, days: i32) -> Vec<String> {
        emails(org, days).into_iter().map(|email| email.rendered.text).collect()
    }

    #[test]
    fn notice_describes_state_at_sending_in_local_dates() {
        let mut on_time = org();
        let welcome = texts(&mut on_time, 0);
        assert!(
            welcome[0].contains("You have 14 days left")
                && welcome[0].contains("Trial ends: January 23, 2025")
        );

        let mut late = org();
        assert!(texts(&mut late, 4)[0].contains("You have 10 days left"));
        let reminder = texts(&mut late, 12);
        assert_eq!(reminder.len(), 1);
        assert!(reminder[0].contains("2 days left") && reminder[0].contains("January 23, 2025"));
        assert!(texts(&mut late, 14)[0].contains("ended on January 23, 2025"));

        let mut very_late = org();
        let both = texts(&mut very_late, 15).concat();
        assert!(both.contains("/organizations/") && !both.contains("days left"));
    }

    #[test]
    fn welcome_names_no_trial_that_has_ended_at_stripe() {
        let start = START.parse().unwrap();
        let reported = SubscriptionFact {
            trial_end: Some(add(start, DAY * 14)),
            ..SubscriptionFact::new(Change::Created, SubscriptionStatus::Trialing)
        };
        for (days, names_trial) in [(13, true), (14, false)] {
            let (mut org, subscription) = (acme(start), SubscriptionId::parse("sub_1").unwrap());
            let (customer, fact) = (CustomerId::parse("cus_1").unwrap(), reported.clone());
            let what = FactKind::Subscription { subscription, customer, fact };
            record(&mut org, "evt_1", what, start);
            let welcome = texts(&mut org, days).concat();
            assert!(welcome.contains("Next steps"), "{welcome}");
            assert_eq!(welcome.contains("left in your"), names_trial, "{days}: {welcome}");
        }
    }

    #[test]
    fn welcome_lists_next_tasks_of_the_organizations_checklist() {
        let steps = |org: &mut Org| -> Vec<String> {
            let text = texts(org, 0).concat();
            let lines = text.lines().skip_while(|line| !line.contains("Next steps")).skip(1);
            lines.take_while(|line| !line.is_empty()).map(str::to_owned).collect()
        };
        assert_eq!(
            steps(&mut org()),
            ["1. Invite team member", "2. Create project", "3. Log first time entry", "4. Set working hours"]
        );
        let mut agency = org();
        agency.onboarding.definition = Some("agency".to_owned());
        let now = START.parse().unwrap();
        agency.complete_from_host("member.invited", None, now, now);
        agency.complete_from_host("timesheet.approved", None, now, now);
        assert_eq!(
            steps(&mut agency),
            ["1. Create project", "2. Log first time entry", "3. Set working hours", "4. Set hourly rates"]
        );
    }

    #[test]
    fn only_reminders_contain_an_unsubscribe_link() {
        let mut org = org();
        let emails = emails(&mut org, 11);
        assert_eq!(emails.len(), 2, "a welcome and a reminder");
        for email in emails {
            let is_reminder = email.tags.kind == "trial_ending";
            let attempt = attempt("claim-11", add(START.parse().unwrap(), DAY * 11));
            let secret = Secret::new(attempt.entropy.bytes());
            let link = Unsubscription::of(secret.hash(), org.id, email.tags.recipient.unwrap(), attempt.now);
            assert_eq!(email.link, is_reminder.then_some(EmailLink::Unsubscribe(link)));
            let url = attempt.product.unsubscribe_url(&secret);
            assert_eq!(email.rendered.unsubscribe_url, is_reminder.then_some(url));
        }
    }

    #[test]
    fn payment_notice_describes_the_problem_at_sending() {
        let mut failed = org();
        texts(&mut failed, 0);
        record_invoice(&mut failed, "evt_1", InvoiceFact::Failed { due: None, next_attempt: None }, 2);
        let mut asked = failed.clone();
        record_invoice(&mut asked, "evt_2", InvoiceFact::ActionRequired { due: None, next_attempt: None }, 3);
        let mut late = failed.clone();
        let mut paid = failed.clone();
        record_invoice(&mut paid, "evt_3", InvoiceFact::Paid { amount: 2900 }, 3);

        let text = texts(&mut failed, 2);
        assert_eq!(text.len(), 1);
        assert!(text[0].contains("failed on January 11, 2025") && text[0].contains("keeps working"));
        assert!(texts(&mut asked, 3)[0].contains("confirm"));
        assert!(texts(&mut late, 15).concat().contains("read-only"), "by then the trial is over");
        assert!(texts(&mut paid, 3).is_empty());
    }
    /// Returns the email that the recipient of the only notice gets.
    fn email_to(mail: &mut NoticeMail, now: Timestamp) -> Option<Email> {
        let attempt = attempt("claim", now);
        let claimed = mail.org.claim_mail(&attempt.claim, attempt.limit, None, attempt.now);
        compose(mail, &claimed[0], &attempt)
    }

    #[test]
    fn welcome_verifies_only_the_unverified_address_it_goes_to() {
        let (now, corrected) = (START.parse().unwrap(), Address::parse("jo@corrected.example").unwrap());
        for (verified, address, has_link) in
            [(false, jo().address, true), (true, jo().address, false), (false, corrected, false)]
        {
            let user = User { verified, address, ..jo() };
            let mut mail = NoticeMail { org: org(), people: vec![Person { user: user.clone(), role: None }] };
            let email = email_to(&mut mail, now).unwrap();
            let link = VerifyLink::of(Secret::new([7; 32]).hash(), &user, now);
            assert_eq!(email.link, has_link.then_some(EmailLink::Verify(link)));
            assert_eq!(email.rendered.text.contains("/verify/"), has_link);
        }
    }

    #[test]
    fn earlier_address_gets_the_notice_of_its_change() {
        let now = START.parse().unwrap();
        let from = Address::parse("before@example.com").unwrap();
        let mut mail = NoticeMail { org: acme(now), people: vec![Person { user: jo(), role: None }] };
        mail.org.outbox.enqueue_email_changed(jo().id, from.clone(), now);
        let email = email_to(&mut mail, now).unwrap();
        assert_eq!((&email.to, &email.link), (&from, &None));
        assert!(!email.rendered.text.contains(jo().address.as_str()), "{}", email.rendered.text);
    }

    #[test]
    fn membership_notice_describes_role_at_sending() {
        let now = START.parse().unwrap();
        let mo = User { id: "usr_0198c0de-0000-7000-8000-0000000000aa".parse().unwrap(), ..jo() };
        for (role, says) in [
            (None, "You’re no longer in Acme"),
            (Some(Role::Admin), "You’re now an admin of Acme"),
            (Some(Role::Member), "You’re now a member of Acme"),
        ] {
            let mut mail = NoticeMail { org: acme(now), people: vec![Person { user: mo.clone(), role }] };
            mail.org.outbox.enqueue_membership_changed(mo.id, now);
            let email = email_to(&mut mail, now).unwrap();
            assert_eq!((&email.to, &email.link), (&mo.address, &None));
            assert!(email.rendered.subject.starts_with(says), "{:?}", email.rendered);
        }
    }
}
