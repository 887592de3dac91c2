//! Pages of the sample product.

use maud::{DOCTYPE, Markup, html};

use super::{
    areas::{AREAS, Area, Entry},
    handoff_token::HostUser,
    words::{self, area as area_words, overview as overview_words},
};

/// Path at which the custom elements fetch an embed token.
pub(super) const TOKEN_PATH: &str = "/onramp-token";

/// Path at which the custom elements ask for a link that opens a page of Onramp.
pub(super) const PORTAL_PATH: &str = "/onramp-portal";

/// Path of the page for developers, which shows each way to integrate Onramp.
pub(super) const INTEGRATION: &str = "/integration";

/// Path of the page with the received webhooks.
pub(super) const RECEIVED: &str = "/webhooks";

/// Path of the page with the tenants and with the switch for provisioning steps.
pub(super) const TENANTS: &str = "/tenants";

/// Path of the product's own sign-up form.
pub(super) const SIGN_UP: &str = "/sign-up";

/// Number of entries per list on the start page.
const RECENT: usize = 5;

/// Renders the start page: the number of entries of each list, and the newest time entries and
/// projects. `path` is the path that the user opened.
pub(super) fn overview(user: &HostUser, lists: &[(&Area, Vec<Entry>)], onramp: &str, path: &str) -> Markup {
    let content = html! {
        header { h1 { (overview_words::greeting(&user.name)) } p.quiet { (overview_words::LEAD) } }
        @if path != "/" { p.quiet { (overview_words::OPENED) code { (path) } "." } }
        ul.totals {
            @for (area, entries) in lists {
                li { a href=(area.path) { span.quiet { (area.title) } strong { (entries.len()) } } }
            }
        }
        @for (area, entries) in lists.iter().take(2) {
            section {
                div.line { h2 { (area.title) } a.action href=(area.path) { (area.button) } }
                (list(area, entries.iter().take(RECENT)))
            }
        }
    };
    product(overview_words::TITLE, "/", user, &embedded(onramp, &content))
}

/// Renders the page of an area. `rejected` is the invalid name of the submitted form.
pub(super) fn area(
    area: &Area,
    user: &HostUser,
    entries: &[Entry],
    onramp: &str,
    rejected: Option<&str>,
) -> Markup {
    let saved = entries.first().filter(|_| area.is_setting).map(|entry| entry.name.as_str());
    let content = html! {
        header { h1 { (area.title) } p.quiet { (area.lead) } }
        section {
            form.add method="post" action=(area.path) {
                @if rejected.is_some() { p.error id="name-error" { (area_words::INVALID_NAME) } }
                label { span { (area.field) }
                    input id="name" name="name" value=[rejected.or(saved)] required maxlength="100" autocomplete="off"
                        aria-invalid=[rejected.map(|_| "true")] aria-describedby=[rejected.map(|_| "name-error")];
                }
                @if let Some(detail) = area.detail {
                    label.detail { span { (detail) " " small { (area_words::OPTIONAL) } }
                        input name="detail" maxlength="100" autocomplete="off";
                    }
                }
                button.primary { (area.button) }
            }
            @if area.is_setting { p.quiet { @match entries.first() {
                Some(entry) => (area_words::saved_by(&entry.by)),
                None => (area.empty),
            } } }
        }
        @if !area.is_setting { section { (list(area, entries.iter())) } }
    };
    product(area.title, area.path, user, &embedded(onramp, &content))
}

fn list<'a>(area: &Area, entries: impl ExactSizeIterator<Item = &'a Entry>) -> Markup {
    html! {
        @if entries.len() == 0 { p.quiet { (area.empty) } }
        @else { ul.entries { @for entry in entries {
            li { strong { (entry.name) } span { (entry.detail) } span.quiet { (entry.by) } }
        } } }
    }
}

/// Puts Onramp's banner above the content of a page, and the checklist beside it.
fn embedded(onramp: &str, content: &Markup) -> Markup {
    html! {
        trial-banner token-url=(TOKEN_PATH) portal-url=(PORTAL_PATH) {}
        div.columns {
            main { (content) }
            aside aria-label=(words::frame::ONBOARDING) { onboarding-widget token-url=(TOKEN_PATH) portal-url=(PORTAL_PATH) {} }
        }
        script src={ (onramp) "/assets/onboarding.js" } defer {}
    }
}

/// Renders a page of a signed-in user, with the navigation. `here` is its path.
pub(super) fn product(title: &str, here: &str, user: &HostUser, content: &Markup) -> Markup {
    let to = |path: &str, title: &str| {
        html! { a href=(path) aria-current=[(path == here).then_some("page")] { (title) } }
    };
    document(
        title,
        &html! {
            div.product {
                header.side {
                    (brand())
                    nav aria-label=(words::frame::MENU) {
                        (to("/", overview_words::TITLE))
                        @for area in &AREAS { (to(area.path, area.title)) }
                        (to(INTEGRATION, words::integration::TITLE))
                        (to(RECEIVED, words::webhooks::MENU))
                        (to(TENANTS, words::tenants::TITLE))
                    }
                    div.me {
                        p { strong { (user.name) } br; span.quiet { (user.organization_name) } }
                        form method="post" action="/logout" { button { (words::frame::SIGN_OUT) } }
                    }
                }
                div.content { (content) }
            }
        },
    )
}

/// Renders the page of a user without a session.
pub(super) fn signed_out(onramp: &str) -> Markup {
    message(
        words::signed_out::TITLE,
        &html! {
            h1 { (words::signed_out::HEADING) }
            p { (words::signed_out::LEAD) }
            p {
                a href="/" { (words::signed_out::SIGN_IN) } " · "
                a href=(SIGN_UP) { (words::signed_out::SIGN_UP) } " · "
                a href=(TENANTS) { (words::tenants::TITLE) } " · "
                a href={ (onramp) "/dashboard" } { (words::signed_out::DASHBOARD) }
            }
        },
    )
}

/// Renders an error page with the reason.
pub(super) fn error(reason: &str) -> Markup {
    let content = html! {
        h1 { (words::error::HEADING) }
        p { (reason) }
        p { a href="/" { (words::error::START_PAGE) } }
    };
    message(words::error::TITLE, &content)
}

/// Renders an error page for a rejected handoff token, with a link that creates a new one.
pub(super) fn rejected(reason: &str, onramp: &str) -> Markup {
    let content = html! {
        h1 { (words::error::HEADING) }
        p { (reason) }
        p { a href={ (onramp) "/handover" } { (words::error::TRY_AGAIN) } }
    };
    message(words::error::TITLE, &content)
}

/// Renders the body of a redirect, for clients that do not follow it.
pub(super) fn redirect(to: &str) -> Markup {
    message(words::frame::REDIRECT_TITLE, &html! { p { a href=(to) { (words::frame::CONTINUE) } } })
}

/// Renders a page without the navigation, with one section.
pub(super) fn message(title: &str, content: &Markup) -> Markup {
    open(title, &html! { section { (content) } })
}

/// Renders a page without the navigation.
pub(super) fn open(title: &str, content: &Markup) -> Markup {
    document(title, &html! { main.message { (brand()) (content) } })
}

fn brand() -> Markup {
    html! {
        a.brand href="/" {
            svg viewBox="0 0 24 24" width="26" height="26" aria-hidden="true" {
                circle cx="12" cy="12" r="11" fill="currentColor" {}
                path d="M12 6v6.4l4 2.4" fill="none" stroke="Canvas" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round" {}
            }
            (words::frame::PRODUCT)
            span.tag { (words::frame::SAMPLE) }
        }
    }
}

fn document(title: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · " (words::frame::PRODUCT) }
                link rel="stylesheet" href="/style.css";
                link rel="stylesheet" href="/page.css";
            }
            body { (body) }
        }
    }
}
