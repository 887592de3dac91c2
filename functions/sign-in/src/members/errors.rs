use domain::{
    id::OrgId,
    invitation::{MOST_OPEN, MOST_SENDS},
    limit::{INVITATIONS_OF_ORG, RateLimitWindow},
    org::MOST_ADMINS,
    team::TeamError,
};
use jiff::Timestamp;
use serde_json::json;
use web::{FieldError, Kind, Problem};

/// Where an admin proves an address, and comes back here.
const SIGN_IN: &str = "/login?next=/members";

/// What a refusal is told as. `org` is whose plans would help, `origin` our own.
pub fn to_problem(refusal: TeamError, origin: &str, org: OrgId) -> Problem {
    let of_address =
        |code, message: &str| Problem::invalid(vec![FieldError::new("email", code, message.to_owned())]);
    let conflict = |detail: String| Problem::new(Kind::Conflict, detail);
    match refusal {
        TeamError::NoAccess(_) => Problem::payment_required(&format!("{origin}/organizations/{org}")),
        TeamError::Unverified => Problem::new(Kind::Forbidden, UNPROVEN).with("sign_in_url", json!(SIGN_IN)),
        TeamError::AlreadyMember => of_address("already_member", "This person is a member already."),
        TeamError::AlreadyInvited => of_address(
            "already_invited",
            "This person is invited already. You can send the invitation again below.",
        ),
        TeamError::TooManyOpen => conflict(format!(
            "{MOST_OPEN} invitations wait to be accepted. Revoke one, or wait until one is accepted or expires."
        )),
        TeamError::SentTooOften => conflict(format!(
            "This person was mailed an invitation {MOST_SENDS} times. Ask them to look for the newest mail, or invite \
             another address. Once the invitation has expired, you can invite them anew."
        )),
        TeamError::InviterGone => conflict(
            "Whoever sent this invitation is no admin any more. Send it again, and it counts.".to_owned(),
        ),
        TeamError::TooManyAdmins => conflict(format!("An organization has at most {MOST_ADMINS} admins.")),
        TeamError::LastAdmin => {
            conflict("This is the only admin. Make somebody else an admin first.".to_owned())
        }
    }
}

/// What somebody is told who had invitations mailed often. Whether others invite the same address is not for them.
pub fn mailed_enough(window: &RateLimitWindow, now: Timestamp) -> Problem {
    let words = if window.limit == INVITATIONS_OF_ORG {
        format!("No more than {} invitations a day are mailed.", INVITATIONS_OF_ORG.max)
    } else {
        "This address gets no more invitations for now. Ask the person to look for the newest one.".to_owned()
    };
    let mut problem = Problem::too_many(window.retry_after(now)).because(window.limit.name);
    problem.detail = format!("{words} {}", problem.detail).into();
    problem
}

/// Why an admin cannot invite yet.
pub const UNPROVEN: &str =
    "Prove your email address before you invite others: sign in once by a mailed link.";

/// Whether that is what somebody is told.
pub fn is_unverified(problem: &Problem) -> bool {
    problem.extra.iter().any(|(name, _)| *name == "sign_in_url")
}
