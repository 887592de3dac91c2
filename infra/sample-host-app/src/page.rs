//! Pages of the host app.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{
    areas::{AREAS, Area},
    handoff_token::HostUser,
    words::{self, EVENTS, home},
};

/// Path at which the custom elements fetch an embed token.
pub(super) const TOKEN_PATH: &str = "/onramp-token";

/// Content from Onramp that the page embeds.
#[derive(Clone, Copy)]
pub(super) struct Embedded<'a> {
    /// Origin of Onramp, without a trailing slash.
    pub onramp: &'a str,
    /// Embed token of the signed-in user.
    pub token: &'a str,
    /// HTML fragment of the banner, included by the server.
    pub banner: &'a str,
    /// HTML fragment of the widget, included by the server.
    pub widget: &'a str,
}

/// Renders the page of a user without a session.
pub(super) fn signed_out(onramp: &str) -> Markup {
    frame(
        words::signed_out::TITLE,
        &html! {
            h1 { (words::signed_out::HEADING) }
            p { (words::signed_out::LEAD) }
            p { a href="/" { (words::signed_out::SIGN_IN) } " · " a href={ (onramp) "/dashboard" } { (words::signed_out::DASHBOARD) } }
        },
    )
}

/// Renders the page of an area, with the banner and the checklist of Onramp. `rejected` is the invalid
/// name of the submitted form.
pub(super) fn area(
    area: &Area,
    user: &HostUser,
    entries: &[String],
    onramp: &str,
    rejected: Option<&str>,
) -> Markup {
    frame(
        area.title,
        &html! {
            (menu(Some(area)))
            trial-banner token-url=(TOKEN_PATH) {}
            h1 { (area.title) }
            p.quiet { (user.organization_name) }
            form.add method="post" action=(area.path) {
                label for="name" { (area.field) }
                @if rejected.is_some() { p.error id="name-error" { (words::area::INVALID_NAME) } }
                div.row {
                    input id="name" name="name" value=[rejected] required maxlength="100"
                        aria-invalid=[rejected.map(|_| "true")] aria-describedby=[rejected.map(|_| "name-error")];
                    button.primary { (area.button) }
                }
            }
            @if entries.is_empty() { p.quiet { (area.empty) } }
            @else { ul.entries { @for entry in entries { li { (entry) } } } }
            onboarding-widget token-url=(TOKEN_PATH) {}
            script src={ (onramp) "/assets/onboarding.js" } defer {}
        },
    )
}

fn menu(here: Option<&Area>) -> Markup {
    html! {
        nav aria-label=(words::frame::MENU) {
            a href="/" aria-current=[here.is_none().then_some("page")] { (home::TITLE) }
            @for area in &AREAS {
                a href=(area.path) aria-current=[(here == Some(area)).then_some("page")] { (area.title) }
            }
        }
    }
}

/// Renders the page of a signed-in user: embedded content, event buttons, and account data. `path`
/// is the path that the user opened.
pub(super) fn home(user: &HostUser, embedded: &Embedded<'_>, path: &str) -> Markup {
    let Embedded { onramp, token, banner, widget } = *embedded;
    let framed = |part: &str| format!("{onramp}/onboarding/embed?part={part}&token={token}");
    frame(
        home::TITLE,
        &html! {
            (menu(None))
            h1 { (home::greeting(&user.name)) }
            @if path != "/" { p { (home::OPENED) code { (path) } "." } }
            form method="post" action="/events" {
                input type="hidden" name="way" value="http";
                button.primary name="event" value="project.created" { (home::CREATE_PROJECT) }
                span.quiet { (home::HTTP_EVENT) }
            }
            div.ways {
                section.way aria-labelledby="elements" {
                    h2 id="elements" { (home::ELEMENTS) }
                    trial-banner token-url=(TOKEN_PATH) {}
                    onboarding-widget token-url=(TOKEN_PATH) {}
                    ol id="log" aria-label=(home::ELEMENT_EVENTS) {}
                }
                section.way aria-labelledby="included" {
                    h2 id="included" { (home::INCLUDED) }
                    (PreEscaped(banner))
                    (PreEscaped(widget))
                }
                section.way aria-labelledby="frames" {
                    h2 id="frames" { (home::FRAMES) }
                    iframe title=(home::TRIAL_FRAME) src=(framed("banner")) height="170" {}
                    iframe title=(home::ONBOARDING_FRAME) src=(framed("widget")) height="320" {}
                }
            }
            h2 { (home::TRIGGER) }
            p { (home::TRIGGER_LEAD) }
            form method="post" action="/events" {
                @for (event, label) in EVENTS { button name="event" value=(event) { (label) } " " }
            }
            h2 { (home::USER) }
            dl {
                dt { (home::ORGANIZATION) } dd { (user.organization_name) " " code { (user.organization_id) } }
                dt { (home::ROLE) } dd { (user.role) }
                dt { (home::ACCESS) } dd { (user.access) }
                dt { (home::PLAN) } dd { (user.plan.as_deref().unwrap_or(home::NONE)) }
                dt { (home::SEATS) } dd {
                    @if let Some(seats) = user.seats { (seats) } @else { (home::UNLIMITED) }
                }
                dt { (home::EMAIL) } dd {
                    (user.email)
                    @if user.email_verified { (home::VERIFIED) } @else { (home::NOT_VERIFIED) }
                }
                dt { (home::ID) } dd { code { (user.sub) } }
            }
            form method="post" action="/logout" { button { (home::SIGN_OUT) } }
            p { a href={ (onramp) "/onboarding/checklist" } { (home::CHECKLIST) } }
            link rel="stylesheet" href={ (onramp) "/assets/onboarding.css" };
            script src={ (onramp) "/assets/onboarding.js" } defer {}
            script src="/page.js" defer {}
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
    frame(words::error::TITLE, &content)
}

/// Renders an error page for a rejected handoff token, with a link that creates a new one.
pub(super) fn rejected(reason: &str, onramp: &str) -> Markup {
    let content = html! {
        h1 { (words::error::HEADING) }
        p { (reason) }
        p { a href={ (onramp) "/handover" } { (words::error::TRY_AGAIN) } }
    };
    frame(words::error::TITLE, &content)
}

/// Renders the body of a redirect, for clients that do not follow it.
pub(super) fn redirect(to: &str) -> Markup {
    frame(words::frame::REDIRECT_TITLE, &html! { p { a href=(to) { (words::frame::CONTINUE) } } })
}

/// Renders a page with its head and its notice.
pub(super) fn frame(title: &str, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                link rel="stylesheet" href="/style.css";
                link rel="stylesheet" href="/page.css";
            }
            body {
                p.notice { strong { (words::frame::NOTICE) } (words::frame::NOTICE_DETAIL) }
                main { (content) }
            }
        }
    }
}
