//! Pages that ask before a change.

pub const CANCEL: &str = "Cancel";

pub const REMOVE: &str = "They’ll lose access immediately. You can invite them again.";
pub const REVOKE: &str = "The link in their email will no longer work. You can invite them again.";
pub const END_ALL: &str =
    "You’ll be signed out in every browser, including this one. To sign in again, you need a link by email.";

/// Heading of a page. `change` is a change such as "Leave Acme".
pub fn question(change: &str) -> String {
    format!("{change}?")
}

pub fn remove(name: &str, org: &str) -> String {
    format!("Remove {name} from {org}")
}

pub fn revoke(address: &str) -> String {
    format!("Revoke the invitation to {address}")
}
