//! `POST /account/email`: corrects the caller's own address while it is not verified.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use domain::{
    limits::{ADDRESS_CORRECTIONS, sign_up_limits},
    org::NotCorrectable,
    people::Address,
};
use jiff::Timestamp;
use serde_json::json;
use store::{AddressCorrected, AddressCorrection, Profile};
use telemetry::{LogArea, Metric};
use web::{FieldError, Fields, FormRequest, Kind, Problem, ResponseFormat};

use super::{AccountForm, PAGE, respond_problem};
use crate::{App, words::account as words_of};

/// Gives the caller another address at once. It counts as a sign-up with the new address.
pub async fn correct_email(State(app): State<Arc<App>>, form: FormRequest) -> Response {
    match store::retry(|| correct(&app, &form)).await {
        Ok(address) => match form.format {
            ResponseFormat::Page => {
                let next = form.fields().ok().and_then(|fields| fields.get("next")).and_then(web::next_path);
                web::see_other(next.as_deref().unwrap_or(PAGE))
            }
            ResponseFormat::Json => {
                let address = address.as_str();
                Json(json!({ "success": true, "email": address, "pending": false })).into_response()
            }
        },
        Err(problem) => respond_problem(&app, &form, AccountForm::Email, problem).await,
    }
}

/// Attempts the correction once. If the caller already has the address, changes nothing.
async fn correct(app: &App, form: &FormRequest) -> Result<Address, Problem> {
    let caller = app.authenticate(&form.headers).await?;
    caller.require_own_sign_in(PAGE)?;
    let address = parse_address(form.fields()?).map_err(|error| Problem::invalid(vec![error]))?;
    let (org, user, now) = (caller.member.org(), caller.member.user(), caller.now);
    let before = app.store.load_profile(org, user).await?.ok_or_else(Problem::unauthorized)?;
    if before.user.value.address == address {
        return Ok(address);
    }
    let correction = decide_correction(app, form, before, &address, now)?;
    match app.store.correct_address(&correction, now).await? {
        AddressCorrected::Done { is_delayed } => {
            if is_delayed {
                telemetry::count(Metric::SignupBrake, 1, now);
            }
            tracing::info!(area = %LogArea::Access, organization = %org, %user, is_delayed, "corrected address");
            Ok(address)
        }
        AddressCorrected::Limited(window) => Err(Problem::too_many(window.retry_after(now))),
        AddressCorrected::InUse => {
            let mut problem = Problem::new(Kind::Conflict, words_of::IN_USE);
            problem.errors.push(FieldError::new("email", "in_use", words_of::IN_USE));
            Err(problem)
        }
    }
}

/// Decides the correction.
///
/// # Errors
/// 409 if the caller has verified their address.
fn decide_correction(
    app: &App,
    form: &FormRequest,
    before: Profile,
    address: &Address,
    now: Timestamp,
) -> Result<AddressCorrection, Problem> {
    let [random] = app.entropy.bytes();
    let mut limits = vec![ADDRESS_CORRECTIONS.window(&before.membership.user.to_string(), now)];
    limits.extend(sign_up_limits(address, &form.ip, app.limit_per_ip, now));
    let correction = AddressCorrection::new(before, address, limits, app.budget.shares(random, now), now);
    correction.map_err(|NotCorrectable::Verified| Problem::new(Kind::Conflict, words_of::VERIFIED))
}

fn parse_address(fields: &Fields) -> Result<Address, FieldError> {
    let typed = fields.get("email").unwrap_or_default();
    Address::parse(typed).map_err(|error| {
        let code = if typed.trim().is_empty() { "required" } else { error.code() };
        FieldError::new("email", code, error.to_string())
    })
}
