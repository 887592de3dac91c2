use domain::id::OrgId;
use jiff::civil::Date;

use crate::{
    content::{Block, EmailContent, Link, Mark, Rendered},
    plain_text::PlainText,
    product::Product,
};

/// The mail that tells an admin that the trial is over and nothing is lost.
#[derive(Clone, Debug)]
pub struct TrialEnded {
    /// How to greet.
    pub given_name: PlainText,
    /// The organization's id.
    pub org: OrgId,
    /// The organization's name.
    pub organization: PlainText,
    /// The day of the end, in the organization's zone.
    pub ended_on: Date,
}

impl TrialEnded {
    /// Its subject, text and HTML.
    #[must_use]
    pub fn render(&self, product: &Product) -> Rendered {
        let Self { given_name, organization, ended_on, .. } = self;
        let words = product.words();
        let say = &words.trial_ended;
        EmailContent {
            words,
            subject: (say.subject)(&product.name, organization),
            preheader: (say.preheader)(organization),
            product: product.name.clone(),
            heading: say.heading.to_owned(),
            greeting: (words.frame.hello)(given_name),
            before: vec![
                Block::Paragraph((say.ended)(organization, *ended_on)),
                Block::list(say.means_title, Mark::Bullet, say.means),
                Block::Paragraph(say.to_do.to_owned()),
            ],
            button: Link::new(say.button, product.plans_url(self.org)),
            after: Vec::new(),
            reason: (words.frame.admin_of)(organization, &product.name),
            unsubscribe: None,
        }
        .render()
    }
}
