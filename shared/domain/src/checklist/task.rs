//! Tasks: the static data of a checklist definition.

use crate::billing::Plan;

/// One task of a checklist. The build fails if a task in a definition file lacks a required value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Task {
    /// Key in stored items, routes, and responses.
    pub key: &'static str,
    /// Position in the checklist, starting at 1.
    pub priority: u8,
    /// Title, a short imperative.
    pub title: &'static str,
    /// One sentence on the benefit of the task.
    pub description: &'static str,
    /// Instructions in one or two sentences.
    pub how_to: &'static str,
    /// Estimated duration in minutes.
    pub minutes: u8,
    /// A single emoji, shown beside the title.
    pub icon: &'static str,
    /// Category of the task.
    pub category: Category,
    /// Value to the user, 1 to 100. The open task with the highest value comes next.
    pub value: u8,
    /// Higher value near the end of a trial.
    pub urgency_boost: Option<UrgencyBoost>,
    /// Condition under which an organization sees the task.
    pub condition: Condition,
    /// Triggers that complete the task without an admin's action.
    pub completed_by: &'static [CompletionTrigger<'static>],
    /// Link to the page where the task is done.
    pub action: Action,
}

impl Task {
    /// Returns whether an event shows that the task is done. Pages do not offer to mark such a task
    /// as done by hand.
    #[must_use]
    pub const fn has_evidence(&self) -> bool {
        !self.completed_by.is_empty()
    }

    /// Returns the weight of the task: its value, or the value of the urgency boost. `days_left` is
    /// the number of days that remain of a trial; `None` means that no trial runs.
    #[must_use]
    pub fn weight(&self, days_left: Option<u32>) -> u8 {
        match (self.urgency_boost, days_left) {
            (Some(boost), Some(days)) if days <= u32::from(boost.days_left) => boost.value,
            _ => self.value,
        }
    }
}

/// Category of a task, such as setup or billing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Category {
    /// Key in JSON responses.
    pub key: &'static str,
    /// Title that the user sees.
    pub title: &'static str,
}

/// A higher value of a task near the end of a trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UrgencyBoost {
    /// Maximum number of remaining days at which the boost applies.
    pub days_left: u16,
    /// Value with the boost, 1 to 100.
    pub value: u8,
}

/// Condition under which an organization sees a task. An empty list matches every organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Condition {
    /// Plans that see the task. An organization without a plan matches no plan.
    pub plans: &'static [Plan],
    /// Industries that see the task, by key.
    pub industries: &'static [&'static str],
}

impl Condition {
    /// Returns whether an organization with this plan and industry sees the task.
    #[must_use]
    pub fn holds(&self, plan: Option<Plan>, industry: Option<&str>) -> bool {
        (self.plans.is_empty() || plan.is_some_and(|plan| self.plans.contains(&plan)))
            && (self.industries.is_empty() || industry.is_some_and(|it| self.industries.contains(&it)))
    }
}

/// Event that completes a task automatically.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompletionTrigger<'a> {
    /// A payment or a completed Checkout session.
    Billing,
    /// An invitation that was sent.
    Invitation,
    /// An event of the host app with this detail-type.
    HostEvent(&'a str),
}

/// Link to the page where a task is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Action {
    /// Label of the link, without a trailing symbol.
    pub label: &'static str,
    /// Target of the link.
    pub target: TaskTarget,
}

/// Page on which a task is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskTarget {
    /// A path below the host app's URL.
    HostApp(&'static str),
    /// The organization's plan page.
    Plans,
    /// The organization's members page.
    Members,
    /// An absolute `https` URL.
    Url(&'static str),
}
