use domain::{billing::IssueKind, id::OrgId, status::Access};

use super::admin_of;
use crate::{
    inert::Inert,
    letter::{Block, Letter, Link, Rendered},
    product::Product,
};

/// The mail that asks an admin to look after a payment.
#[derive(Clone, Debug)]
pub struct PaymentFailed {
    /// How to greet.
    pub given_name: Inert,
    /// The organization's id.
    pub org: OrgId,
    /// The organization's name.
    pub organization: Inert,
    /// What is wrong when the mail is sent: a failure may have become a question of the bank since.
    pub kind: IssueKind,
    /// The date since when, in the organization's zone.
    pub since: String,
    /// What people of the organization may do until it is paid.
    pub access: Access,
}

impl PaymentFailed {
    /// Its subject, text and HTML.
    #[must_use]
    pub fn render(&self, product: &Product) -> Rendered {
        let Self { given_name, organization, since, .. } = self;
        let name = &product.name;
        let (title, happened, to_do, button) = match self.kind {
            IssueKind::PaymentFailed => (
                "A payment did not go through",
                format!("The payment for “{organization}” failed on {since}."),
                "A card that has expired or reached its limit is the usual reason. Please check your payment method, or \
                 choose another one.",
                "Check your payment method",
            ),
            IssueKind::ActionRequired => (
                "Your bank asks you to confirm a payment",
                format!("The payment for “{organization}” waits for your word to your bank since {since}."),
                "Banks ask from time to time whether a payment is really yours. Please open your invoices and confirm \
                 it there.",
                "Confirm the payment",
            ),
        };
        let meanwhile = match self.access {
            Access::Full => "For now everything keeps working as before.",
            Access::ReadOnly => {
                "Until it is paid your organization is read-only: everybody can sign in and see everything, nothing is \
                 deleted, and it opens again as soon as the payment is through."
            }
            Access::BillingOnly => "Your organization opens as soon as the payment is through.",
        };
        Letter {
            subject: format!("{title} - {organization}"),
            preheader: happened.clone(),
            product: name.clone(),
            heading: title.to_owned(),
            greeting: format!("Hello {given_name},"),
            before: vec![
                Block::Panel { title: format!("💳 {title}"), lines: vec![happened] },
                Block::Paragraph(to_do.to_owned()),
                Block::Paragraph(meanwhile.to_owned()),
            ],
            button: Link { label: button.to_owned(), url: product.plans_url(self.org) },
            after: vec![Block::Paragraph(
                "We never ask for card numbers by email. Payments are handled by Stripe, and this link leads to your \
                 organization's own page first."
                    .to_owned(),
            )],
            reason: admin_of(organization, name),
        }
        .render()
    }
}
