use domain::{id::OrgId, secret::Secret};
use jiff::civil::Date;

use crate::{
    content::{Block, EmailContent, Link, Rendered},
    plain_text::PlainText,
    product::Product,
};

/// The mail that reminds an admin of the trial's end.
#[derive(Clone, Debug)]
pub struct TrialEnding {
    /// How to greet.
    pub given_name: PlainText,
    /// The organization's id.
    pub org: OrgId,
    /// The organization's name.
    pub organization: PlainText,
    /// Days left when the mail is sent, rounded up: not the offset at which it was owed.
    pub days: u32,
    /// The day of the end, in the organization's zone.
    pub ends_on: Date,
    /// What happens then if nobody does anything.
    pub then: Then,
    /// What the link carries that ends the reminders; only its hash is stored.
    pub unsubscribe: Secret,
}

/// What the end of a trial brings by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// The organization becomes read-only: there is no plan yet.
    ReadOnly,
    /// The plan that was chosen begins, and is paid for.
    PlanBegins,
}

impl TrialEnding {
    /// Its subject, text and HTML.
    #[must_use]
    pub fn render(&self, product: &Product) -> Rendered {
        let Self { given_name, organization, days, ends_on, .. } = self;
        let words = product.words();
        let say = &words.trial_ending;
        let (then, button) = match self.then {
            Then::ReadOnly => (say.read_only, say.read_only_button),
            Then::PlanBegins => (say.plan_begins, say.plan_begins_button),
        };
        let panel = Block::Panel {
            title: (say.panel_title)(*ends_on),
            lines: vec![(say.panel)(organization, *days)],
        };
        let then = then.map(|words| Block::Paragraph(words.to_owned()));
        EmailContent {
            words,
            subject: (say.subject)(*days, &product.name, organization),
            preheader: (say.preheader)(organization, *ends_on),
            product: product.name.clone(),
            heading: (say.heading)(*days),
            greeting: (words.frame.hello)(given_name),
            before: [panel].into_iter().chain(then).collect(),
            button: Link::new(button, product.plans_url(self.org)),
            after: Vec::new(),
            reason: (words.frame.admin_of)(organization, &product.name),
            unsubscribe: Some((
                (words.frame.unsubscribe)(organization),
                Link::new(words.frame.unsubscribe_link, product.unsubscribe_url(&self.unsubscribe)),
            )),
        }
        .render()
    }
}
