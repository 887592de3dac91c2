//! `/invitations/{token}`: the pages of an invited person.

use domain::{org::MAX_ADMINS, people::Role};

pub const ADDRESS: &str = "Invited address";
pub const NAME: &str = "Your name";
pub const NAME_HINT: &str = "This is how others will see you.";
pub const NOT_YOU: &str = "Not you, or not interested? You can close this page. Nothing has changed.";

pub fn title(org: &str) -> String {
    format!("Join {org}")
}

pub const fn lead<'a>(inviter: &'a str, org: &'a str, product: &'a str, role: Role) -> [&'a str; 7] {
    let role = match role {
        Role::Admin => " as an admin.",
        Role::Member => " as a member.",
    };
    ["", inviter, " invited you to join ", org, " on ", product, role]
}

pub mod sign_in_first {
    pub const RETURN: &str = "We’ll email you a sign-in link. It brings you back here.";
    pub const EMAIL_LINK: &str = "Email me a sign-in link";

    pub const fn lead<'a>(inviter: &'a str, org: &'a str, product: &'a str) -> [&'a str; 7] {
        [
            "",
            inviter,
            " invited you to join ",
            org,
            " on ",
            product,
            ". You already have an account, so sign in first.",
        ]
    }
}

pub mod other_user {
    pub const TITLE: &str = "This invitation is for someone else";
    pub const NOTE: &str = "You’re signed in with a different address";
    pub const BOTH_YOURS: &str = "If that’s also you, sign out here and open the link in the email again.";
    pub const SIGN_OUT: &str = "Sign out";
    pub const STAY: &str = "Stay signed in";
    pub const PROBLEM: &str = "This invitation is for a different address. Sign out, then open it again.";

    pub const fn explanation<'a>(address: &'a str, org: &'a str, invited: &'a str) -> [&'a str; 7] {
        ["You’re signed in as ", address, ". The invitation to ", org, " is for ", invited, "."]
    }
}

pub mod accepted {
    pub const AGAIN_TITLE: &str = "You’ve accepted this invitation";
    pub const AGAIN_LEAD: &str = "Didn’t get in? Try again.";
    pub const CONTINUE: &str = "Continue";
    pub const TITLE: &str = "This invitation has been accepted";
    pub const LEAD: &str = "If that was you, sign in to open the organization.";
    pub const PROBLEM: &str = "This invitation was already accepted. Sign in to open the organization.";
}

pub mod expired {
    use domain::{people::INVITATION_TTL, time::in_words};

    pub const TITLE: &str = "This invitation no longer works";

    pub fn lead() -> String {
        format!(
            "It was already used, revoked, or resent, or it expired after {}. Look for a newer email, or ask \
             the person who invited you to resend it.",
            in_words(INVITATION_TTL)
        )
    }

    pub fn problem() -> String {
        let period = in_words(INVITATION_TTL);
        format!("This invitation was already used, revoked, or resent, or it expired after {period}.")
    }
}

pub mod no_seat {
    pub const CHECK_AGAIN: &str = "Check again";

    pub fn title(org: &str) -> String {
        format!("{org} has no free seat")
    }

    pub const fn lead(org: &str) -> [&str; 5] {
        ["The plan of ", org, " allows no more members. Ask an admin of ", org, " to change the plan."]
    }

    /// States until when the invitation can be accepted.
    pub fn valid_until(date: &str) -> String {
        format!("Your invitation stays valid until {date}.")
    }

    pub fn problem(org: &str) -> String {
        format!(
            "The plan of {org} has no free seat. Ask an admin of {org} to change the plan, then try again."
        )
    }
}

pub const ALREADY_MEMBER: &str = "You’re already a member. Sign in to continue.";

pub fn plan_needed(org: &str, inviter: &str) -> String {
    format!("{org} needs to choose a plan first. Your invitation stays valid. Contact {inviter}.")
}

pub fn inviter_no_longer_admin(org: &str, inviter: &str) -> String {
    format!(
        "{inviter} is no longer an admin of {org}, so this invitation isn’t valid. Ask an admin to resend it."
    )
}

pub fn too_many_admins(org: &str, inviter: &str) -> String {
    format!(
        "{org} already has {MAX_ADMINS} admins, the maximum. Your invitation stays valid. Contact {inviter}."
    )
}
