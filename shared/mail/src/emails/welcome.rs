use domain::id::OrgId;
use jiff::civil::Date;

use crate::{
    content::{Block, EmailContent, Link, Mark, Rendered},
    plain_text::PlainText,
    product::Product,
    words,
};

/// The mail that greets an admin of a newly provisioned organization.
#[derive(Clone, Debug)]
pub struct Welcome {
    /// How to greet.
    pub given_name: PlainText,
    /// The organization's id.
    pub org: OrgId,
    /// The organization's name.
    pub organization: PlainText,
    /// The default project's name.
    pub project: PlainText,
    /// What to do first: titles of tasks, in the words of the checklist. The list is left out where nothing is to do.
    pub steps: Vec<&'static str>,
    /// What the organization stands on when the mail is sent.
    pub standing: PlanSummary,
}

/// What an organization stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanSummary {
    /// A trial runs.
    Trial {
        /// Days left, rounded up.
        days: u32,
        /// The day of its end, in the organization's zone.
        ends_on: Date,
    },
    /// A paid subscription is active.
    Active,
    /// Neither: the mail was held up, and only the organization's page tells what is true when it is read.
    Other,
}

impl Welcome {
    /// Its subject, text and HTML.
    #[must_use]
    pub fn render(&self, product: &Product) -> Rendered {
        let Self { given_name, organization, project, .. } = self;
        let words = product.words();
        let say = &words.welcome;
        EmailContent {
            words,
            subject: (say.subject)(&product.name, organization),
            preheader: match self.standing {
                PlanSummary::Trial { days, .. } => (say.preheader_in_trial)(organization, days),
                PlanSummary::Active | PlanSummary::Other => (say.preheader)(organization),
            },
            product: product.name.clone(),
            heading: (say.heading)(organization),
            greeting: (words.frame.hello)(given_name),
            before: [
                Block::Paragraph((say.ready)(&product.name, organization)),
                self.plan_summary(say, product),
                Block::list(say.set_up_title, Mark::Check, (say.set_up)(organization, project)),
            ]
            .into_iter()
            .chain(self.steps(say))
            .collect(),
            button: Link::new(say.button, product.dashboard_url.clone()),
            after: vec![
                Block::Link(Link::new(say.checklist_link, product.checklist_url())),
                Block::list(say.tips_title, Mark::Bullet, self.tips(say)),
            ],
            reason: (words.frame.admin_of)(organization, &product.name),
            unsubscribe: None,
        }
        .render()
    }

    fn plan_summary(&self, say: &words::Welcome, product: &Product) -> Block {
        match self.standing {
            PlanSummary::Trial { days, ends_on } => {
                Block::Panel { title: say.trial_title.to_owned(), lines: (say.trial)(days, ends_on).to_vec() }
            }
            PlanSummary::Active => {
                Block::Panel { title: say.active_title.to_owned(), lines: vec![say.active.to_owned()] }
            }
            PlanSummary::Other => Block::Link(Link::new(say.plan_link, product.plans_url(self.org))),
        }
    }

    fn steps(&self, say: &words::Welcome) -> Option<Block> {
        let steps = self.steps.iter().copied();
        (!self.steps.is_empty()).then(|| Block::list(say.steps_title, Mark::Number, steps))
    }

    fn tips(&self, say: &words::Welcome) -> impl Iterator<Item = &'static str> {
        let in_trial = matches!(self.standing, PlanSummary::Trial { .. });
        say.tips.into_iter().chain(in_trial.then_some(say.tip_in_trial))
    }
}
