use domain::{address::Address, people::Role};
use web::{FieldError, Fields, Problem};

/// What is asked for. Ids are as they came from outside: what is wrong with them is told to those alone who may ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Invite an address, which the fields name.
    Invite,
    /// Mail an invitation once more.
    Resend(String),
    /// Take an invitation back.
    Revoke(String),
    /// Give somebody the role that the fields name.
    Appoint(String),
    /// Remove somebody.
    Remove(String),
    /// Go.
    Leave,
}

/// Who is invited, and to what.
#[derive(Debug)]
pub struct InviteIn {
    pub address: Address,
    pub role: Role,
}

impl InviteIn {
    /// Reads the form. A role that is left out is the lesser one.
    pub fn parse(fields: &Fields) -> Result<Self, Problem> {
        let typed = fields.get("email").unwrap_or_default();
        let address = match Address::parse(typed) {
            Ok(address) => Ok(address),
            Err(_) if typed.trim().is_empty() => {
                Err(FieldError::new("email", "required", "Enter their email address."))
            }
            Err(fault) => Err(FieldError::new("email", "invalid", fault.to_string())),
        };
        let role = if fields.get("role").is_none() { Ok(Role::Member) } else { parse_role(fields) };
        match (address, role) {
            (Ok(address), Ok(role)) => Ok(Self { address, role }),
            (address, role) => {
                Err(Problem::invalid([address.err(), role.err()].into_iter().flatten().collect()))
            }
        }
    }
}

/// The role that the fields name.
pub fn parse_role(fields: &Fields) -> Result<Role, FieldError> {
    let role = fields.get("role").and_then(Role::parse);
    role.ok_or_else(|| FieldError::new("role", "invalid", "Choose admin or member."))
}
