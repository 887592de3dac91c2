//! Invitation to join an organization.

use domain::{
    people::{Address, Role},
    secret::Secret,
};
use jiff::civil::Date;

use crate::{
    content::{Block, EmailContent, Link, Rendered},
    plain_text::PlainText,
    product::Product,
};

/// Email that invites someone to join an organization.
///
/// The recipient may never have heard of the product. The email therefore names the inviter, and
/// says that nothing happens unless the recipient accepts.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// Full name of the inviter.
    pub inviter: PlainText,
    /// Name of the organization.
    pub organization: PlainText,
    /// Role that the recipient gets in the organization.
    pub role: Role,
    /// Secret in the link. The table stores only its hash.
    pub secret: Secret,
    /// Date on which the link expires, in the organization's time zone.
    pub expires_on: Date,
    /// Invited address. Only this address can accept.
    pub recipient: Address,
}

impl Invitation {
    /// Renders the subject, the text part, and the HTML part.
    #[must_use]
    pub fn render(&self, product: &Product) -> Rendered {
        let Self { inviter, organization, role, expires_on, .. } = self;
        let words = product.words();
        let texts = &words.invitation;
        let recipient = PlainText::new(self.recipient.as_str());
        EmailContent {
            words,
            subject: (texts.subject)(inviter, organization),
            preheader: (texts.preheader)(*role, *expires_on),
            product: product.name.clone(),
            heading: (texts.heading)(organization, &product.name),
            greeting: words.frame.hello_without_name.to_owned(),
            before_button: vec![Block::Paragraph((texts.invited)(inviter, organization, *role))],
            button: Link::new(texts.button, product.invitation_url(&self.secret)),
            after_button: vec![
                Block::Paragraph((texts.terms)(&recipient, *expires_on)),
                Block::Paragraph((texts.caution)(inviter)),
            ],
            reason: (texts.reason)(inviter, organization, &product.name),
            unsubscribe: None,
        }
        .render()
    }
}
