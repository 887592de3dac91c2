use domain::{billing::IssueKind, id::OrgId, status::Access};
use jiff::civil::Date;

use crate::{
    content::{Block, EmailContent, Link, Rendered},
    plain_text::PlainText,
    product::Product,
};

/// The mail that asks an admin to look after a payment.
#[derive(Clone, Debug)]
pub struct PaymentFailed {
    /// How to greet.
    pub given_name: PlainText,
    /// The organization's id.
    pub org: OrgId,
    /// The organization's name.
    pub organization: PlainText,
    /// What is wrong when the mail is sent: a failure may have become a question of the bank since.
    pub kind: IssueKind,
    /// The day since when, in the organization's zone.
    pub since: Date,
    /// What people of the organization may do until it is paid.
    pub access: Access,
}

impl PaymentFailed {
    /// Its subject, text and HTML.
    #[must_use]
    pub fn render(&self, product: &Product) -> Rendered {
        let Self { given_name, organization, .. } = self;
        let words = product.words();
        let say = &words.payment_failed;
        let payment = match self.kind {
            IssueKind::PaymentFailed => &say.failed,
            IssueKind::ActionRequired => &say.action_required,
        };
        let meanwhile = match self.access {
            Access::Full => say.still_open,
            Access::ReadOnly => say.read_only,
            Access::BillingOnly => say.opens,
        };
        let happened = (payment.happened)(organization, self.since);
        EmailContent {
            words,
            subject: (say.subject)(payment.title, organization),
            preheader: happened.clone(),
            product: product.name.clone(),
            heading: payment.title.to_owned(),
            greeting: (words.frame.hello)(given_name),
            before: vec![
                Block::Paragraph(happened),
                Block::Paragraph(payment.to_do.to_owned()),
                Block::Paragraph(meanwhile.to_owned()),
            ],
            button: Link::new(payment.button, product.plans_url(self.org)),
            after: vec![Block::Paragraph(say.caution.to_owned())],
            reason: (words.frame.admin_of)(organization, &product.name),
            unsubscribe: None,
        }
        .render()
    }
}
