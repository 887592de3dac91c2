//! Reminder before the end of a trial.

use domain::{id::OrgId, secret::Secret};
use jiff::civil::Date;

use crate::{
    content::{Block, EmailContent, Link, Rendered},
    plain_text::PlainText,
    product::Product,
};

/// Email that reminds an admin that the trial ends soon.
#[derive(Clone, Debug)]
pub struct TrialEnding {
    /// Given name for the greeting.
    pub given_name: PlainText,
    /// Organization whose page the button opens.
    pub org: OrgId,
    /// Name of the organization.
    pub organization: PlainText,
    /// Days left at the time of sending, rounded up. If the reminder is sent late, there are fewer
    /// days than the schedule of the reminders says.
    pub days: u32,
    /// Date on which the trial ends, in the organization's time zone.
    pub ends_on: Date,
    /// What happens at the end of the trial if no admin does anything.
    pub after_trial: AfterTrial,
    /// Secret in the unsubscribe link. The table stores only its hash.
    pub unsubscribe: Secret,
}

/// What happens at the end of a trial if no admin does anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AfterTrial {
    /// The organization becomes read-only, because no plan is chosen.
    ReadOnly,
    /// The chosen plan starts, and Stripe charges the first payment.
    PlanBegins {
        /// Amount of the first payment, if it is certain.
        amount: Option<String>,
    },
    /// The chosen plan does not start, because it has no payment method.
    NeedsPaymentMethod,
}

impl TrialEnding {
    /// Renders the subject, the text part, and the HTML part.
    #[must_use]
    pub fn render(&self, product: &Product) -> Rendered {
        let Self { given_name, organization, days, ends_on, .. } = self;
        let words = product.words();
        let texts = &words.trial_ending;
        let lines = |lines: [&str; 2]| lines.map(str::to_owned);
        let (effect, button) = match &self.after_trial {
            AfterTrial::ReadOnly => (lines(texts.read_only), texts.read_only_button),
            AfterTrial::PlanBegins { amount } => {
                ((texts.plan_begins)(amount.as_deref()), texts.plan_begins_button)
            }
            AfterTrial::NeedsPaymentMethod => {
                (lines(texts.needs_payment_method), texts.needs_payment_method_button)
            }
        };
        let panel = Block::Panel {
            title: (texts.panel_title)(*ends_on),
            lines: vec![(texts.panel)(organization, *days)],
        };
        let effect = effect.map(Block::Paragraph);
        EmailContent {
            words,
            subject: (texts.subject)(*days, organization),
            preheader: (texts.preheader)(organization, *ends_on),
            product: product.name.clone(),
            heading: (texts.heading)(*days),
            greeting: (words.frame.hello)(given_name),
            before_button: [panel].into_iter().chain(effect).collect(),
            button: Link::new(button, product.plans_url(self.org)),
            after_button: Vec::new(),
            reason: (words.frame.admin_of)(organization, &product.name),
            unsubscribe: Some((
                (words.frame.unsubscribe)(organization),
                Link::new(words.frame.unsubscribe_link, product.unsubscribe_url(&self.unsubscribe)),
            )),
        }
        .render()
    }
}
