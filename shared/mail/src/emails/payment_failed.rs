//! Notice about a payment that failed or needs confirmation.

use domain::{
    billing::{IssueKind, Money},
    id::OrgId,
    org::Access,
};
use jiff::civil::Date;

use crate::{
    content::{Block, EmailContent, Link, Rendered},
    plain_text::PlainText,
    product::Product,
};

/// Email that asks an admin to check a payment.
#[derive(Clone, Debug)]
pub struct PaymentFailed {
    /// Given name for the greeting.
    pub given_name: PlainText,
    /// Organization whose page the button opens.
    pub org: OrgId,
    /// Name of the organization.
    pub organization: PlainText,
    /// Problem with the payment at the time of sending. It can differ from the problem for which
    /// the notice was added to the outbox.
    pub kind: IssueKind,
    /// Amount that is still to be paid, if it is known.
    pub due: Option<Money>,
    /// Date on which Stripe tries again, in the organization's time zone.
    pub next_attempt: Option<Date>,
    /// Date on which the problem began, in the organization's time zone.
    pub since: Date,
    /// Access of the members until the payment succeeds.
    pub access: Access,
}

impl PaymentFailed {
    /// Renders the subject, the text part, and the HTML part.
    #[must_use]
    pub fn render(&self, product: &Product) -> Rendered {
        let Self { given_name, organization, .. } = self;
        let words = product.words();
        let texts = &words.payment_failed;
        let payment = match self.kind {
            IssueKind::PaymentFailed => &texts.failed,
            IssueKind::ActionRequired => &texts.action_required,
        };
        let next = self.next_attempt.map(texts.next_attempt);
        let access = match self.access {
            Access::Full => texts.still_full_access,
            Access::ReadOnly => texts.read_only,
            Access::BillingOnly => texts.access_after_payment,
        };
        let access = next.into_iter().chain([access.to_owned()]).collect::<Vec<_>>().join(" ");
        let happened = (payment.happened)(organization, self.due, self.since);
        EmailContent {
            words,
            subject: (texts.subject)(payment.topic, organization),
            preheader: happened.clone(),
            product: product.name.clone(),
            heading: payment.title.to_owned(),
            greeting: (words.frame.hello)(given_name),
            before_button: vec![
                Block::Paragraph(happened),
                Block::Paragraph(payment.to_do.to_owned()),
                Block::Paragraph(access),
            ],
            button: Link::new(payment.button, product.plans_url(self.org)),
            after_button: vec![Block::Paragraph(texts.caution.to_owned())],
            reason: (words.frame.admin_of)(organization, &product.name),
            unsubscribe: None,
        }
        .render()
    }
}
