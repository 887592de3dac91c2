//! Values that several tests use.

use domain::{
    org::{AdminContact, Org},
    people::{Address, Name},
    time::Zone,
};
use jiff::Timestamp;

/// Returns the organization Acme in Berlin, which Jo Doe signs up at `now`.
pub fn acme(now: Timestamp) -> Org {
    let user = "usr_0198c0de-0000-7000-8000-000000000002".parse().unwrap();
    let name = Name::parse("Jo Doe").unwrap();
    let founder = AdminContact::new(user, name, Address::parse("jo@example.com").unwrap());
    let id = "org_0198c0de-0000-7000-8000-000000000001".parse().unwrap();
    Org::sign_up(id, Name::parse("Acme").unwrap(), Zone::named("Europe/Berlin"), founder, now)
}
