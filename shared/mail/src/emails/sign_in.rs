use domain::{people::SIGN_IN_LINK_TTL, secret::Secret, time::in_words};

use crate::{
    content::{Block, EmailContent, Link, Rendered},
    plain_text::PlainText,
    product::Product,
};

/// Email with a one-time sign-in link.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// Given name for the greeting.
    pub given_name: PlainText,
    /// Secret in the link. The table stores only its hash.
    pub secret: Secret,
}

impl SignIn {
    /// Renders the subject, the text part, and the HTML part.
    #[must_use]
    pub fn render(&self, product: &Product) -> Rendered {
        let words = product.words();
        let texts = &words.sign_in;
        let valid_for = in_words(SIGN_IN_LINK_TTL);
        EmailContent {
            words,
            subject: (texts.subject)(&product.name),
            preheader: (texts.preheader)(&valid_for),
            product: product.name.clone(),
            heading: (texts.subject)(&product.name),
            greeting: (words.frame.hello)(&self.given_name),
            before_button: vec![Block::Paragraph((texts.link)(&valid_for))],
            button: Link::new(texts.button, product.sign_in_url(&self.secret)),
            after_button: vec![Block::Paragraph(texts.caution.to_owned())],
            reason: (texts.reason)(&product.name),
            unsubscribe: None,
        }
        .render()
    }
}
