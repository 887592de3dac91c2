//! People: users and their sessions, members and their invitations, and operators.

mod address;
mod invitation;
mod name;
mod operator;
mod reason;
mod team;
mod user;

pub use address::{Address, AddressError};
pub use invitation::{
    INVITATION_TTL, Invitation, InvitationId, InvitationStatus, MAX_OPEN_INVITATIONS, MAX_SENDS, RESEND_DELAY,
};
pub use name::{Name, NameError};
pub use operator::{ActionRecord, Operator, OperatorError, Operators};
pub use reason::{Reason, ReasonError};
pub use team::{Membership, Team, TeamError};
pub use user::{
    Admin, FRESH_SIGN_IN, Joins, LAST_SEEN_INTERVAL, LINK_REPEAT_PERIOD, Member, NotAToken,
    ORG_CREATION_GRANT_TTL, Role, SESSION_IDLE_TIMEOUT, SESSION_MAX_AGE, SIGN_IN_LINK_TTL,
    SWITCH_GRACE_PERIOD, Session, SessionToken, User,
};
