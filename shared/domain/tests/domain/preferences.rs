//! What a user collapses or hides, and the urgency of a trial's end.

use domain::{
    org::Org,
    people::{Preferences, ViewCommand},
    time::Zone,
    trial::{EndDay, UrgencyStep},
};

use crate::fixture::{day, org, trialing};

const HOUR: i64 = 3600;

/// The trial ends on January 22, 2025, at 10:00 UTC.
#[test]
fn urgency_rises_with_the_days_and_on_the_last_calendar_day() {
    use EndDay::{Later, Today, Tomorrow};
    use UrgencyStep::{Calm, LastDay, Notice, Warning};
    for (zone, days, seconds, expected) in [
        ("UTC", 0, 0, Some((Calm, Later))),
        ("UTC", 7, -1, Some((Calm, Later))),
        ("UTC", 7, 0, Some((Notice, Later))),
        ("UTC", 11, -1, Some((Notice, Later))),
        ("UTC", 11, 0, Some((Warning, Later))),
        ("UTC", 13, -10 * HOUR - 1, Some((Warning, Later))),
        ("UTC", 13, -10 * HOUR, Some((Warning, Tomorrow))),
        ("UTC", 14, -10 * HOUR - 1, Some((Warning, Tomorrow))),
        ("UTC", 14, -10 * HOUR, Some((LastDay, Today))),
        // The trial ends at midnight, so on the next day.
        ("Pacific/Kiritimati", 14, -1, Some((Warning, Tomorrow))),
        ("Pacific/Kiritimati", 13, -1, Some((Warning, Later))),
        ("America/Los_Angeles", 14, -3 * HOUR, Some((Warning, Tomorrow))),
        ("UTC", 14, 0, None),
    ] {
        let org = Org { zone: Zone::named(zone), ..trialing() };
        let urgency = org.trial_urgency(day(days, seconds)).map(|urgency| (urgency.step, urgency.day));
        assert_eq!(urgency, expected, "{zone}, day {days}, {seconds} s");
    }
    assert_eq!(org().trial_urgency(day(0, 0)), None, "there is no trial");
}

#[test]
fn hidden_banner_stays_hidden_until_a_later_step() {
    let mut acme = trialing();
    let mut jo = Preferences::default();
    assert!(!jo.hides_banner(&acme, day(0, 0)));
    // The page was open for days: the user has not seen the current step.
    jo.apply(ViewCommand::HideBanner(UrgencyStep::Calm), &acme, day(8, 0));
    assert!(jo.hides_banner(&acme, day(1, 0)) && !jo.hides_banner(&acme, day(8, 0)));
    jo.apply(ViewCommand::HideBanner(UrgencyStep::Notice), &acme, day(8, 0));
    assert!(jo.hides_banner(&acme, day(8, 0)) && !jo.hides_banner(&acme, day(12, 0)));

    let other = Org { id: crate::fixture::globex(), ..acme.clone() };
    assert!(!jo.hides_banner(&other, day(8, 0)), "another organization has its own banner");
    if let Some(trial) = &mut acme.trial {
        trial.ends_at = day(16, 0);
    }
    assert!(!jo.hides_banner(&acme, day(10, 0)), "the trial was extended");
}

#[test]
fn banner_cannot_be_hidden_without_a_trial() {
    let mut jo = Preferences::default();
    jo.apply(ViewCommand::HideBanner(UrgencyStep::LastDay), &trialing(), day(14, 0));
    assert_eq!(jo, Preferences::default());
}

#[test]
fn view_commands_have_names() {
    for (name, command) in [
        ("collapse", Some(ViewCommand::CollapseWidget)),
        ("expand", Some(ViewCommand::ExpandWidget)),
        ("hide-calm", Some(ViewCommand::HideBanner(UrgencyStep::Calm))),
        ("hide-last-day", Some(ViewCommand::HideBanner(UrgencyStep::LastDay))),
        ("hide-", None),
        ("hide", None),
        ("", None),
    ] {
        assert_eq!(ViewCommand::parse(name), command, "{name}");
    }
    let (mut jo, org) = (Preferences::default(), trialing());
    jo.apply(ViewCommand::CollapseWidget, &org, day(0, 0));
    assert!(jo.widget_collapsed);
    jo.apply(ViewCommand::ExpandWidget, &org, day(0, 0));
    assert_eq!(jo, Preferences::default());
}
