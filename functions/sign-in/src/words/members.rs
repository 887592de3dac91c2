//! `/members`: the members of an organization and its invitations.

use domain::{
    limits::INVITATIONS_OF_ORG,
    org::MAX_ADMINS,
    people::{MAX_OPEN_INVITATIONS, MAX_SENDS, Role},
};

pub const TITLE: &str = "Members";
pub const WELCOME: &str = "Welcome to the team";
pub const WELCOME_TEXT: &str =
    "Admins can invite people and change roles. Ask an admin if someone is missing.";
pub const YOU: &str = "You";
pub const REMOVE: &str = "Remove";

pub const fn lead(org: &str) -> [&str; 3] {
    ["Everyone in ", org, "."]
}

pub fn count(people: usize) -> String {
    format!("{people} {}", if people == 1 { "person" } else { "people" })
}

pub fn joined(date: &str) -> String {
    format!("Joined {date}")
}

/// Label of the button that gives a member the other role.
pub const fn make(role: Role) -> &'static str {
    match role {
        Role::Admin => "Make admin",
        Role::Member => "Make member",
    }
}

/// Accessible name of a button with the label [`make`].
pub fn make_label(role: Role, name: &str) -> String {
    format!("{}: {name}", make(role))
}

pub mod invite {
    use domain::{people::INVITATION_TTL, time::in_words};

    pub const TITLE: &str = "Invite someone";
    /// The title above what restores full access.
    pub const NO_ACCESS: &str = "You can’t invite people right now";
    pub const EMAIL: &str = "Their email address";
    pub const EMAIL_REQUIRED: &str = "Enter their email address.";
    pub const ROLE: &str = "Role";
    pub const ROLE_INVALID: &str = "Choose admin or member.";
    pub const MEMBER_HINT: &str = "Can work in the organization.";
    pub const ADMIN_HINT: &str = "Can also invite people, manage setup, and pay.";
    pub const SUBMIT: &str = "Send invitation";

    pub fn email_hint() -> String {
        format!("We’ll email them a link. Only they can use it. It’s valid for {}.", in_words(INVITATION_TTL))
    }
}

pub mod seats {
    pub const NONE_FREE: &str = "Your plan has no free seat";

    /// States how many seats are used. A pending invitation uses one too.
    pub fn used(members: usize, pending: usize, seats: usize) -> String {
        let used = members + pending;
        let pending = match pending {
            0 => String::new(),
            1 => ", including 1 pending invitation".to_owned(),
            _ => format!(", including {pending} pending invitations"),
        };
        format!("{used} of {seats} seats used{pending}")
    }

    pub fn none_free(seats: usize) -> String {
        format!(
            "It has {}. Everyone who is here keeps access. To invite people, change to a plan with more seats.",
            count(seats)
        )
    }

    pub(super) fn count(seats: usize) -> String {
        format!("{seats} {}", if seats == 1 { "seat" } else { "seats" })
    }
}

pub mod invitations {
    use domain::people::{InvitationStatus, TeamError};

    pub const TITLE: &str = "Invitations";
    pub const DELIVERY_UNKNOWN: &str = "We don’t know whether this email arrived. Ask them, or resend it.";
    pub const NO_SEAT: &str = "They can’t join until your plan has a free seat.";
    pub const RESEND: &str = "Resend";
    pub const SEND: &str = "Send";
    pub const REVOKE: &str = "Revoke";

    /// Title of the note after an invitation was written.
    pub fn invited(address: &str) -> String {
        format!("You invited {address}")
    }

    pub const UNSENT_TEXT: &str = "Send or revoke them below.";

    /// Title of the note about invitations that were never sent.
    pub fn unsent(count: usize) -> String {
        match count {
            1 => "1 invitation isn’t sent yet".to_owned(),
            _ => format!("{count} invitations aren’t sent yet"),
        }
    }

    /// States what happens to an invitation that was just written.
    pub const fn invited_text(waits: bool) -> &'static str {
        if waits {
            "We’ll send the invitation as soon as you verify your email address."
        } else {
            "The email is on its way. You can resend or revoke the invitation below."
        }
    }

    pub fn invited_by(inviter: &str, status: InvitationStatus, expires: &str) -> String {
        match status {
            InvitationStatus::Waiting => format!("Invited by {inviter}"),
            InvitationStatus::Expired => format!("Invited by {inviter} · Expired {expires}"),
            _ => format!("Invited by {inviter} · Expires {expires}"),
        }
    }

    /// States why an invitation waits. `verified` is whether the address of the admin who reads this is
    /// verified, and `held` is why the organization cannot send it.
    pub const fn waiting(verified: bool, held: Option<TeamError>) -> &'static str {
        match held {
            Some(TeamError::NoSeat(_)) => "It isn’t sent yet, because your plan has no free seat.",
            Some(_) => "It isn’t sent yet, because your organization needs a plan first.",
            None if verified => "It isn’t sent yet. Send it if you want them to join.",
            None => "We’ll send it as soon as you verify your email address.",
        }
    }

    pub fn inviter_no_longer_admin(inviter: &str) -> String {
        format!("{inviter} is no longer an admin. Resend the invitation in your own name.")
    }

    pub const fn status(status: InvitationStatus) -> &'static str {
        match status {
            InvitationStatus::Sending => "Sending",
            InvitationStatus::Uncertain => "Delivery unknown",
            InvitationStatus::Waiting => "Waiting",
            InvitationStatus::Pending => "Pending",
            InvitationStatus::Failed => "Delivery failed",
            InvitationStatus::Expired => "Expired",
        }
    }
}

pub mod leave {
    pub const TITLE: &str = "Leave";
    pub const ALONE: &str = "You’re the only person here. You’ll lose access immediately, and no one will be able to invite you back.";
    pub const SUBSCRIBED: &str = "You’re the only person here. Cancel your subscription before you leave.";
    pub const PLAN: &str = "Plan & details";
    pub const WITH_OTHERS: &str = "You’ll lose access immediately. An admin can invite you again.";

    pub fn submit(org: &str) -> String {
        format!("Leave {org}")
    }
}

pub mod unverified {
    pub const NOTE: &str = "Verify your email address";

    pub const fn text(address: &str) -> [&str; 3] {
        [
            "You can write invitations now. We’ll send them as soon as you open, in this browser, the link in the \
             welcome email to ",
            address,
            ". Didn’t get it? We’ll email you a sign-in link, which verifies your address too.",
        ]
    }
}

pub mod errors {
    use super::{INVITATIONS_OF_ORG, MAX_ADMINS, MAX_OPEN_INVITATIONS, MAX_SENDS, seats};

    pub const ALREADY_MEMBER: &str = "This person is already a member.";
    pub const ALREADY_INVITED: &str =
        "This person has already been invited. You can resend the invitation below.";
    pub const INVITER_GONE: &str =
        "The person who sent this invitation is no longer an admin. Resend it yourself.";
    pub const SUBSCRIBED: &str =
        "You’re the only person here, and your subscription would keep running. Cancel it first.";
    pub const LAST_ADMIN: &str = "This person is the only admin. Make someone else an admin first.";

    pub fn no_seat(number: usize) -> String {
        format!(
            "Your plan has {}, and none is free. Change to a plan with more seats to invite people.",
            seats::count(number)
        )
    }

    pub fn too_many_open() -> String {
        format!(
            "You have {MAX_OPEN_INVITATIONS} pending invitations, the maximum. Revoke one, or wait until one is accepted \
             or expires."
        )
    }

    pub fn sent_too_often() -> String {
        format!(
            "We’ve emailed this invitation {MAX_SENDS} times, the maximum. Ask them to look for the latest \
             email, or invite another address. You can invite them again after it expires."
        )
    }

    pub fn too_many_admins() -> String {
        format!("An organization can have at most {MAX_ADMINS} admins.")
    }

    pub fn org_limit(retry: &str) -> String {
        format!("You can send at most {} invitations per day. {retry}", INVITATIONS_OF_ORG.max)
    }

    pub fn address_limit(retry: &str) -> String {
        format!(
            "We can’t send more invitations to this address right now. Ask the person to look for the latest \
             one. {retry}"
        )
    }
}
