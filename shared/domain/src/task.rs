//! What a checklist is made of: tasks, as data.

use crate::plan::Plan;

/// One task of a checklist. A file of a checklist in which one lacks a text, an icon or a link does not build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Task {
    /// Its name in stored items, routes and answers.
    pub key: &'static str,
    /// Its place in the order of work, from 1.
    pub priority: u8,
    /// What to do, as a short imperative.
    pub title: &'static str,
    /// Why it is worth doing, in one sentence.
    pub description: &'static str,
    /// How to do it, in one or two sentences.
    pub how_to: &'static str,
    /// About how long it takes, in minutes.
    pub minutes: u8,
    /// One emoji.
    pub icon: &'static str,
    /// Which kind of work it is.
    pub category: Category,
    /// How much of the product it opens, 1 to 100: what is worth most comes next.
    pub value: u8,
    /// When it is worth something else.
    pub rises: Option<UrgencyBoost>,
    /// Whose checklist has it.
    pub when: Condition,
    /// What shows, without a word of an admin's, that it is done.
    pub done_by: &'static [CompletionTrigger<'static>],
    /// Where it is done.
    pub action: Action,
}

impl Task {
    /// What it is worth while so many days of a trial are left; `None` where no trial runs.
    #[must_use]
    pub fn weight(&self, days_left: Option<u32>) -> u8 {
        match (self.rises, days_left) {
            (Some(rise), Some(days)) if days <= u32::from(rise.days_left) => rise.value,
            _ => self.value,
        }
    }
}

/// A kind of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Category {
    /// The word in answers.
    pub key: &'static str,
    /// What people read.
    pub title: &'static str,
}

/// What a task is worth while little of a trial is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UrgencyBoost {
    /// So many days, or fewer.
    pub days_left: u16,
    /// How much it opens then, 1 to 100.
    pub value: u8,
}

/// Whose checklist has a task. An empty list asks for nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Condition {
    /// Those on one of these plans. Whoever has none is on none of them.
    pub plans: &'static [Plan],
    /// Those of one of these industries.
    pub industries: &'static [&'static str],
}

impl Condition {
    /// Whether an organization has the task.
    #[must_use]
    pub fn holds(&self, plan: Option<Plan>, industry: Option<&str>) -> bool {
        (self.plans.is_empty() || plan.is_some_and(|plan| self.plans.contains(&plan)))
            && (self.industries.is_empty() || industry.is_some_and(|it| self.industries.contains(&it)))
    }
}

/// What shows that a task is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompletionTrigger<'a> {
    /// A payment or a finished checkout.
    Billing,
    /// An invitation that was sent.
    Invitation,
    /// An event of the host app, by its detail-type.
    HostEvent(&'a str),
}

/// A link that leads to where a task is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Action {
    /// The words on it, without the arrow.
    pub label: &'static str,
    /// Where it leads.
    pub place: TaskTarget,
}

/// Where a task is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskTarget {
    /// In the host app, at this path below its URL.
    HostApp(&'static str),
    /// On the organization's own page, where the plans are.
    Plans,
    /// Where its people are.
    Members,
    /// At this https address.
    Elsewhere(&'static str),
}
