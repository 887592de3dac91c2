//! `GET /organizations/new`: shows the form.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use http::{HeaderMap, StatusCode};
use maud::Render;
use web::{Fields, auth::AuthenticatedUser};

use crate::{
    App,
    views::{form::Form, unverified::unverified},
};

/// Shows the form. A signed-in user enters only data about the organization.
///
/// If the address of the user is unverified, or if they came from the host app, they get a page that
/// offers a sign-in link instead of the form.
pub async fn show(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    let signed_in =
        AuthenticatedUser::try_load(&app.store, app.config.session_idle, &headers, app.clock.now()).await;
    let page = match &signed_in {
        Some(user) if !user.found.user.value.verified || user.found.session.is_portal() => {
            unverified(&app.config.product, user)
        }
        _ => Form {
            product: &app.config.product,
            trial_days: app
                .config
                .trial_for(signed_in.as_ref().map(|user| &user.found.user.value))
                .map(|trial| trial.days),
            signed_in: signed_in.as_ref(),
            creation_grant: None,
            token: &app.form_token(),
            checklists: &app.config.checklists,
            fields: &Fields::default(),
            problem: None,
        }
        .render(),
    };
    web::page(StatusCode::OK, page)
}
