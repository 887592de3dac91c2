//! The layout of every page: head, header with menu, and footer.

use maud::{DOCTYPE, Markup, Render, html};

use crate::words::page as words;
use crate::{assets, icon::mark};

/// A complete HTML page: the layout around `main`.
#[derive(Clone, Debug)]
pub struct Page<'a> {
    /// The product's name; empty shows "Home" instead.
    pub product: &'a str,
    /// The topic of the page, such as "Getting started".
    pub title: &'a str,
    /// The signed-in user; `None` shows neither menu nor account.
    pub person: Option<Person<'a>>,
    /// The maximum width of the content.
    pub width: Width,
    /// The content, with exactly one `h1`.
    pub main: Markup,
}

/// The signed-in user of a page.
#[derive(Clone, Copy, Debug)]
pub struct Person<'a> {
    /// The user's name as the header shows it.
    pub name: &'a str,
    /// The name of the organization that the user is signed in to.
    pub organization: &'a str,
    /// Whether the user is an admin. Only admins see the menu items of the checklist and of the
    /// settings.
    pub admin: bool,
    /// The menu item that leads to this page, or `None` if no menu item does.
    pub here: Option<NavItem>,
    /// Where the user came from, if they came from the host app.
    pub back: Option<BackLink<'a>>,
}

/// The link that leads a user back to the host app.
#[derive(Clone, Copy, Debug)]
pub struct BackLink<'a> {
    /// The absolute URL of the page.
    pub url: &'a str,
    /// The name of its host, which the link shows.
    pub host: &'a str,
}

/// An item of the main menu.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NavItem {
    /// The dashboard of the organization.
    Dashboard,
    /// The setup checklist, only for admins.
    Checklist,
    /// The members of the organization.
    Members,
    /// The settings of the organization, only for admins.
    Settings,
    /// The setup guide, which is public.
    Guide,
}

impl NavItem {
    const ALL: [Self; 5] = [Self::Dashboard, Self::Checklist, Self::Members, Self::Settings, Self::Guide];

    /// Returns whether only admins see the item.
    const fn is_for_admins(self) -> bool {
        matches!(self, Self::Checklist | Self::Settings)
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Dashboard => words::DASHBOARD,
            Self::Checklist => words::CHECKLIST,
            Self::Members => words::MEMBERS,
            Self::Settings => words::SETTINGS,
            Self::Guide => words::GUIDE,
        }
    }

    const fn path(self) -> &'static str {
        match self {
            Self::Dashboard => "/dashboard",
            Self::Checklist => "/onboarding/checklist",
            Self::Members => "/members",
            Self::Settings => "/settings",
            Self::Guide => "/onboarding/guide",
        }
    }
}

/// The maximum width of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// For a form or a message.
    Narrow,
    /// For a text or a list.
    Reading,
    /// For content in two columns.
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
    /// Returns whether the page loads the script that updates the page when a task is completed in
    /// another place, such as another browser or the host app.
    ///
    /// Only pages on which an admin sees the checklist or its progress load this script.
    fn has_live_updates(&self) -> bool {
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
                    @if self.person.is_none() && !self.product.is_empty() {
                        (preview(self.product, &title))
                    }
                    link rel="icon" type="image/svg+xml" href=(assets::ICON.path());
                    link rel="stylesheet" href=(assets::STYLE.path());
                    script src=(assets::SCRIPT.path()) defer {}
                    @if self.has_live_updates() { script src=(assets::LIVE_SCRIPT.path()) defer {} }
                }
                body {
                    a class="skip-link" href="#main" { (words::SKIP_TO_CONTENT) }
                    (header(self.product, self.person.as_ref()))
                    main id="main" class=(self.width.class()) tabindex="-1" { (self.main) }
                    (footer(self.product))
                }
            }
        }
    }
}

/// Renders what search engines and chat programs show of a public page (the Open Graph protocol).
fn preview(product: &str, title: &str) -> Markup {
    let description = words::description(product);
    html! {
        meta name="description" content=(description);
        meta property="og:type" content="website";
        meta property="og:site_name" content=(product);
        meta property="og:title" content=(title);
        meta property="og:description" content=(description);
    }
}

/// Renders the header: logo, organization, menu, and sign-out.
fn header(product: &str, person: Option<&Person<'_>>) -> Markup {
    html! {
        header class="top" {
            div class="top-line" {
                a class="brand" href=(if person.is_some() { "/dashboard" } else { "/" }) {
                    (mark())
                    @if product.is_empty() { span { (words::HOME) } } @else { span { (product) } }
                }
                @if let Some(person) = person {
                    a class="top-org" href="/account" title=(words::ACCOUNT) {
                        (person.organization)
                    }
                    @if let Some(back) = person.back {
                        a class="top-back" href=(back.url) {
                            span aria-hidden="true" { "←" } " " (words::back_to(back.host))
                        }
                    }
                    nav class="menu" aria-label=(words::MAIN_MENU) {
                        @for item in NavItem::ALL {
                            @if person.admin || !item.is_for_admins() {
                                a href=(item.path()) aria-current=[(person.here == Some(item)).then_some("page")] {
                                    (item.label())
                                }
                            }
                        }
                    }
                    div class="me" {
                        a class="me-name" href="/account" { (person.name) }
                        form method="post" action="/logout" {
                            button class="button button-quiet" type="submit" { (words::SIGN_OUT) }
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
                nav aria-label=(words::HELP_MENU) { a href="/onboarding/guide" { (words::SETUP_GUIDE) } }
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

    const JO: Person<'_> = Person {
        name: "Jo",
        organization: "Acme <b>Corp",
        admin: true,
        here: Some(NavItem::Checklist),
        back: None,
    };

    #[test]
    fn title_has_topic_organization_and_product() {
        let title = "<title>Getting started · Acme &lt;b&gt;Corp · TimeTracker</title>";
        assert!(page(Some(JO)).contains(title));
        assert!(page(None).contains("<title>Getting started · TimeTracker</title>"));
    }

    #[test]
    fn only_public_pages_describe_themselves_for_previews() {
        for (person, described) in [(None, true), (Some(JO), false)] {
            let page = page(person);
            assert_eq!(page.contains(r#"property="og:description""#), described);
            assert_eq!(page.contains(r#"name="description""#), described);
        }
    }

    #[test]
    fn home_link_shows_the_logo_and_the_product() {
        for (person, href) in [(Some(JO), "/dashboard"), (None, "/")] {
            let page = page(person);
            let (_, link) = page.split_once(&format!(r#"<a class="brand" href="{href}">"#)).unwrap();
            let (link, _) = link.split_once("</a>").unwrap();
            assert!(link.contains("<svg") && link.contains(r#"aria-hidden="true""#), "{link}");
            assert!(link.ends_with("<span>TimeTracker</span>"), "{link}");
        }
    }

    #[test]
    fn menu_shows_only_accessible_items() {
        let admin = page(Some(JO));
        assert!(admin.contains(r#"<a href="/onboarding/checklist" aria-current="page">Setup</a>"#));
        assert!(admin.contains("Sign out"));
        for path in ["/onboarding/checklist", "/settings"] {
            assert!(admin.contains(path), "{path}");
            assert!(!page(Some(Person { admin: false, here: None, ..JO })).contains(path), "{path}");
        }
        assert!(!page(None).contains("Sign out"));
    }

    #[test]
    fn header_leads_back_to_the_host_app() {
        let url = "https://app.example.com/a?b=1&c=\"2\"";
        let shown = page(Some(Person { back: Some(BackLink { url, host: "app.example.com" }), ..JO }));
        assert!(shown.contains(r#"href="https://app.example.com/a?b=1&amp;c=&quot;2&quot;""#), "{shown}");
        assert!(shown.contains("Back to app.example.com"), "{shown}");
        assert!(!page(Some(JO)).contains("Back to"));
    }

    #[test]
    fn only_admin_pages_with_progress_have_live_updates() {
        let has_live_updates = |person| page(person).contains("/assets/live-");
        assert!(has_live_updates(Some(JO)));
        assert!(!has_live_updates(Some(Person { admin: false, ..JO })), "the API rejects members");
        assert!(
            !has_live_updates(Some(Person { here: Some(NavItem::Members), ..JO })) && !has_live_updates(None)
        );
    }

    #[test]
    fn page_has_no_inline_style_or_script() {
        let page = page(Some(JO));
        for forbidden in ["style=", "<style", "onclick", "javascript:"] {
            assert!(!page.contains(forbidden), "{forbidden}");
        }
    }
}
