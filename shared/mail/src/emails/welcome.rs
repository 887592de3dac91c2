//! Welcome to an admin of a provisioned organization.

use domain::{billing::Plan, id::OrgId, people::VERIFY_LINK_TTL, secret::Secret, time::in_words};
use jiff::civil::Date;

use crate::{
    content::{Block, EmailContent, Link, Mark, Rendered},
    plain_text::PlainText,
    product::Product,
    words,
};

/// Email that welcomes an admin of a newly provisioned organization.
#[derive(Clone, Debug)]
pub struct Welcome {
    /// Given name for the greeting.
    pub given_name: PlainText,
    /// Organization whose page the plan link opens.
    pub org: OrgId,
    /// Name of the organization.
    pub organization: PlainText,
    /// Name of the default project.
    pub project: PlainText,
    /// Titles of the next open tasks. If there are no open tasks, the email does not contain the
    /// list.
    pub steps: Vec<&'static str>,
    /// Plan of the organization at the time of sending.
    pub plan: PlanSummary,
    /// Secret in the link that verifies the recipient's address. `None` if it is verified. The table
    /// stores only its hash.
    pub verify: Option<Secret>,
}

/// Plan of an organization, as the welcome email describes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanSummary {
    /// A trial is running.
    Trial {
        /// Days left, rounded up.
        days: u32,
        /// Date on which the trial ends, in the organization's time zone.
        ends_on: Date,
        /// The chosen plan, which starts when the trial ends.
        plan: Option<Plan>,
    },
    /// A paid subscription is active.
    Active,
    /// Neither a trial nor a subscription is active. This is possible if the email was delayed and
    /// the status changed. The email links to the organization's page, which shows the current
    /// status.
    Other,
}

impl Welcome {
    /// Renders the subject, the text part, and the HTML part.
    #[must_use]
    pub fn render(&self, product: &Product) -> Rendered {
        let Self { given_name, organization, project, .. } = self;
        let words = product.words();
        let texts = &words.welcome;
        EmailContent {
            words,
            subject: (texts.subject)(&product.name, organization),
            preheader: match self.plan {
                PlanSummary::Trial { days, .. } => (texts.preheader_in_trial)(organization, days),
                PlanSummary::Active | PlanSummary::Other => (texts.preheader)(organization),
            },
            product: product.name.clone(),
            heading: (texts.heading)(organization),
            greeting: (words.frame.hello)(given_name),
            before_button: [Block::Paragraph((texts.ready)(&product.name, organization))]
                .into_iter()
                .chain(self.verify(texts, product))
                .chain([
                    self.plan_summary(texts, product),
                    Block::list(texts.set_up_title, Mark::Check, (texts.set_up)(organization, project)),
                ])
                .chain(self.steps(texts))
                .collect(),
            button: Link::new(texts.button, product.dashboard_url.clone()),
            after_button: vec![
                Block::Link(Link::new(texts.checklist_link, product.checklist_url())),
                Block::list(texts.tips_title, Mark::Bullet, self.tips(texts)),
            ],
            reason: (words.frame.admin_of)(organization, &product.name),
            unsubscribe: None,
        }
        .render()
    }

    fn verify(&self, texts: &words::Welcome, product: &Product) -> impl Iterator<Item = Block> {
        let link = |secret| {
            let link = Link::new(texts.verify_link, product.verify_url(secret));
            [Block::Paragraph((texts.verify)(&in_words(VERIFY_LINK_TTL))), Block::Link(link)]
        };
        self.verify.as_ref().map(link).into_iter().flatten()
    }

    fn plan_summary(&self, texts: &words::Welcome, product: &Product) -> Block {
        match self.plan {
            PlanSummary::Trial { days, ends_on, plan } => Block::Panel {
                title: (texts.trial_title)(plan.map(product.words().frame.plan)),
                lines: (texts.trial)(days, ends_on).to_vec(),
            },
            PlanSummary::Active => {
                Block::Panel { title: texts.active_title.to_owned(), lines: vec![texts.active.to_owned()] }
            }
            PlanSummary::Other => Block::Link(Link::new(texts.plan_link, product.plans_url(self.org))),
        }
    }

    fn steps(&self, texts: &words::Welcome) -> Option<Block> {
        let steps = self.steps.iter().copied();
        (!self.steps.is_empty()).then(|| Block::list(texts.steps_title, Mark::Number, steps))
    }

    fn tips(&self, texts: &words::Welcome) -> impl Iterator<Item = &'static str> {
        let in_trial = matches!(self.plan, PlanSummary::Trial { plan: None, .. });
        texts.tips.into_iter().chain(in_trial.then_some(texts.tip_in_trial))
    }
}
