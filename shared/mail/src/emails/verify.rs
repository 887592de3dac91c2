use domain::{people::VERIFY_LINK_TTL, secret::Secret, time::in_words};

use crate::{
    content::{Block, EmailContent, Link, Rendered},
    plain_text::PlainText,
    product::Product,
};

/// Email to a founder with an unverified address whose organization is not ready yet.
#[derive(Clone, Debug)]
pub struct Verify {
    /// Given name for the greeting.
    pub given_name: PlainText,
    /// Name of the organization.
    pub organization: PlainText,
    /// Whether the setup waits for the verification.
    pub waits: bool,
    /// Secret in the link. The table stores only its hash.
    pub secret: Secret,
}

impl Verify {
    /// Renders the subject, the text part, and the HTML part.
    #[must_use]
    pub fn render(&self, product: &Product) -> Rendered {
        let Self { given_name, organization, waits, secret } = self;
        let words = product.words();
        let texts = &words.verify;
        let happened = if *waits { texts.waits } else { texts.sets_up };
        let subject = (texts.subject)(&product.name);
        EmailContent {
            words,
            heading: subject.clone(),
            subject,
            preheader: texts.preheader.to_owned(),
            product: product.name.clone(),
            greeting: (words.frame.hello)(given_name),
            before_button: vec![
                Block::Paragraph(happened(organization)),
                Block::Paragraph((texts.valid)(&in_words(VERIFY_LINK_TTL))),
            ],
            button: Link::new(texts.button, product.verify_url(secret)),
            after_button: vec![Block::Paragraph(texts.caution.to_owned())],
            reason: (words.frame.admin_of)(organization, &product.name),
            unsubscribe: None,
        }
        .render()
    }
}
