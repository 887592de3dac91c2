use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::Response,
};
use domain::{definition::Offered, people::Role, secret::Secret};
use http::StatusCode;
use maud::{Markup, Render, html};
use store::SignedIn;
use web::{
    FieldError, Fields, Problem,
    ui::{
        Choice, Field, Kind, Page, Person, RadioOption, Select, Tone, Weight, Width, error_summary, hidden,
        link_button, note, refused, submit, time_zone,
    },
};

use crate::App;

/// `GET /organizations/new`: the form. Somebody signed in is only asked for a name, once their address is proven.
pub async fn show(State(app): State<Arc<App>>, request: Request) -> Response {
    let signed_in = match web::session::token(request.headers()) {
        Some(token) => app.store.try_load_session(&token).await,
        None => None,
    };
    let signed_in = signed_in.filter(|found| found.authorize(app.clock.now()).is_some());
    let page = match &signed_in {
        Some(found) if !found.user.value.verified => unverified(&app.config.product, found),
        _ => Form {
            product: &app.config.product,
            trial_days: app.config.trial_for(signed_in.as_ref().map(|found| &found.user.value)),
            signed_in: signed_in.as_ref(),
            founding: None,
            token: &token(&app),
            checklists: &app.config.checklists,
            fields: &Fields::default(),
            errors: &[],
            refused: None,
        }
        .render(),
    };
    web::page(StatusCode::OK, page)
}

/// A fresh form token.
pub fn token(app: &App) -> String {
    Secret::new(app.entropy.bytes()).reveal()
}

/// The sign-up form, empty or as it came back.
pub struct Form<'a> {
    pub product: &'a str,
    /// The days of a trial, where this person can have one.
    pub trial_days: Option<u16>,
    /// Who is signed in, and where.
    pub signed_in: Option<&'a SignedIn>,
    /// What shows who somebody is that belongs nowhere.
    pub founding: Option<&'a str>,
    pub token: &'a str,
    /// Whoever signs up is asked what they do, where that makes a difference.
    pub checklists: &'a Offered,
    pub fields: &'a Fields,
    pub errors: &'a [FieldError],
    /// Why the form as a whole was not taken.
    pub refused: Option<&'a Problem>,
}

impl Render for Form<'_> {
    fn render(&self) -> Markup {
        let main = html! {
            h1 { "Set up your organization" }
            p class="lead" {
                @match (self.is_known(), self.trial_days) {
                    (true, Some(_)) => "A further organization, with its own team, projects and plan.",
                    (true, None) => "A further organization, with its own team and projects. You choose its plan on the next page.",
                    (false, Some(_)) => "One form, and you are in. No card, nothing to confirm first.",
                    (false, None) => "One form, and you are in. You choose a plan on the next page.",
                }
            }
            form class="card form" method="post" action="/organizations/new" novalidate {
                @if let Some(problem) = self.refused { (refused(problem)) }
                (self.summary())
                (hidden("form_token", self.token))
                @if let Some(founding) = self.founding { (hidden("founding", founding)) }
                (time_zone("time_zone"))
                (self.text("name", "Organization", "organization", Some("Your company or team. You can share it with others later.")))
                @if !self.is_known() {
                    (self.text("full_name", "Your name", "name", None))
                    (self.text("email", "Email address", "email", Some("We send your welcome and your sign-in links there.")))
                }
                (self.industry())
                @if let Some(days) = self.trial_days {
                    (Choice {
                        name: "start_trial",
                        legend: "How would you like to begin?",
                        options: &[
                            RadioOption {
                                value: "true",
                                label: &format!("Free for {days} {}", if days == 1 { "day" } else { "days" }),
                                hint: "Everything included. You decide about a plan later.",
                            },
                            RadioOption { value: "false", label: "With a plan", hint: "Choose one on the next page." },
                        ],
                        selected: match self.fields.get("start_trial") { Some("false" | "0" | "off") => "false", _ => "true" },
                        error: self.error("start_trial"),
                    })
                }
                div class="actions" { (submit(Weight::Primary, "Create organization")) }
            }
            @if !self.is_known() {
                p class="aside" { "Already have an account? " a href="/login" { "Sign in" } }
            }
        };
        let person = self.signed_in.map(person);
        Page { product: self.product, title: "Create your organization", person, width: Width::Narrow, main }
            .render()
    }
}

impl Form<'_> {
    /// Whether name and address need not be asked for.
    const fn is_known(&self) -> bool {
        self.signed_in.is_some() || self.founding.is_some()
    }

    fn text(&self, name: &'static str, label: &str, autocomplete: &str, hint: Option<&str>) -> Markup {
        let kind = if name == "email" { Kind::Email } else { Kind::Text };
        let value = self.fields.get(name).unwrap_or_default();
        Field { name, kind, label, hint, value, autocomplete, error: self.error(name) }.render()
    }

    fn industry(&self) -> Markup {
        let choices: Vec<_> = self.checklists.industries().map(|it| (it.key, it.title)).collect();
        if choices.is_empty() {
            return html! {};
        }
        Select {
            name: "industry",
            label: "What does your organization do?",
            hint: "Your first steps are chosen by it. You can leave it open.",
            empty_label: "Something else",
            choices: &choices,
            selected: self.fields.get("industry").unwrap_or_default(),
            error: self.error("industry"),
        }
        .render()
    }

    fn error(&self, name: &str) -> Option<&str> {
        self.errors.iter().find(|error| error.field == name).map(|error| error.message.as_str())
    }

    fn summary(&self) -> Markup {
        let errors: Vec<_> =
            self.errors.iter().map(|error| (error.field.as_ref(), error.message.as_str())).collect();
        error_summary(&errors)
    }
}

/// The page for somebody whose address is not proven yet, and the way to prove it.
pub fn unverified(product: &str, found: &SignedIn) -> Markup {
    let address = found.user.value.address.as_str();
    let main = html! {
        h1 { "First, your email address" }
        (note(Tone::Notice, "✉️", UNPROVEN, &html! {
            p {
                "We mail a sign-in link to " strong { (address) } ". Open it, and you can go on here. "
                "Until then you have one organization."
            }
        }))
        form class="actions" method="post" action="/login" {
            (hidden("email", address))
            (hidden("next", "/organizations/new"))
            (submit(Weight::Primary, "Mail me the link"))
        }
    };
    let title = "Prove your email address";
    Page { product, title, person: Some(person(found)), width: Width::Narrow, main }.render()
}

/// Why there is no further organization yet.
pub const UNPROVEN: &str = "Prove your email address before you create a further organization.";

fn person(found: &SignedIn) -> Person<'_> {
    Person {
        name: found.user.value.name.as_str(),
        organization: found.org.value.name.as_str(),
        admin: found.role == Some(Role::Admin),
        here: None,
    }
}

/// The page for an address that has an account already: it got a sign-in mail instead.
pub fn known_address(product: &str) -> Markup {
    let main = html! {
        section class="plain" {
            h1 { "You have an account already" }
            p class="lead" { "So no new organization was made. After signing in you can create a further one." }
            (note(Tone::Notice, "✉️", "Check your mail", &html! {
                p { "We have sent a sign-in link to this address; it works for 10 minutes." }
            }))
            p class="actions" { (link_button(Weight::Secondary, "/login", "Go to sign-in")) }
        }
    };
    Page { product, title: "Check your mail", person: None, width: Width::Narrow, main }.render()
}
