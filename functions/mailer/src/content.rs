use domain::{
    address::Address,
    notice::{ClaimedMail, NoticeKey},
    org::Org,
    secret::Secret,
    status::Status,
};
use jiff::Timestamp;
use mail::{
    PaymentFailed, PlainText, PlanSummary, Product, Rendered, Then, TrialEnded, TrialEnding, Welcome,
};
use store::Unsubscription;

/// How many of the tasks ahead a welcome names.
const STEPS: usize = 4;

/// A claimed letter, written out.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) letter: ClaimedMail,
    pub(crate) to: Address,
    pub(crate) mail: Rendered,
    /// What the link in it does, if it has one that ends its reminders.
    pub(crate) unsubscription: Option<Unsubscription>,
}

impl Draft {
    /// Writes a letter from what is true of the organization at `now`, not when it was owed.
    /// A reminder carries `unsubscribe`. `None` if its recipient is no admin any more, or the payment that it asks for
    /// was settled.
    pub(crate) fn write(
        org: &Org,
        letter: ClaimedMail,
        product: &Product,
        unsubscribe: &Secret,
        now: Timestamp,
    ) -> Option<Self> {
        let admin = org.admin(letter.to)?;
        let given_name = PlainText::given(&admin.name);
        let organization = PlainText::from(&org.name);
        let mail = match &letter.key {
            NoticeKey::Welcome => Welcome {
                given_name,
                org: org.id,
                organization,
                project: PlainText::new(org.provisioned.as_ref().map_or("", |it| it.project.name.as_str())),
                steps: org.progress(now).ahead().iter().take(STEPS).map(|task| task.title).collect(),
                standing: plan_summary(org, now),
            }
            .render(product),
            NoticeKey::TrialEnding { ends_at, .. } => TrialEnding {
                given_name,
                org: org.id,
                organization,
                days: org.trial_days_remaining(now),
                ends_on: org.zone.day(*ends_at),
                then: if org.plan_follows_trial() { Then::PlanBegins } else { Then::ReadOnly },
                unsubscribe: unsubscribe.clone(),
            }
            .render(product),
            NoticeKey::TrialEnded { ends_at } => {
                TrialEnded { given_name, org: org.id, organization, ended_on: org.zone.day(*ends_at) }
                    .render(product)
            }
            NoticeKey::PaymentFailed { invoice } => {
                let (kind, since) = org.billing.awaited_payment(invoice)?;
                PaymentFailed {
                    given_name,
                    org: org.id,
                    organization,
                    kind,
                    since: org.zone.day(since),
                    access: org.status(now).access(),
                }
                .render(product)
            }
        };
        let unsubscription =
            letter.key.is_reminder().then(|| Unsubscription::of(unsubscribe.hash(), org.id, letter.to, now));
        Some(Self { to: admin.address.clone(), mail, unsubscription, letter })
    }
}

fn plan_summary(org: &Org, now: Timestamp) -> PlanSummary {
    match (org.status(now), org.trial_ends_at(now)) {
        (Status::Trialing, Some(ends_at)) => {
            PlanSummary::Trial { days: org.trial_days_remaining(now), ends_on: org.zone.day(ends_at) }
        }
        (Status::Active, _) => PlanSummary::Active,
        _ => PlanSummary::Other,
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        billing::{CustomerId, EventId, Fact, InvoiceFact, InvoiceId, What},
        delivery::Claim,
        name::Name,
        org::AdminContact,
        trial::{DAY, Trial, add},
        zone::Zone,
    };

    use super::*;

    const START: &str = "2025-01-08T23:30:00Z";

    fn org() -> Org {
        let start = START.parse().unwrap();
        let founder = AdminContact::new(
            "usr_0198c0de-0000-7000-8000-000000000002".parse().unwrap(),
            Name::parse("John Doe").unwrap(),
            Address::parse("john@acme.example").unwrap(),
        );
        let id = "org_0198c0de-0000-7000-8000-000000000001".parse().unwrap();
        let mut org =
            Org::sign_up(id, Name::parse("Acme Corp").unwrap(), Zone::named("Europe/Berlin"), founder, start);
        let project = "prj_0198c0de-0000-7000-8000-000000000003".parse().unwrap();
        org.start_trial(Trial::start(start, 14, vec![3]), project, start);
        org
    }

    fn product() -> Product {
        Product {
            name: "TimeTracker".to_owned(),
            dashboard_url: "https://app.example.com".to_owned(),
            public_url: "https://onramp.example.com".to_owned(),
        }
    }

    /// Has Stripe tell something of one invoice, so many days after the sign-up.
    fn tell(org: &mut Org, event: &str, says: InvoiceFact, days: i32) {
        let created = add(START.parse().unwrap(), DAY * days);
        let what = What::Invoice {
            invoice: InvoiceId::parse("in_1").unwrap(),
            subscription: None,
            customer: CustomerId::parse("cus_1").unwrap(),
            invoice_created: created,
            fact: says,
        };
        let fact = Fact { event: EventId::parse(event).unwrap(), created, what };
        org.record(&fact, "prj_0198c0de-0000-7000-8000-000000000003".parse().unwrap(), created);
    }

    /// The texts of the mails that are claimed so many days after the sign-up.
    fn texts(org: &mut Org, days: i32) -> Vec<String> {
        let product = product();
        let unsubscribe = Secret::new([7; 32]);
        let now = add(START.parse().unwrap(), DAY * days);
        org.run_trial_sweep(now);
        let letters = org.claim_mail(&Claim(format!("claim-{days}")), 20, None, now);
        let drafts =
            letters.into_iter().map(|letter| Draft::write(org, letter, &product, &unsubscribe, now).unwrap());
        drafts.map(|draft| draft.mail.text).collect()
    }

    #[test]
    fn a_mail_tells_what_is_true_when_it_is_sent_and_dates_are_the_organizations() {
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
    fn a_welcome_names_what_is_next_on_the_organizations_own_checklist() {
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
        agency.tick_from_host("member.invited", None, now, now);
        agency.tick_from_host("timesheet.approved", None, now, now);
        assert_eq!(
            steps(&mut agency),
            ["1. Create project", "2. Log first time entry", "3. Set working hours", "4. Set hourly rates"]
        );
    }

    #[test]
    fn a_reminder_carries_a_link_of_its_own_and_what_is_stored_of_it_ends_what_it_says() {
        let mut org = org();
        let product = product();
        let now = add(START.parse().unwrap(), DAY * 11);
        org.run_trial_sweep(now);
        let secret = Secret::new([7; 32]);
        let drafts: Vec<_> = org
            .claim_mail(&Claim("claim".to_owned()), 20, None, now)
            .into_iter()
            .map(|letter| Draft::write(&org, letter, &product, &secret, now).unwrap())
            .collect();
        assert_eq!(drafts.len(), 2, "a welcome and a reminder");
        for draft in drafts {
            let reminds = draft.letter.key.is_reminder();
            let expected = Unsubscription::of(secret.hash(), org.id, draft.letter.to, now);
            assert_eq!(draft.unsubscription, reminds.then_some(expected));
            assert_eq!(draft.mail.unsubscribe_url, reminds.then(|| product.unsubscribe_url(&secret)));
        }
    }

    #[test]
    fn a_payments_mail_asks_for_what_helps_when_it_is_sent() {
        let mut failed = org();
        texts(&mut failed, 0);
        tell(&mut failed, "evt_1", InvoiceFact::Failed, 2);
        let mut asked = failed.clone();
        tell(&mut asked, "evt_2", InvoiceFact::ActionRequired, 3);
        let mut late = failed.clone();
        let mut paid = failed.clone();
        tell(&mut paid, "evt_3", InvoiceFact::Paid { amount: 2900 }, 3);

        let text = texts(&mut failed, 2);
        assert_eq!(text.len(), 1);
        assert!(text[0].contains("failed on January 11, 2025") && text[0].contains("keeps working"));
        assert!(texts(&mut asked, 3)[0].contains("confirm"));
        assert!(texts(&mut late, 15).concat().contains("read-only"), "by then the trial is over");
        assert!(texts(&mut paid, 3).is_empty());
    }
}
