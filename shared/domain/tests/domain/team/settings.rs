//! Changing the settings of an organization.

use domain::{
    org::{Language, Settings},
    people::{Name, TeamError},
    time::Zone,
};

use super::people::{admin, pending, trialing};
use crate::fixture::at;

#[test]
fn settings_change_unless_only_billing_is_allowed() {
    let settings = Settings {
        name: Name::parse("Acme Group").unwrap(),
        zone: Zone::named("Europe/Berlin"),
        language: Language::English,
    };
    let mut ended = trialing();
    ended.change_settings(&admin(0), settings.clone(), at(90 * 24 * 3600)).unwrap();
    assert_eq!((ended.name.as_str(), ended.zone.name()), ("Acme Group", "Europe/Berlin"));
    let (mut unpaid, before) = (pending(), pending());
    let rejected = unpaid.change_settings(&admin(0), settings, at(0));
    assert_eq!((rejected, unpaid), (Err(TeamError::NoAccess(before.status(at(0)))), before));
}

#[test]
fn language_parses_its_own_tag() {
    for language in Language::ALL {
        assert_eq!(Language::parse(language.as_str()), Some(language));
    }
    for unknown in ["", "EN", "de", "en-US"] {
        assert_eq!(Language::parse(unknown), None, "{unknown}");
    }
}
