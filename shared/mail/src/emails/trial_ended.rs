use domain::id::OrgId;
use jiff::civil::Date;

use crate::{
    content::{Block, EmailContent, Link, Mark, Rendered},
    plain_text::PlainText,
    product::Product,
};

/// Email that notifies an admin that the trial has ended and the data is safe.
#[derive(Clone, Debug)]
pub struct TrialEnded {
    /// Given name for the greeting.
    pub given_name: PlainText,
    /// Organization whose page the button opens.
    pub org: OrgId,
    /// Name of the organization.
    pub organization: PlainText,
    /// Date on which the trial ended, in the organization's time zone.
    pub ended_on: Date,
}

impl TrialEnded {
    /// Renders the subject, the text part, and the HTML part.
    #[must_use]
    pub fn render(&self, product: &Product) -> Rendered {
        let Self { given_name, organization, ended_on, .. } = self;
        let words = product.words();
        let texts = &words.trial_ended;
        EmailContent {
            words,
            subject: (texts.subject)(organization),
            preheader: (texts.preheader)(organization),
            product: product.name.clone(),
            heading: texts.heading.to_owned(),
            greeting: (words.frame.hello)(given_name),
            before_button: vec![
                Block::Paragraph((texts.ended)(organization, *ended_on)),
                Block::list(texts.means_title, Mark::Bullet, texts.means),
                Block::Paragraph(texts.to_do.to_owned()),
            ],
            button: Link::new(texts.button, product.plans_url(self.org)),
            after_button: Vec::new(),
            reason: (words.frame.admin_of)(organization, &product.name),
            unsubscribe: None,
        }
        .render()
    }
}
