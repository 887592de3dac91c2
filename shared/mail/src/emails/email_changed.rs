use crate::{
    content::{Block, EmailContent, Link, Rendered},
    plain_text::PlainText,
    product::Product,
};

/// Email to the earlier address of a user whose address the host app changed. It does not name the new
/// address, because the earlier one may belong to another person now.
#[derive(Clone, Debug)]
pub struct EmailChanged {
    /// Given name for the greeting.
    pub given_name: PlainText,
    /// Name of an organization of the user.
    pub organization: PlainText,
}

impl EmailChanged {
    /// Renders the subject, the text part, and the HTML part.
    #[must_use]
    pub fn render(&self, product: &Product) -> Rendered {
        let Self { given_name, organization } = self;
        let words = product.words();
        let texts = &words.email_changed;
        let subject = (texts.subject)(&product.name);
        EmailContent {
            words,
            heading: subject.clone(),
            subject,
            preheader: texts.preheader.to_owned(),
            product: product.name.clone(),
            greeting: (words.frame.hello)(given_name),
            before_button: vec![
                Block::Paragraph((texts.happened)(&product.name)),
                Block::Paragraph((texts.caution)(organization)),
            ],
            button: Link::new(texts.button, product.login_url()),
            after_button: Vec::new(),
            reason: (texts.reason)(&product.name),
            unsubscribe: None,
        }
        .render()
    }
}
