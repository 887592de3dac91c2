use maud::{DOCTYPE, Markup, Render, html};

use super::{assets, icon::mark};

/// A whole page: the shell around `main`.
#[derive(Clone, Debug)]
pub struct Page<'a> {
    /// The product's name.
    pub product: &'a str,
    /// What the page is about, as "Getting started".
    pub title: &'a str,
    /// Who looks at it; none before signing in.
    pub person: Option<Person<'a>>,
    /// How wide it may grow.
    pub width: Width,
    /// Its content, with one `h1`.
    pub main: Markup,
}

/// Who looks at a page.
#[derive(Clone, Copy, Debug)]
pub struct Person<'a> {
    /// Their name.
    pub name: &'a str,
    /// The organization that they are signed in to.
    pub organization: &'a str,
    /// Whether they see what only admins see.
    pub admin: bool,
    /// Where they are, if it is a place of the menu.
    pub here: Option<NavItem>,
}

/// A place of the menu.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NavItem {
    /// The organization's dashboard.
    Dashboard,
    /// The setup checklist, for admins.
    Checklist,
    /// Who belongs to the organization.
    Members,
    /// The help.
    Guide,
}

impl NavItem {
    const ALL: [Self; 4] = [Self::Dashboard, Self::Checklist, Self::Members, Self::Guide];

    const fn label(self) -> &'static str {
        match self {
            Self::Dashboard => "Dashboard",
            Self::Checklist => "Setup",
            Self::Members => "Members",
            Self::Guide => "Guide",
        }
    }

    const fn path(self) -> &'static str {
        match self {
            Self::Dashboard => "/dashboard",
            Self::Checklist => "/onboarding/checklist",
            Self::Members => "/members",
            Self::Guide => "/onboarding/guide",
        }
    }
}

/// How wide a page may grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// A form or a message.
    Narrow,
    /// A text or a list.
    Reading,
    /// Two columns.
    Wide,
}

impl Width {
    const fn class(self) -> &'static str {
        match self {
            Self::Narrow => "main-narrow",
            Self::Reading => "main-reading",
            Self::Wide => "main-wide",
        }
    }
}

impl Page<'_> {
    /// Whether it follows what is ticked elsewhere while it is open: where an admin sees the checklist or its widget.
    fn follows(&self) -> bool {
        let shows =
            |person: &Person<'_>| matches!(person.here, Some(NavItem::Dashboard | NavItem::Checklist));
        self.person.as_ref().is_some_and(|person| person.admin && shows(person))
    }
}

impl Render for Page<'_> {
    fn render(&self) -> Markup {
        let organization = self.person.map(|person| person.organization);
        let title = [Some(self.title), organization, Some(self.product)]
            .into_iter()
            .flatten()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" · ");
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (title) }
                    link rel="icon" type="image/svg+xml" href=(assets::ICON.path());
                    link rel="stylesheet" href=(assets::STYLE.path());
                    script src=(assets::SCRIPT.path()) defer {}
                    @if self.follows() { script src=(assets::LIVE_SCRIPT.path()) defer {} }
                }
                body {
                    a class="skip-link" href="#main" { "Skip to content" }
                    (header(self.product, self.person.as_ref()))
                    main id="main" class=(self.width.class()) tabindex="-1" { (self.main) }
                    (footer(self.product))
                }
            }
        }
    }
}

/// The line above every page: where one is, where one can go, and the way out.
fn header(product: &str, person: Option<&Person<'_>>) -> Markup {
    html! {
        header class="top" {
            div class="top-line" {
                a class="brand" href=(if person.is_some() { "/dashboard" } else { "/" }) {
                    (mark())
                    @if product.is_empty() { span { "Home" } } @else { span { (product) } }
                }
                @if let Some(person) = person {
                    a class="top-org" href="/account" title="Your account and organizations" {
                        (person.organization)
                    }
                    nav class="menu" aria-label="Main" {
                        @for place in NavItem::ALL {
                            @if place != NavItem::Checklist || person.admin {
                                a href=(place.path()) aria-current=[(person.here == Some(place)).then_some("page")] {
                                    (place.label())
                                }
                            }
                        }
                    }
                    div class="me" {
                        a class="me-name" href="/account" { (person.name) }
                        form method="post" action="/logout" {
                            button class="button button-quiet" type="submit" { "Sign out" }
                        }
                    }
                }
            }
        }
    }
}

fn footer(product: &str) -> Markup {
    html! {
        footer class="bottom" {
            div class="bottom-line" {
                span { (product) }
                nav aria-label="Help" { a href="/onboarding/guide" { "Setup guide" } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(person: Option<Person<'_>>) -> String {
        let main = html! { h1 { "Getting started" } };
        Page { product: "TimeTracker", title: "Getting started", person, width: Width::Reading, main }
            .render()
            .into_string()
    }

    const JO: Person<'_> =
        Person { name: "Jo", organization: "Acme <b>Corp", admin: true, here: Some(NavItem::Checklist) };

    #[test]
    fn the_title_says_what_whose_and_where() {
        let title = "<title>Getting started · Acme &lt;b&gt;Corp · TimeTracker</title>";
        assert!(page(Some(JO)).contains(title));
        assert!(page(None).contains("<title>Getting started · TimeTracker</title>"));
    }

    #[test]
    fn the_menu_shows_what_the_person_may_open() {
        let admin = page(Some(JO));
        assert!(admin.contains(r#"<a href="/onboarding/checklist" aria-current="page">Setup</a>"#));
        assert!(admin.contains("Sign out"));
        assert!(!page(Some(Person { admin: false, here: None, ..JO })).contains("/onboarding/checklist"));
        assert!(!page(None).contains("Sign out"));
    }

    #[test]
    fn where_an_admin_sees_progress_the_page_follows_it() {
        let follows = |person| page(person).contains("/assets/live-");
        assert!(follows(Some(JO)));
        assert!(!follows(Some(Person { admin: false, ..JO })), "who may not ask would only be refused");
        assert!(!follows(Some(Person { here: Some(NavItem::Members), ..JO })) && !follows(None));
    }

    #[test]
    fn nothing_is_inline() {
        let page = page(Some(JO));
        for forbidden in ["style=", "<style", "onclick", "javascript:"] {
            assert!(!page.contains(forbidden), "{forbidden}");
        }
    }
}
