//! The page with the settings of an organization.

use domain::{
    org::{Language, Org},
    time::Zone,
};
use jiff::Timestamp;
use maud::{Markup, Render, html};
use ui::{Field, NavItem, Page, Select, Tone, Weight, Width, access};
use web::auth::AuthenticatedUser;

use super::draft::Draft;
use crate::words::{self, settings as words_of};

/// View model of `/settings`.
pub struct SettingsPage<'a> {
    pub product: &'a str,
    pub caller: &'a AuthenticatedUser,
    pub draft: Draft<'a>,
}

impl SettingsPage<'_> {
    pub fn render(&self) -> Markup {
        let org = &self.caller.found.org.value;
        let may_change = org.may_change_team(self.caller.now).is_ok();
        let main = html! {
            h1 { (words_of::TITLE) }
            @if !may_change { (no_access(org, self.caller.now)) }
            form class="card form" method="post" action="/settings" novalidate {
                (self.draft.summary())
                (self.name(org))
                (self.zone(org))
                (self.language(org))
                @if may_change { div class="actions" { (ui::submit(Weight::Primary, words_of::SUBMIT)) } }
            }
        };
        let title = match self.draft.problem {
            Some(_) => words::error_title(words_of::TITLE),
            None => words_of::TITLE.to_owned(),
        };
        let person = Some(self.caller.person(Some(NavItem::Settings)));
        Page { product: self.product, title: &title, person, width: Width::Narrow, main }.render()
    }

    fn name(&self, org: &Org) -> Markup {
        Field {
            name: "name",
            kind: ui::Kind::Text,
            label: words_of::NAME,
            hint: Some(words_of::NAME_HINT),
            value: self.draft.value("name", org.name.as_str()),
            autocomplete: "organization",
            error: self.draft.error("name"),
        }
        .render()
    }

    /// Renders the list of time zones. It also contains the stored zone if that is not named after a
    /// place.
    fn zone(&self, org: &Org) -> Markup {
        let (mut names, stored) = (Zone::names(), org.zone.name());
        if names.iter().all(|name| name != stored) {
            names.push(stored.to_owned());
        }
        let choices: Vec<_> = names.iter().map(|name| (name.as_str(), name.as_str())).collect();
        Select {
            name: "time_zone",
            label: words_of::ZONE,
            hint: words_of::ZONE_HINT,
            empty_label: None,
            choices: &choices,
            selected: self.draft.value("time_zone", stored),
            error: self.draft.error("time_zone"),
        }
        .render()
    }

    fn language(&self, org: &Org) -> Markup {
        let choices = Language::ALL.map(|language| (language.as_str(), words_of::language(language)));
        Select {
            name: "language",
            label: words_of::LANGUAGE,
            hint: words_of::LANGUAGE_HINT,
            empty_label: None,
            choices: &choices,
            selected: self.draft.value("language", org.language.as_str()),
            error: self.draft.error("language"),
        }
        .render()
    }
}

/// Renders why no setting can be changed, with a link to the plans.
fn no_access(org: &Org, now: Timestamp) -> Markup {
    let plans = format!("/organizations/{}", org.id);
    let text = html! {
        p { (access::sentence(org.status(now))) }
        div class="actions" { (ui::link_button(Weight::Primary, &plans, access::VIEW_PLANS)) }
    };
    ui::note(Tone::Notice, "🔑", words_of::NO_ACCESS, &text)
}
