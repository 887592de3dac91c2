//! Every text that users read, by page: headings, labels, form errors, and problem details.
//!
//! A text with highlighted values is an array of parts. [`emphasized`](crate::pages::emphasized)
//! shows the parts at odd indexes, which are the values, in bold.

/// Title and button of the pages that sign a user in.
pub const SIGN_IN: &str = "Sign in";
/// Button that emails a sign-in link to the address that the page names.
pub const EMAIL_LINK: &str = "Email me the link";
/// Heading of an expired or used link.
pub const LINK_NO_LONGER_WORKS: &str = "This link no longer works";
/// Heading of the note for a user whose email address is not verified.
pub const VERIFY_FIRST: &str = "First, verify your email address";
/// Title of the page for a user whose email address is not verified.
pub const VERIFY_ADDRESS: &str = "Verify your email address";

/// Names of the roles.
pub mod role {
    pub const ADMIN: &str = "Admin";
    pub const MEMBER: &str = "Member";
}

/// Returns the title of a page whose form was rejected.
pub fn error_title(title: &str) -> String {
    format!("Error: {title}")
}

/// `/login`: the form that requests a sign-in link, and the page after it.
pub mod login {
    pub const LEAD: &str = "We’ll email you a sign-in link. No password needed.";
    pub const EMAIL: &str = "Email address";
    pub const EMAIL_REQUIRED: &str = "Enter your email address.";
    pub const SUBMIT: &str = "Send sign-in link";
    pub const NEW_HERE: &str = "New here?";
    pub const CREATE_ORG: &str = "Create an organization";

    /// The detail for a user who requests links too often while the latest link still works.
    pub fn latest_link_works(retry: &str) -> String {
        format!("The link in the latest email we sent still works. {retry}")
    }

    pub mod signed_in {
        pub const TITLE: &str = "You’re already signed in";
        pub const CONTINUE: &str = "Continue";

        pub const fn lead<'a>(name: &'a str, org: &'a str) -> [&'a str; 5] {
            ["You’re signed in as ", name, " in ", org, "."]
        }
    }

    pub mod sent {
        use domain::{people::SIGN_IN_LINK_TTL, time::in_words};

        pub const TITLE: &str = "Check your email";
        pub const NOT_RECEIVED: &str = "Didn’t get it?";
        pub const CHECK_SPAM: &str = "Wait a minute and check your spam folder, or";
        pub const TRY_ANOTHER: &str = "try another address";

        pub fn lead(address: &str) -> [String; 3] {
            let period = in_words(SIGN_IN_LINK_TTL);
            [
                "If ".to_owned(),
                address.to_owned(),
                format!(
                    " has an account, a sign-in link is on its way. You can use it once within {period}."
                ),
            ]
        }
    }
}

/// `/login/{token}`: a sign-in link.
pub mod link {
    use domain::{people::SIGN_IN_LINK_TTL, time::in_words};

    pub const REQUESTED_ELSEWHERE: &str = "Requested in another browser";
    /// The text before and after the time at which another browser requested the link.
    pub const REQUESTED_AT: [&str; 2] =
        ["This link was requested in another browser at ", ". Continue only if that was you."];
    pub const NOT_YOU: &str = "Not you? You can close this page. Nothing has changed.";
    pub const TRY_AGAIN: &str = "You just used this link. Didn’t get in? Try again.";
    pub const SEND_NEW: &str = "Send a new link";
    pub const EXPIRED: &str = "This link has expired or was already used. Request a new one.";

    pub fn title(product: &str) -> String {
        format!("Sign in to {product}")
    }

    pub fn expired_lead() -> String {
        let period = in_words(SIGN_IN_LINK_TTL);
        format!("Sign-in links can be used once within {period}. This one has expired or was already used.")
    }

    pub const fn lead(address: &str) -> [&str; 3] {
        ["This link signs you in as ", address, "."]
    }
}

/// The page for a verified user without an organization.
pub mod no_org {
    use domain::{people::ORG_CREATION_GRANT_TTL, time::in_words};

    pub const TITLE: &str = "You’re not in any organization";
    pub const INVITED: &str = "You have an invitation.";
    pub const ACCEPT: &str = "Accept invitation";
    pub const NAME: &str = "Organization";
    pub const NAME_HINT: &str = "You’ll choose a plan on the next page.";
    pub const NAME_HINT_TRIAL: &str =
        "It starts with a free trial if one is available. Otherwise, you’ll choose a plan on the next page.";
    pub const CREATE: &str = "Create organization";
    pub const PROBLEM: &str = "This account no longer belongs to an organization.";

    pub fn form_expires() -> String {
        format!("This form expires in {}.", in_words(ORG_CREATION_GRANT_TTL))
    }

    pub const fn lead(address: &str) -> [&str; 3] {
        [
            "Your account is ",
            address,
            ". You left your last organization or were removed from it. Ask an admin to invite you again, or \
             create your own.",
        ]
    }
}

/// `/invitations/{token}`: the pages of an invited person.
pub mod invitation {
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
        pub const BOTH_YOURS: &str =
            "If that’s also you, sign out here and open the link in the email again.";
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
}

/// `/account`: the user's organizations and sessions.
pub mod account {
    pub const TITLE: &str = "Your account";
    pub const ORGANIZATIONS: &str = "Organizations";
    pub const CREATE_ORG: &str = "Create another organization";
    pub const CURRENT: &str = "Current";
    pub const SWITCH: &str = "Switch";
    pub const SESSIONS: &str = "Active sessions";
    pub const SIGN_OUT_ALL: &str = "Sign out everywhere";
    /// Followed by the time at which the session started.
    pub const SIGNED_IN: &str = "Signed in";
    pub const THIS_BROWSER: &str = "This browser";
    /// Followed by the time at which the session was last used.
    pub const LAST_USED: &str = "Last used";
    pub const SIGN_OUT: &str = "Sign out";

    /// Accessible name of a button with the label [`SIGN_OUT`].
    pub fn sign_out_label(started: &str) -> String {
        format!("Sign out of the session from {started}")
    }

    /// Accessible name of a button with the label [`SWITCH`].
    pub fn switch_label(org: &str) -> String {
        format!("Switch to {org}")
    }

    pub mod unverified {
        pub const NOTE: &str = "Your email address isn’t verified yet";
        pub const TEXT: &str = "Use the sign-in link that we email you. Then you can invite others and create more organizations.";
    }
}

/// `/members`: the members of an organization and its invitations.
pub mod members {
    use domain::{
        limits::INVITATIONS_OF_ORG,
        org::MAX_ADMINS,
        people::{InvitationStatus, MAX_OPEN_INVITATIONS, MAX_SENDS, Role},
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
        pub const PLAN_NEEDED: &str = "Choose a plan to invite people";
        pub const PLAN_NEEDED_TEXT: &str = "You can’t invite new people without a plan.";
        pub const VIEW_PLANS: &str = "View plans";
        pub const EMAIL: &str = "Their email address";
        pub const EMAIL_REQUIRED: &str = "Enter their email address.";
        pub const ROLE: &str = "Role";
        pub const ROLE_INVALID: &str = "Choose admin or member.";
        pub const MEMBER_HINT: &str = "Can work in the organization.";
        pub const ADMIN_HINT: &str = "Can also invite people, manage setup, and pay.";
        pub const SUBMIT: &str = "Send invitation";

        pub fn email_hint() -> String {
            format!(
                "We’ll email them a link. Only they can use it. It’s valid for {}.",
                in_words(INVITATION_TTL)
            )
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
        use super::InvitationStatus;

        pub const TITLE: &str = "Invitations";
        pub const DELIVERY_UNKNOWN: &str =
            "We don’t know whether this email arrived. Ask them, or resend it.";
        pub const NO_SEAT: &str = "They can’t join until your plan has a free seat.";
        pub const RESEND: &str = "Resend";
        pub const REVOKE: &str = "Revoke";

        pub fn invited_by(inviter: &str, status: InvitationStatus, expires: &str) -> String {
            let verb = if status == InvitationStatus::Expired { "Expired" } else { "Expires" };
            format!("Invited by {inviter} · {verb} {expires}")
        }

        pub fn inviter_no_longer_admin(inviter: &str) -> String {
            format!("{inviter} is no longer an admin. Resend the invitation in your own name.")
        }

        pub const fn status(status: InvitationStatus) -> &'static str {
            match status {
                InvitationStatus::Sending => "Sending",
                InvitationStatus::Uncertain => "Delivery unknown",
                InvitationStatus::Waiting => "Pending",
                InvitationStatus::Failed => "Delivery failed",
                InvitationStatus::Expired => "Expired",
            }
        }
    }

    pub mod leave {
        pub const TITLE: &str = "Leave";
        pub const ALONE: &str = "You’re the only person here. You’ll lose access immediately, and no one will be \
                                 able to invite you back. If you have a subscription, cancel it first: it keeps \
                                 running after you leave.";
        pub const WITH_OTHERS: &str = "You’ll lose access immediately. An admin can invite you again.";

        pub fn submit(org: &str) -> String {
            format!("Leave {org}")
        }
    }

    pub mod unverified {
        pub const NOTE: &str =
            "Verify your email address before you invite others. Use the sign-in link that we email you.";

        pub const fn text(address: &str) -> [&str; 3] {
            ["We’ll email a sign-in link to ", address, ". Open it to continue."]
        }
    }

    pub mod errors {
        use super::{INVITATIONS_OF_ORG, MAX_ADMINS, MAX_OPEN_INVITATIONS, MAX_SENDS, seats};

        pub const ALREADY_MEMBER: &str = "This person is already a member.";
        pub const ALREADY_INVITED: &str =
            "This person has already been invited. You can resend the invitation below.";
        pub const INVITER_GONE: &str =
            "The person who sent this invitation is no longer an admin. Resend it yourself.";
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
}

/// `/mail/unsubscribe/{token}`: the link that stops trial reminders.
pub mod unsubscribe {
    pub mod stop {
        pub const TITLE: &str = "Stop trial reminders?";
        pub const SUBMIT: &str = "Stop trial reminders";
        pub const KEEP: &str = "Want to keep them? You can close this page. Nothing has changed.";

        pub const fn lead<'a>(address: &'a str, org: &'a str) -> [&'a str; 5] {
            [
                "If you stop them, ",
                address,
                " won’t get reminders before the trial of ",
                org,
                " ends. You’ll still get emails about sign-in, payments, and the end of the trial.",
            ]
        }
    }

    pub mod stopped {
        pub const TITLE: &str = "Trial reminders are off";
        pub const SUBMIT: &str = "Turn reminders back on";
        pub const CLOSE: &str = "You can close this page.";

        pub const fn lead<'a>(address: &'a str, org: &'a str) -> [&'a str; 5] {
            [
                "",
                address,
                " won’t get any more trial reminders for ",
                org,
                ". You’ll still get emails about sign-in, payments, and the end of the trial.",
            ]
        }
    }

    pub const EXPIRED_LEAD: &str = "This link has expired, or you’re no longer an admin of that organization. If \
                                    you still get reminders, use the link in the latest one.";
    pub const EXPIRED: &str = "This link has expired. Use the link in a more recent email.";
}
