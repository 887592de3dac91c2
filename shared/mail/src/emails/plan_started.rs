//! Notice that a plan started, or that its trial did.

use domain::{
    billing::{Interval, Money, Plan},
    id::OrgId,
};
use jiff::civil::Date;

use crate::{
    content::{Block, EmailContent, Link, Rendered},
    plain_text::PlainText,
    product::Product,
};

/// Email that names the plan, its price, and the next charge.
#[derive(Clone, Debug)]
pub struct PlanStarted {
    /// Given name for the greeting.
    pub given_name: PlainText,
    /// Organization whose page the button opens.
    pub org: OrgId,
    /// Name of the organization.
    pub organization: PlainText,
    /// Plan of the subscription.
    pub plan: Plan,
    /// Price, and the length of its period if it is known.
    pub price: Option<(Money, Option<Interval>)>,
    /// The next charge, as far as it is known.
    pub next: NextCharge,
}

/// The next charge of a plan, with dates in the organization's time zone and amounts as far as they
/// are certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextCharge {
    /// The first charge, at the end of the trial.
    First {
        /// Date of the charge.
        on: Date,
        /// Amount of the charge.
        amount: Option<Money>,
    },
    /// The charge of the next period.
    Renewal {
        /// Date of the charge.
        on: Date,
        /// Amount of the charge.
        amount: Option<Money>,
    },
    /// The first payment is on its way, such as a bank debit.
    Pending,
    /// The plan continues only with a payment method.
    NeedsPaymentMethod,
    /// No charge is known.
    Unknown,
}

impl PlanStarted {
    /// Renders the subject, the text part, and the HTML part.
    #[must_use]
    pub fn render(&self, product: &Product) -> Rendered {
        let Self { given_name, organization, .. } = self;
        let words = product.words();
        let texts = &words.plan_started;
        let plan = (words.frame.plan)(self.plan);
        let title = match &self.next {
            NextCharge::First { on, .. } => (texts.starts)(plan, *on),
            _ => (texts.started)(plan),
        };
        let next = match &self.next {
            NextCharge::First { on, amount } => Some((texts.first_charge)(*amount, *on)),
            NextCharge::Renewal { on, amount } => Some((texts.next_charge)(*amount, *on)),
            NextCharge::Pending => Some(texts.payment_pending.to_owned()),
            NextCharge::NeedsPaymentMethod => Some(texts.needs_payment_method.to_owned()),
            NextCharge::Unknown => None,
        };
        let price = self.price.map(|(amount, interval)| (texts.price)(amount, interval));
        let access = match &self.next {
            NextCharge::First { .. } => texts.access_in_trial,
            _ => texts.access,
        };
        let panel = Block::Panel {
            title: (texts.panel_title)(plan),
            lines: [price, next].into_iter().flatten().collect(),
        };
        EmailContent {
            words,
            subject: (texts.subject)(plan, matches!(self.next, NextCharge::First { .. }), organization),
            preheader: (texts.preheader)(plan, organization),
            product: product.name.clone(),
            heading: title,
            greeting: (words.frame.hello)(given_name),
            before_button: vec![
                Block::Paragraph((texts.thanks)(plan, organization)),
                panel,
                Block::Paragraph(access.to_owned()),
            ],
            button: Link::new(texts.button, product.plans_url(self.org)),
            after_button: vec![Block::Paragraph(texts.change.to_owned())],
            reason: (words.frame.admin_of)(organization, &product.name),
            unsubscribe: None,
        }
        .render()
    }
}
