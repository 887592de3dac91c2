//! Every text of the operator pages and of their JSON responses, by page.
//!
//! Markup stays in the views. If a text surrounds markup, such as a rendered date, a function takes
//! the markup and returns the complete sentence.

use domain::{billing::PARKED_RETENTION, mail::RETRY_PERIOD};
use maud::{Markup, Render, html};

// Texts below name the retention of events, 35 days, and the retry period of emails, four days.
const _: () = assert!(PARKED_RETENTION.as_hours() == 35 * 24 && RETRY_PERIOD.as_hours() == 4 * 24);

/// Title of the queue page, and the label of links to it.
pub const OPERATOR: &str = "Operator";

/// Texts of `GET /operator`: the review queue.
pub mod queue {
    pub const LEAD: &str =
        "Items that need manual attention, oldest first. You can also find an organization.";
    pub const NEEDS_REVIEW: &str = "Needs attention";
    pub const WITHOUT_METADATA: &str = "Parked events without Onramp metadata";
    pub const NEWER: &str = "Show newer items";
    pub const FIRST_PAGE: &str = "Back to the oldest items";

    /// Sentence below the review queue. It mentions the list of parked events without metadata, and
    /// the link [`SEE_WITHOUT_METADATA`] follows it.
    pub const OTHER_PRODUCTS: &str = "Events that may belong to another product are listed separately.";
    pub const SEE_WITHOUT_METADATA: &str = "View these events";
    pub const RETENTION: &str = "They are kept until their customer is linked, for at most 35 days.";
    pub const SEE_NEEDS_REVIEW: &str = "Back to items that need attention";

    pub const EMPTY_TITLE: &str = "Nothing needs attention";
    pub const EMPTY: &str = "Events and emails that need manual attention appear here.";
    pub const EMPTY_WITHOUT_METADATA_TITLE: &str = "No such events";
    pub const EMPTY_WITHOUT_METADATA: &str = "There are no unmatched events.";
    pub const END_TITLE: &str = "End of list";

    pub const INVALID_QUERY: &str = "Invalid query string.";
    pub const INVALID_AFTER: &str = "`after` must be an RFC 3339 timestamp.";
    pub const UNKNOWN_LIST: &str = "Unknown `list`. Use `foreign` or omit it.";
}

/// Texts of the search for an organization.
pub mod search {
    pub const LABEL: &str = "Find an organization";
    pub const HINT: &str = "Organization ID, or the email address of a member.";
    pub const SUBMIT: &str = "Find";
    pub const INVALID: &str = "Enter an organization ID (org_…) or an email address.";
    pub const NOT_FOUND_TITLE: &str = "Nothing found";
    pub const NOT_FOUND: &str = "No matching organization.";

    /// Returns the heading of two or more results.
    pub fn results(count: usize) -> String {
        format!("{count} organizations")
    }
}

/// Texts of the items in the review queue: title, reason, and advice.
pub mod item {
    pub const PARKED: &str = "Parked";
    pub const PARKED_REASON: &str = "The customer is not linked to an organization.";
    pub const PARKED_ADVICE: &str = "The event is applied when its customer is linked. Look up the customer in Stripe. If it \
        pays for an organization, link it on the page of that organization. Otherwise dismiss the \
        event. It is deleted after 35 days.";

    pub const QUARANTINED: &str = "Quarantined";
    pub const QUARANTINED_ADVICE: &str = "Check the reason. The event had no effect. After you fix the cause, resend it from the \
        Stripe dashboard and dismiss this entry. It is deleted after 35 days.";

    pub const CONFLICT: &str = "Conflict";
    pub const CONFLICT_ADVICE: &str = "The event was applied; see the first organization. Check in Stripe which organization \
        owns the customer, and correct the metadata. Then dismiss this entry. It is deleted after 35 days.";

    pub const NOTICES: &str = "Email delivery not confirmed";
    pub const NOTICES_ADVICE: &str = "Ask the recipient whether it arrived, and for a working address.";

    pub const SIGN_IN: &str = "Sign-in email delivery not confirmed";
    pub const SIGN_IN_ADVICE: &str =
        "No action needed; the link has expired. Several such entries indicate an email problem.";

    pub const INVITATION: &str = "Invitation delivery not confirmed";
    pub const INVITATION_ADVICE: &str = "An admin of the organization can resend it from the members page.";

    pub const CORRUPT: &str = "Unreadable item";
    pub const CORRUPT_ADVICE: &str = "Inspect the item in the table and find the code that wrote it.";

    pub const CUSTOMER_ID: &str = "Customer";
    pub const EVENT_ID: &str = "Event";
    pub const CHARGE_ID: &str = "Charge";
    pub const ITEM_KEY: &str = "Item";

    /// Returns a title that ends with the type of the Stripe event, if the type is readable.
    pub fn title_with_type(title: &str, event_type: Option<&str>) -> String {
        match event_type {
            Some(event_type) => format!("{title}: {event_type}"),
            None => title.to_owned(),
        }
    }

    /// Returns a sentence about the problem of one notice. `problem` is a clause.
    pub fn notice_problem(kind: &str, recipient: &str, problem: &str) -> String {
        format!("{} to {recipient}: {problem}.", super::email::kind(kind))
    }
}

/// Texts of payments without effect in the review queue: a title and an advice for each kind.
pub mod money {
    use domain::billing::ReviewKind;

    pub const NOT_LINKED: &str =
        "The payment points to the organization below, but its customer is not linked.";

    /// Returns the title of an item, with the amount if it is known.
    pub fn title(kind: ReviewKind, amount: Option<&str>) -> String {
        let title = match kind {
            ReviewKind::DoubleSubscription => "Second live subscription",
            ReviewKind::PaidAfterEnd => "Payment after the end of a plan",
            ReviewKind::UnlinkedPayment => "Payment without a linked customer",
            ReviewKind::PaymentByKnownAddress => "Payment by a known address",
            ReviewKind::MovedCustomer => "Subscription of another organization's customer",
            ReviewKind::Dispute => "Disputed payment",
            ReviewKind::Refund => "Refund",
            ReviewKind::FinalizationFailed => "Invoice that cannot be finalized",
        };
        match amount {
            Some(amount) => format!("{title}: {amount}"),
            None => title.to_owned(),
        }
    }

    /// Returns what the operator should do. The advice names the button, if there is one.
    pub const fn advice(kind: ReviewKind) -> &'static str {
        match kind {
            ReviewKind::DoubleSubscription => {
                "Ask the admins which subscription they need. Cancel and refund the other one in \
                 Stripe. Then choose \"Dismiss\"."
            }
            ReviewKind::PaidAfterEnd => {
                "The payment does not revive the plan. Refund it in Stripe, or ask the admins to \
                 choose a plan again. Then choose \"Dismiss\"."
            }
            ReviewKind::UnlinkedPayment => {
                "Anyone can set the reference of a payment. Compare the payer in Stripe with the \
                 admins. If they match, choose \"Link customer\". Otherwise choose \"Dismiss\"."
            }
            ReviewKind::PaymentByKnownAddress => {
                "Anyone can enter an address that is not theirs. Compare the payer in Stripe with \
                 the admins. If they match, choose \"Link customer\". Otherwise choose \"Dismiss\"."
            }
            ReviewKind::MovedCustomer => {
                "The subscription counts for the first organization, whose admins cannot open its \
                 billing portal. If this is not intended, correct the metadata of the subscription \
                 in Stripe. Then choose \"Dismiss\"."
            }
            ReviewKind::Dispute => {
                "Access does not change. Find the charge in Stripe and respond to the dispute \
                 before its deadline. Then choose \"Dismiss\"."
            }
            ReviewKind::Refund => {
                "Access does not change. If the organization should lose access, cancel its \
                 subscription in Stripe. Then choose \"Dismiss\"."
            }
            ReviewKind::FinalizationFailed => {
                "The invoice cannot be paid. Stripe shows the error with the invoice. Correct it \
                 and finalize the invoice there. Then choose \"Dismiss\"."
            }
        }
    }

    /// Returns why a payment by a known address needs review.
    pub fn paid_by(address: &str) -> String {
        format!("{address} paid. This address belongs to the organization below, which has no subscription.")
    }
}

/// Texts of the actions on items of the queue and on organizations.
pub mod actions {
    pub const TITLE: &str = "Stripe customers";
    pub const RESOLVE: &str = "Resolve";
    pub const CUSTOMER: &str = "Customer ID";
    pub const CUSTOMER_HINT: &str = "The ID of the customer in Stripe, which starts with cus_.";
    pub const INVALID_CUSTOMER: &str = "Enter a Stripe customer ID, such as cus_9s6XKzkNRiz8i3.";
    pub const REASON_HINT: &str = "Stored for other operators.";

    pub const DISMISS: &str = "Dismiss";
    pub const DISMISS_HINT: &str = "The item leaves the queue. Its event stays stored for at most 35 days.";

    pub const LINK_TITLE: &str = "Link a customer";
    pub const LINK: &str = "Link customer";
    pub const LINK_HINT: &str = "The customer's payments for a plan then count for this organization, also those that are parked. A link is final.";
    pub const LINKED_ELSEWHERE: &str =
        "This customer is linked to another organization. A link never moves, so nothing changed.";

    pub const RELEASE_TITLE: &str = "Apply parked events";
    pub const RELEASE: &str = "Apply parked events";
    pub const RELEASE_HINT: &str = "Applies the events that still wait under the customers of this organization. If there are none, nothing changes.";

    /// Returns the label of the button that links the customer of an item.
    pub fn link_to(organization: &str) -> String {
        format!("Link customer to {organization}")
    }
}

/// Texts about emails: their kinds and delivery problems. Problems are clauses without a period.
pub mod email {
    pub const REFUSED: &str = "SES rejected it permanently";
    pub const EXPIRED: &str = "sending failed for four days";
    pub const REJECTED: &str = "SES rejected it because of harmful content";
    pub const BOUNCED: &str = "the recipient's mail server bounced it";
    pub const UNKNOWN: &str = "SES sent no event, so it may not have been sent";

    /// Returns the display name of an email kind.
    pub fn kind(kind: &str) -> &str {
        match kind {
            "welcome" => "Welcome email",
            "trial_ending" => "Trial reminder",
            "trial_ended" => "Trial end notice",
            "payment_failed" => "Payment notice",
            other => other,
        }
    }
}

/// Texts of `GET /operator/organizations/{id}`: sections and details.
pub mod organization {
    pub const DETAILS: &str = "Details";
    pub const ID: &str = "ID";
    pub const ACCESS: &str = "Access";
    pub const SIGNED_UP: &str = "Signed up";
    pub const PROVISIONED: &str = "Provisioned";
    pub const NOT_PROVISIONED: &str = "not yet";
    pub const CHECKLIST: &str = "Checklist";
    pub const TIME_ZONE: &str = "Time zone";

    pub const EMAILS: &str = "Emails";
    pub const NO_EMAILS: &str = "None yet.";
    pub const FORMER_ADMIN: &str = "a former admin";

    pub const ADMINS: &str = "Admins";
    pub const REMINDERS_OFF: &str = "Reminders turned off";
    pub const ADDRESS_BOUNCED: &str = "email to this address bounced";
    pub const MARKED_AS_SPAM: &str = "marked an email as spam";

    /// Returns a status or a kind for display, without underscores.
    pub fn status(status: &str) -> String {
        status.replace('_', " ")
    }

    /// Returns what provisioned the organization. The text follows the date.
    pub fn provisioned_by(trigger: &str) -> String {
        format!(", through a {trigger}")
    }

    /// Returns the progress of the checklist.
    pub fn progress(completed: usize, total: usize, percentage: usize, dismissed: bool) -> String {
        let dismissed = if dismissed { ", dismissed" } else { "" };
        format!("{completed} of {total} tasks completed ({percentage}%){dismissed}")
    }

    /// Returns the kind and the recipient of an email.
    pub fn email_to(kind: &str, recipient: &str) -> String {
        format!("{} to {recipient}", super::email::kind(kind))
    }

    /// Returns why an admin gets no notices. `reason` is a clause.
    pub fn notices_suppressed(reason: &str) -> String {
        format!("Notices suppressed: {reason}")
    }
}

/// Texts of the trial section and its form.
pub mod trial {
    use super::{Markup, Render, days, html};

    pub const TITLE: &str = "Trial";
    pub const NONE: &str = "No trial.";
    pub const DAYS: &str = "Days to add";
    pub const REASON: &str = "Reason";
    pub const REASON_HINT: &str = "Stored with the organization for other operators.";
    pub const EXTEND: &str = "Extend trial";
    pub const START: &str = "Start trial";

    /// Returns when a running trial ends.
    pub fn ends_on(date: &impl Render, days_left: u32) -> Markup {
        html! { "Ends on " (date) ", in " (days(days_left)) "." }
    }

    /// Returns when the trial ended.
    pub fn ended_on(date: &impl Render) -> Markup {
        html! { "Ended on " (date) "." }
    }

    /// Returns the effect of one extension. The reason for the extension follows the text.
    pub fn extended(by: u32, until: &impl Render) -> Markup {
        html! { "Added " (days(by)) ", until " (until) ": " }
    }

    /// Returns the operator and the date of an extension.
    pub fn extended_by(operator: &str, date: &impl Render) -> Markup {
        html! { (operator) ", " (date) }
    }

    /// Returns the allowed range of days and their effect.
    pub fn days_hint(max: u16, has_trial: bool) -> String {
        let start = if has_trial {
            "Added to the end date, or starting now if the trial is over."
        } else {
            "Starts now."
        };
        format!("1 to {max}. {start}")
    }
}

/// Texts of the billing section.
pub mod billing {
    use super::{Markup, html};

    pub const TITLE: &str = "Billing";
    pub const CONFLICTS: &str = "Billing conflicts";
    pub const WITHOUT_EFFECT: &str = "Payments without effect";
    pub const PLAN: &str = "Plan";
    pub const NO_PLAN: &str = "none";
    pub const UNKNOWN_PLAN: &str = "a price of no plan";
    pub const NEXT: &str = "Next";
    pub const NOTHING: &str = "nothing";
    pub const PRICE: &str = "Price";
    pub const NOT_COUNTED: &str = "does not count";
    pub const NO_EVENTS: &str = "No Stripe events yet.";
    pub const CUSTOMER: &str = "Customer";
    pub const SUBSCRIPTION: &str = "Subscription";
    pub const SUBSCRIPTION_WITHOUT_EVENTS: &str = "no events";
    pub const PAUSED: &str = "payments paused";
    pub const INVOICE: &str = "Invoice";
    pub const CLOSED: &str = "closed";

    /// Returns the badge of a paid invoice.
    pub fn paid(amount: &str) -> String {
        format!("paid {amount}")
    }

    /// Returns the amount of an invoice that is not paid yet.
    pub fn due(amount: &str) -> String {
        format!("{amount} due")
    }

    /// Returns the amount of a plan. The text follows the plan.
    pub fn amount(amount: &str, interval: Option<&str>) -> String {
        match interval {
            Some(interval) => format!(", {amount} per {interval}"),
            None => format!(", {amount}"),
        }
    }

    /// Returns the next charge or end: its kind, its date, and its amount.
    pub fn next(kind: &str, date: Option<&Markup>, amount: Option<&str>) -> Markup {
        html! {
            (super::organization::status(kind))
            @if let Some(date) = date { ", " (date) }
            @if let Some(amount) = amount { ", " (amount) }
        }
    }

    /// Describes a payment without effect: several subscriptions are alive.
    pub fn double_subscription(subscriptions: &str) -> String {
        format!("Several subscriptions are live: {subscriptions}.")
    }

    /// Describes a payment without effect: an invoice was paid after its subscription ended.
    pub fn paid_after_end(invoice: &str) -> String {
        format!("{invoice} was paid after its subscription ended.")
    }

    /// Describes a conflict: events of `customer` name this organization, but the two are not
    /// linked. `linked` is the organization's own customer. `None` means that it has none.
    pub fn other_customer(customer: &str, linked: Option<&str>) -> String {
        match linked {
            Some(linked) => {
                format!("Events for {customer} name this organization, but it is linked to {linked}.")
            }
            None => format!(
                "Events for {customer} name this organization, but the customer is linked to another one."
            ),
        }
    }

    /// Describes a conflict: the Checkout session of an event also names another organization.
    pub fn other_organization(event: &str) -> String {
        format!("The Checkout session of {event} also names another organization.")
    }

    /// Describes a conflict: events with the same id arrived with different payloads.
    pub fn two_payloads(event: &str) -> String {
        format!("{event} arrived with two different payloads.")
    }

    /// Describes a conflict: an event arrived too late, when the events of its time were already
    /// summarized.
    pub fn late(event: &str) -> String {
        format!(
            "{event} arrived too late and had no effect, because the details of that time are no longer stored."
        )
    }
}

fn days(count: u32) -> String {
    format!("{count} {}", if count == 1 { "day" } else { "days" })
}
