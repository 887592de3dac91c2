use domain::people::Role;
use jiff::civil::Date;

use super::{Frame, Invitation, Payment, PaymentFailed, SignIn, TrialEnded, TrialEnding, Welcome, Words};

/// English.
pub(crate) static ENGLISH: Words = Words {
    language: "en",
    frame: Frame {
        hello: |given_name| format!("Hello {given_name},"),
        hello_stranger: "Hello,",
        copy_link: "Or copy this link:",
        regards: "Best regards,",
        team: |product| format!("The {product} Team"),
        admin_of: |organization, product| {
            format!("You get this email because you are an admin of {organization} at {product}.")
        },
        unsubscribe: |organization| {
            format!(
                "You can stop the trial reminders for {organization}. Mails about payments and sign-in still come."
            )
        },
        unsubscribe_link: "Stop trial reminders",
    },
    welcome: Welcome {
        subject: |product, organization| format!("Welcome to {product} - {organization}"),
        preheader: |organization| {
            format!("{organization} is ready. Here is what is set up and what comes next.")
        },
        preheader_in_trial: |organization, days| {
            format!("{organization} is ready, {} in your trial.", days_left(days))
        },
        heading: |organization| format!("{organization} is ready"),
        ready: |product, organization| {
            format!("Welcome to {product}! Your organization “{organization}” is now ready.")
        },
        trial_title: "🎉 Free trial active",
        trial: |days, ends_on| {
            [
                format!("You have {} in your trial. Explore all features.", days_left(days)),
                format!("Trial ends: {}", date(ends_on)),
            ]
        },
        active_title: "💳 Subscription active",
        active: "Your subscription is active: all features are open to you.",
        plan_link: "See your organization’s plan",
        set_up_title: "✨ We’ve set up your account with:",
        set_up: |organization, project| {
            [
                format!("Your organization: {organization}"),
                format!("A default project to get started: {project}"),
                "Admin access for full control".to_owned(),
            ]
        },
        steps_title: "📋 Next steps",
        button: "Go to dashboard",
        checklist_link: "Complete your onboarding checklist",
        tips_title: "💡 Pro tips",
        tips: ["Press Ctrl+K or ? for quick navigation", "Use keyboard shortcuts to work faster"],
        tip_in_trial: "Set up billing early, and nothing stops when the trial ends",
    },
    trial_ending: TrialEnding {
        subject: |days, product, organization| {
            format!("{} in your {product} trial - {organization}", days_left(days))
        },
        preheader: |organization, ends_on| format!("The trial of {organization} ends on {}.", date(ends_on)),
        heading: |days| format!("{} in your trial", days_left(days)),
        panel_title: |ends_on| format!("⏳ Trial ends: {}", date(ends_on)),
        panel: |organization, days| format!("The free trial of “{organization}” has {}.", days_left(days)),
        read_only: [
            "Choose a plan before that day and your work goes on without a break. Days that are left in the trial stay \
             free.",
            "Without a plan, your organization becomes read-only when the trial ends: everybody can still sign in and \
             see everything, nothing is deleted, and nothing is charged.",
        ],
        read_only_button: "Choose a plan",
        plan_begins: [
            "You have chosen a plan, so there is nothing to do: it begins on that day, and the first payment is taken \
             then.",
            "If you have changed your mind, cancel before that day and nothing is charged.",
        ],
        plan_begins_button: "See your plan",
    },
    trial_ended: TrialEnded {
        subject: |product, organization| format!("Your {product} trial has ended - {organization}"),
        preheader: |organization| format!("Everything in {organization} is kept. Choose a plan to go on."),
        heading: "Your trial has ended",
        ended: |organization, ended_on| {
            format!("The free trial of “{organization}” ended on {}.", date(ended_on))
        },
        means_title: "What this means",
        means: [
            "Everything is kept: projects, time entries, people and settings",
            "Your organization is read-only: everybody can sign in and see everything, and nobody can change it",
            "Nothing was charged",
        ],
        to_do: "To go on, choose a plan. Your organization is open again as soon as the first payment is through.",
        button: "Choose a plan",
    },
    payment_failed: PaymentFailed {
        failed: Payment {
            title: "A payment did not go through",
            happened: |organization, since| {
                format!("The payment for “{organization}” failed on {}.", date(since))
            },
            to_do: "A card that has expired or reached its limit is the usual reason. Please check your payment \
                    method, or choose another one.",
            button: "Check payment method",
        },
        action_required: Payment {
            title: "Your bank asks you to confirm a payment",
            happened: |organization, since| {
                format!(
                    "The payment for “{organization}” waits for your word to your bank since {}.",
                    date(since)
                )
            },
            to_do: "Banks ask from time to time whether a payment is really yours. Please open your invoices and \
                    confirm it there.",
            button: "Confirm the payment",
        },
        subject: |title, organization| format!("{title} - {organization}"),
        still_open: "For now everything keeps working as before.",
        read_only: "Until it is paid your organization is read-only: everybody can sign in and see everything, nothing \
                    is deleted, and it opens again as soon as the payment is through.",
        opens: "Your organization opens as soon as the payment is through.",
        caution: "We never ask for card numbers by email. Payments are handled by Stripe, and this link leads to your \
                  organization’s own page first.",
    },
    sign_in: SignIn {
        subject: |product| format!("Sign in to {product}"),
        preheader: "Your link works once, for 10 minutes.",
        link: "This link signs you in. It works once, and for 10 minutes.",
        button: "Sign in",
        caution: "If you did not ask for it, ignore this email: nobody can sign in without the link.",
        reason: |product| {
            format!("You get this email because somebody asked to sign in to {product} with your address.")
        },
    },
    invitation: Invitation {
        subject: |inviter, organization, product| {
            format!("{inviter} invites you to {organization} on {product}")
        },
        preheader: |role, expires_on| {
            format!("Join as {}. The invitation is open until {}.", a(role), date(expires_on))
        },
        heading: |organization, product| format!("Join {organization} on {product}"),
        invites: |inviter, organization, role| {
            format!("{inviter} invites you to join “{organization}” as {}.", a(role))
        },
        button: "See the invitation",
        terms: |recipient, expires_on| {
            format!(
                "You decide on the page that opens. The invitation is open until {}, and only for {recipient}.",
                date(expires_on)
            )
        },
        caution: |inviter| {
            format!("If you do not know {inviter}, ignore this email: nothing happens unless you accept.")
        },
        reason: |inviter, organization, product| {
            format!(
                "You get this email because {inviter} entered your address to invite you to {organization} at {product}."
            )
        },
    },
};

/// "3 days left", on one line wherever it stands.
fn days_left(days: u32) -> String {
    match days {
        1 => "1\u{a0}day\u{a0}left".to_owned(),
        _ => format!("{days}\u{a0}days\u{a0}left"),
    }
}

/// "January 22, 2025", on one line wherever it stands.
fn date(day: Date) -> String {
    day.strftime("%B\u{a0}%-d,\u{a0}%Y").to_string()
}

const fn a(role: Role) -> &'static str {
    match role {
        Role::Admin => "an admin",
        Role::Member => "a member",
    }
}
