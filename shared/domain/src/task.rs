//! What a checklist is made of: tasks, as data.

/// One task of a checklist. A task that lacks a text, an icon or a link does not build.
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
    /// Where it is done.
    pub action: Action,
}

/// The kinds of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Category {
    /// People.
    Team,
    /// Preparing the product.
    Setup,
    /// Working with the product.
    Usage,
    /// Paying for it.
    Billing,
}

impl Category {
    /// The word in answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Team => "team",
            Self::Setup => "setup",
            Self::Usage => "usage",
            Self::Billing => "billing",
        }
    }
}

/// A link that leads to where a task is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Action {
    /// The words on it, without the arrow.
    pub label: &'static str,
    /// Where it leads.
    pub place: Place,
}

/// Where a task is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the host app, at this path below its URL.
    HostApp(&'static str),
    /// On the organization's own page, where the plans are.
    Plans,
    /// Where its people are.
    Members,
}

/// The built-in checklist, by priority.
pub const TASKS: [Task; 8] = [
    Task {
        key: "invited_team_member",
        priority: 1,
        title: "Invite team member",
        description: "Time is easier to track together: bring in one person you work with.",
        how_to: "Open Members, enter a colleague’s email address and send the invitation.",
        minutes: 1,
        icon: "🤝",
        category: Category::Team,
        action: Action { label: "Invite someone", place: Place::Members },
    },
    Task {
        key: "created_project",
        priority: 2,
        title: "Create project",
        description: "Projects keep hours, budgets and reports in one place.",
        how_to: "Choose New project, give it the name your team uses for it, and save.",
        minutes: 2,
        icon: "📁",
        category: Category::Setup,
        action: Action { label: "Create project", place: Place::HostApp("projects") },
    },
    Task {
        key: "created_time_entry",
        priority: 3,
        title: "Log first time entry",
        description: "One entry is enough to see how a day adds up.",
        how_to: "Start the timer on a project, or enter the hours of something you have just finished.",
        minutes: 1,
        icon: "⏱️",
        category: Category::Usage,
        action: Action { label: "Log time", place: Place::HostApp("time") },
    },
    Task {
        key: "set_working_hours",
        priority: 4,
        title: "Set working hours",
        description: "Overtime and missing days are only right once your week is known.",
        how_to: "In the settings, mark the days you work and from when to when.",
        minutes: 2,
        icon: "📅",
        category: Category::Setup,
        action: Action { label: "Set hours", place: Place::HostApp("settings/hours") },
    },
    Task {
        key: "created_client",
        priority: 5,
        title: "Add client",
        description: "Hours that belong to a client can be billed to one.",
        how_to: "Choose New client, enter a name, and pick it in the projects that you do for them.",
        minutes: 2,
        icon: "🏢",
        category: Category::Setup,
        action: Action { label: "Add client", place: Place::HostApp("clients") },
    },
    Task {
        key: "customized_settings",
        priority: 6,
        title: "Customize settings",
        description: "Your currency, week start and rounding, so that reports read as you expect.",
        how_to: "Look through the settings once; each change is saved as you make it.",
        minutes: 3,
        icon: "⚙️",
        category: Category::Setup,
        action: Action { label: "Open settings", place: Place::HostApp("settings") },
    },
    Task {
        key: "added_billing_info",
        priority: 7,
        title: "Add billing info",
        description: "With a plan in place nothing stops when the trial ends.",
        how_to: "Choose a plan on your organization’s page; days that are left in the trial stay free.",
        minutes: 2,
        icon: "💳",
        category: Category::Billing,
        action: Action { label: "Choose a plan", place: Place::Plans },
    },
    Task {
        key: "generated_report",
        priority: 8,
        title: "Generate report",
        description: "See where the week went, and share it.",
        how_to: "Open the reports, choose a span of days and a grouping, and create the report.",
        minutes: 1,
        icon: "📊",
        category: Category::Usage,
        action: Action { label: "Create report", place: Place::HostApp("reports") },
    },
];

/// The task of that key.
#[must_use]
pub fn find(key: &str) -> Option<&'static Task> {
    TASKS.iter().find(|task| task.key == key)
}

/// The task that a host app's event completes, by the event's detail-type.
#[must_use]
pub fn of_host_event(detail_type: &str) -> Option<&'static Task> {
    let key = match detail_type {
        "member.invited" => "invited_team_member",
        "project.created" => "created_project",
        "time_entry.created" => "created_time_entry",
        "working_hours.set" => "set_working_hours",
        "client.created" => "created_client",
        "settings.updated" => "customized_settings",
        "report.generated" => "generated_report",
        _ => return None,
    };
    find(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tasks_are_in_order_and_keys_are_unique() {
        for (index, task) in TASKS.iter().enumerate() {
            assert_eq!(usize::from(task.priority), index + 1);
            assert_eq!(find(task.key), Some(task));
        }
    }
}
