use domain::{address::Address, people::Role, secret::Secret};
use jiff::civil::Date;

use crate::{
    content::{Block, EmailContent, Link, Rendered},
    plain_text::PlainText,
    product::Product,
};

/// The mail that asks somebody to join an organization.
///
/// It goes to people who may never have heard of us, at the word of somebody else: so it says who asks, and that
/// nothing happens without them.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// The full name of who invites.
    pub inviter: PlainText,
    /// The organization's name.
    pub organization: PlainText,
    /// What the invited person will be there.
    pub role: Role,
    /// What the link carries; only its hash is stored.
    pub secret: Secret,
    /// The day on which the link stops to work, in the organization's zone.
    pub expires_on: Date,
    /// Who is invited: only this address may accept.
    pub recipient: Address,
}

impl Invitation {
    /// Its subject, text and HTML.
    #[must_use]
    pub fn render(&self, product: &Product) -> Rendered {
        let Self { inviter, organization, role, expires_on, .. } = self;
        let words = product.words();
        let say = &words.invitation;
        let recipient = PlainText::new(self.recipient.as_str());
        EmailContent {
            words,
            subject: (say.subject)(inviter, organization, &product.name),
            preheader: (say.preheader)(*role, *expires_on),
            product: product.name.clone(),
            heading: (say.heading)(organization, &product.name),
            greeting: words.frame.hello_stranger.to_owned(),
            before: vec![Block::Paragraph((say.invites)(inviter, organization, *role))],
            button: Link::new(say.button, product.invitation_url(&self.secret)),
            after: vec![
                Block::Paragraph((say.terms)(&recipient, *expires_on)),
                Block::Paragraph((say.caution)(inviter)),
            ],
            reason: (say.reason)(inviter, organization, &product.name),
            unsubscribe: None,
        }
        .render()
    }
}
