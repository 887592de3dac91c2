//! People: users and their sessions, members and their invitations, and operators.

mod address;
mod host_team;
mod invitation;
mod invitation_status;
mod link;
mod member;
mod membership;
mod membership_change;
mod name;
mod operator;
mod portal_link;
mod preferences;
mod reason;
mod return_url;
mod session;
mod team;
mod team_error;
mod user;
mod view_command;

pub use address::{Address, AddressError};
pub use invitation::{
    INVITATION_RETENTION, INVITATION_TTL, Invitation, MAX_OPEN_INVITATIONS, MAX_SENDS, RESEND_DELAY,
};
pub use invitation_status::{InvitationId, InvitationStatus};
pub use link::{
    HANDOFF_TOKEN_TTL, IssuedSecret, ORG_CREATION_GRANT_TTL, SIGN_IN_LINK_TTL, SIGN_IN_REQUEST_RETENTION,
    UNSUBSCRIBE_LINK_TTL, UsedLink, VERIFY_LINK_TTL,
};
pub use member::{Admin, Member};
pub use membership::{Membership, Role};
pub use membership_change::{MemberDetails, MembershipChange, MembershipChangeKind};
pub(crate) use name::is_invisible;
pub use name::{Name, NameError};
pub use operator::{ActionRecord, Operator, OperatorError, Operators};
pub use portal_link::{PORTAL_LINK_TTL, PortalLink, PortalPage};
pub use preferences::{HiddenBanner, Preferences};
pub use reason::{Reason, ReasonError};
pub use return_url::{NotAReturnUrl, ReturnUrl};
pub use session::{
    FRESH_SIGN_IN, IdleTimeout, LAST_SEEN_INTERVAL, NotAToken, PORTAL_SESSION_MAX_AGE, SESSION_MAX_AGE,
    SWITCH_GRACE_PERIOD, Session, SessionToken,
};
pub use team::Team;
pub use team_error::TeamError;
pub use user::{Joins, User};
pub use view_command::ViewCommand;
