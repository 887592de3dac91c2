//! The routes of the server API.

mod base;
mod change_user;
mod checklist;
mod create;
mod import;
mod list;
mod member;
mod organization;
mod people;
mod portal_link;
mod provisioning;
mod trial;

pub use base::base;
pub use change_user::change_user;
pub use checklist::{checklist, complete_task, skip_task, unskip_task};
pub use create::create;
pub use list::list;
pub use member::{add_member, put_member, remove_member};
pub use organization::{change, parse_external_id, parse_name, show};
pub use people::{find_user, members, user};
pub use portal_link::create_portal_link;
pub use provisioning::report_step;
pub use trial::extend_trial;
