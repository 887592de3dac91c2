//! The English texts of all emails.

use domain::{
    billing::{Money, Plan},
    people::Role,
};
use jiff::civil::Date;

use super::{
    EmailChanged, Frame, Invitation, MembershipChange, MembershipChanged, Payment, PaymentFailed,
    PlanStarted, SignIn, TrialEnded, TrialEnding, Verify, Welcome, Words,
};

/// The English texts of all emails.
pub(crate) static ENGLISH: Words = Words {
    language: "en",
    frame: Frame {
        hello: |given_name| format!("Hello {given_name},"),
        hello_without_name: "Hello,",
        copy_link: "Or copy this link:",
        regards: "Best regards,",
        team: |product| format!("The {product} Team"),
        admin_of: |organization, product| {
            format!("You received this email because you’re an admin of {organization} on {product}.")
        },
        plan: |plan| match plan {
            Plan::Single => "Single user",
            Plan::Team => "Team",
        },
        unsubscribe: |organization| {
            format!(
                "You can turn off trial reminders for {organization}. You’ll still get emails about sign-in, \
                 payments, and the end of the trial."
            )
        },
        unsubscribe_link: "Turn off trial reminders",
    },
    welcome: Welcome {
        subject: |product, organization| format!("Welcome to {product} - {organization}"),
        preheader: |organization| {
            format!("{organization} is ready. Here’s what we set up and what to do next.")
        },
        preheader_in_trial: |organization, days| {
            format!("{organization} is ready. You have {} in your trial.", days_left(days))
        },
        heading: |organization| format!("{organization} is ready"),
        ready: |product, organization| {
            format!("Welcome to {product}! Your organization “{organization}” is now ready.")
        },
        verify: |valid_for| {
            format!(
                "Please verify your email address within {valid_for}. We send your invitations once it’s \
                 verified. If you didn’t sign up, ignore this email."
            )
        },
        verify_link: "Verify my email address",
        trial_title: |plan| match plan {
            Some(plan) => format!("🎉 Free trial of the {plan} plan active"),
            None => "🎉 Free trial active".to_owned(),
        },
        trial: |days, ends_on| {
            [
                format!("You have {} in your trial. Explore all features.", days_left(days)),
                format!("Trial ends: {}", date(ends_on)),
            ]
        },
        active_title: "💳 Subscription active",
        active: "Your subscription is active. You have access to all features.",
        plan_link: "View plan",
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
        tip_in_trial: "Set up billing early to keep your access when the trial ends",
    },
    trial_ending: TrialEnding {
        subject: |days, organization| format!("{} in your trial - {organization}", days_left(days)),
        preheader: |organization, ends_on| format!("The trial for {organization} ends on {}.", date(ends_on)),
        heading: |days| format!("{} in your trial", days_left(days)),
        panel_title: |ends_on| format!("⏳ Trial ends: {}", date(ends_on)),
        panel: |organization, days| format!("The free trial for “{organization}” has {}.", days_left(days)),
        read_only: [
            "Choose a plan before then to keep working without interruption. If at least 48 hours of the trial remain, they stay free.",
            "Without a plan, your organization becomes read-only when the trial ends. Everyone can still sign in and \
             view everything. We won’t delete anything or charge you.",
        ],
        read_only_button: "View plans",
        plan_begins: |amount| {
            let charge = amount.unwrap_or("you");
            [
                format!(
                    "You’ve chosen a plan, so you don’t need to do anything. It starts when the trial ends, and \
                     we’ll charge {charge} then."
                ),
                "If you’ve changed your mind, cancel before then and you won’t be charged.".to_owned(),
            ]
        },
        plan_begins_button: "View plan",
        needs_payment_method: [
            "You’ve chosen a plan, but we don’t have a payment method. Add one before the trial ends to keep working \
             without interruption.",
            "Without a payment method, your organization becomes read-only when the trial ends. We won’t delete \
             anything or charge you.",
        ],
        needs_payment_method_button: "Add a payment method",
    },
    trial_ended: TrialEnded {
        subject: |organization| format!("Your trial has ended - {organization}"),
        preheader: |organization| {
            format!(
                "Your data in {organization} is safe and read-only. Choose a plan to restore full access."
            )
        },
        heading: "Your trial has ended",
        ended: |organization, ended_on| {
            format!("The free trial for “{organization}” ended on {}.", date(ended_on))
        },
        means_title: "What this means",
        means: [
            "Your data is safe: projects, time entries, people, and settings",
            "Your organization is read-only: everyone can still sign in and view everything",
            "You haven’t been charged",
        ],
        to_do: "Choose a plan to restore full access. You’ll get it as soon as the first payment goes through.",
        button: "View plans",
    },
    payment_failed: PaymentFailed {
        failed: Payment {
            topic: "A payment didn’t go through",
            title: "A payment didn’t go through",
            happened: |organization, due, since| {
                format!("{} for “{organization}” failed on {}.", payment(due), date(since))
            },
            to_do: "This usually means that a card has expired or reached its limit. Please check your payment \
                    method or choose another one.",
            button: "Update payment",
        },
        action_required: Payment {
            topic: "Please confirm a payment",
            title: "Your bank needs you to confirm a payment",
            happened: |organization, due, since| {
                format!(
                    "{} for “{organization}” needs your confirmation. It has been pending since {}.",
                    payment(due),
                    date(since)
                )
            },
            to_do: "Banks sometimes check that a payment is really yours. Open your invoices and confirm it there.",
            button: "Confirm payment",
        },
        subject: |topic, organization| format!("{topic} - {organization}"),
        next_attempt: |on| format!("We’ll try again on {}.", date(on)),
        still_full_access: "Everything keeps working for now.",
        read_only: "Until it’s paid, your organization is read-only. Everyone can sign in and view everything, and we \
                    don’t delete anything. You’ll get full access as soon as the payment goes through.",
        access_after_payment: "You’ll get full access as soon as the payment goes through.",
        caution: "We never ask for card numbers by email. Stripe handles payments, and this link opens your \
                  organization’s page first.",
    },
    plan_started: PlanStarted {
        subject: |plan, in_trial, organization| {
            let title =
                if in_trial { format!("Your {plan} plan is set") } else { format!("{plan} plan started") };
            format!("{title} - {organization}")
        },
        preheader: |plan, organization| {
            format!("What the {plan} plan of {organization} costs, and when we’ll charge you.")
        },
        started: |plan| format!("Your {plan} plan has started"),
        starts: |plan, on| format!("Your {plan} plan starts on {}", date(on)),
        thanks: |plan, organization| format!("Thank you for choosing the {plan} plan for “{organization}”."),
        panel_title: |plan| format!("💳 {plan} plan"),
        price: |amount, interval| match interval {
            Some(interval) => format!("Price: {amount} per {}", interval.as_str()),
            None => format!("Price: {amount}"),
        },
        first_charge: |amount, on| format!("First charge: {}", charge(amount, on)),
        next_charge: |amount, on| format!("Next charge: {}", charge(amount, on)),
        payment_pending: "Your first payment is on its way. A bank transfer or debit takes a few days.",
        needs_payment_method: "Add a payment method to keep your plan.",
        access: "Everyone in your organization has full access.",
        access_in_trial: "Your free trial continues until then, with full access for everyone in your organization.",
        button: "View plan",
        change: "You can change or cancel your plan there at any time.",
    },
    sign_in: SignIn {
        subject: |product| format!("Sign in to {product}"),
        preheader: |valid_for| format!("You can use this link once within {valid_for}."),
        link: |valid_for| format!("Use this link to sign in. It works once and expires in {valid_for}."),
        button: "Sign in",
        caution: "If you didn’t request this, ignore this email. No one can sign in without the link.",
        reason: |product| {
            format!(
                "You received this email because someone requested a sign-in link for {product} with your address."
            )
        },
    },
    invitation: Invitation {
        subject: |inviter, organization| format!("{inviter} invited you to {organization}"),
        preheader: |role, expires_on| {
            format!("Join as {}. The invitation is valid until {}.", with_article(role), date(expires_on))
        },
        heading: |organization, product| format!("Join {organization} on {product}"),
        invited: |inviter, organization, role| {
            format!("{inviter} invited you to join “{organization}” as {}.", with_article(role))
        },
        button: "View invitation",
        terms: |recipient, expires_on| {
            format!(
                "You can accept on the next page. The invitation is valid until {}, and only for {recipient}.",
                date(expires_on)
            )
        },
        caution: |inviter| {
            format!("If you don’t know {inviter}, ignore this email. Nothing happens unless you accept.")
        },
        reason: |inviter, organization, product| {
            format!("You received this email because {inviter} invited you to {organization} on {product}.")
        },
    },
    membership_changed: MembershipChanged {
        role: |role| match role {
            Role::Admin => MembershipChange {
                subject: |organization| format!("You’re now an admin of {organization}"),
                preheader: "You can now invite people, manage setup, and pay.",
                happened: |organization, product| {
                    format!("An admin of “{organization}” made you an admin on {product}.")
                },
                means: "You can now invite people, manage setup, and pay.",
                button: "Go to dashboard",
            },
            Role::Member => MembershipChange {
                subject: |organization| format!("You’re now a member of {organization}"),
                preheader: "You’re no longer an admin. You can keep working as before.",
                happened: |organization, product| {
                    format!(
                        "An admin of “{organization}” changed your role on {product}. You’re now a member."
                    )
                },
                means: "You can keep working as before. Only admins can invite people, manage setup, and pay.",
                button: "Go to dashboard",
            },
        },
        removed: MembershipChange {
            subject: |organization| format!("You’re no longer in {organization}"),
            preheader: "An admin removed you. Your account stays.",
            happened: |organization, product| {
                format!("An admin removed you from “{organization}” on {product}. You can no longer open it.")
            },
            means: "Your account stays. If this is a mistake, ask an admin to invite you again.",
            button: "Sign in",
        },
        reason: |organization, product| {
            format!("You received this email because your membership in {organization} on {product} changed.")
        },
    },
    email_changed: EmailChanged {
        subject: |product| format!("Your email address on {product} was changed"),
        preheader: "You can no longer sign in with this address.",
        happened: |product| {
            format!(
                "The email address of your {product} account was changed. Emails and sign-in links now go \
                 to the new address, and you’re signed out on all devices."
            )
        },
        caution: |organization| format!("If you didn’t expect this, contact an admin of “{organization}”."),
        button: "Sign in",
        reason: |product| format!("You received this email because your {product} account had this address."),
    },
    verify: Verify {
        subject: |product| format!("Verify your email address for {product}"),
        preheader: "Confirm that this address is yours.",
        sets_up: |organization| {
            format!(
                "We’re setting up “{organization}” and will email you when it’s ready. Meanwhile, please \
                 verify your email address."
            )
        },
        waits: |organization| {
            format!(
                "Please verify your email address. We’ll then set up “{organization}” and email you when it’s ready."
            )
        },
        valid: |valid_for| format!("The link works for {valid_for}."),
        button: "Verify my email address",
        caution: "If you didn’t sign up, ignore this email.",
    },
};

/// Names a payment with its amount, if it is known.
fn payment(due: Option<Money>) -> String {
    due.map_or_else(|| "The payment".to_owned(), |due| format!("The payment of {due}"))
}

/// Formats a charge as "€29.00 on January 22, 2025". Without an amount, only the date is known.
fn charge(amount: Option<Money>, on: Date) -> String {
    match amount {
        Some(amount) => format!("{amount} on {}", date(on)),
        None => date(on),
    }
}

/// Formats a number of days as "3 days left", with no-break spaces.
fn days_left(days: u32) -> String {
    match days {
        1 => "1\u{a0}day\u{a0}left".to_owned(),
        _ => format!("{days}\u{a0}days\u{a0}left"),
    }
}

/// Formats a date as "January 22, 2025", with no-break spaces.
fn date(day: Date) -> String {
    day.strftime("%B\u{a0}%-d,\u{a0}%Y").to_string()
}

/// Returns the role with its article.
const fn with_article(role: Role) -> &'static str {
    match role {
        Role::Admin => "an admin",
        Role::Member => "a member",
    }
}
