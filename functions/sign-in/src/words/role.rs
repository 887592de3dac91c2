//! Names of the roles.

pub const ADMIN: &str = "Admin";
pub const MEMBER: &str = "Member";
