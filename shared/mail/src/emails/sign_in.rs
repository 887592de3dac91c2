use domain::secret::Secret;

use crate::{
    content::{Block, EmailContent, Link, Rendered},
    plain_text::PlainText,
    product::Product,
};

/// The mail with a one-time link, for somebody who asked to sign in.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// How to greet.
    pub given_name: PlainText,
    /// What the link carries; only its hash is stored.
    pub secret: Secret,
}

impl SignIn {
    /// Its subject, text and HTML.
    #[must_use]
    pub fn render(&self, product: &Product) -> Rendered {
        let words = product.words();
        let say = &words.sign_in;
        EmailContent {
            words,
            subject: (say.subject)(&product.name),
            preheader: say.preheader.to_owned(),
            product: product.name.clone(),
            heading: (say.subject)(&product.name),
            greeting: (words.frame.hello)(&self.given_name),
            before: vec![Block::Paragraph(say.link.to_owned())],
            button: Link::new(say.button, product.sign_in_url(&self.secret)),
            after: vec![Block::Paragraph(say.caution.to_owned())],
            reason: (say.reason)(&product.name),
            unsubscribe: None,
        }
        .render()
    }
}
