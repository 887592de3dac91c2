//! Membership changes: inviting, accepting, changing roles, leaving, and removing.
mod correction;
mod invitations;
mod people;
mod roles;
mod seats;
mod settings;
