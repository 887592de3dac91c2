//! `POST /operator/organizations/{id}/set-email`: corrects the address of a founder who never
//! verified it, and so cannot sign in.

use axum::response::Response;
use domain::{
    id::UserId,
    limits::{ADDRESS_CORRECTIONS, SIGN_UPS_OF_ADDRESS},
    org::{NotCorrectable, Org},
    people::{ActionRecord, Address, Reason},
};
use store::{AddressCorrected, AddressCorrection, Profile};
use telemetry::{LogArea, Metric};
use web::{FieldError, Fields, Kind, Problem};

use crate::{
    handlers::{
        action::{ActionRequest, parse_reason},
        organization::{load_org, respond_invalid},
    },
    out::ActionOut,
    views::{organization::FormName, paths},
    words::actions as text,
};

/// The fields of a parsed form.
struct SetEmailIn {
    user: UserId,
    address: Address,
    reason: Reason,
}

/// Corrects the address, under the same rules as the founder's own correction. Only the limit of the
/// network does not apply, because it would be the operator's.
pub async fn set_email(request: ActionRequest) -> Response {
    web::respond(request.auth.format, handle(&request).await)
}

async fn handle(request: &ActionRequest) -> Result<Response, Problem> {
    // If the organization does not exist, respond with 404 even if the form is invalid.
    let org = load_org(&request.app, &request.id).await?;
    let form = match parse(request.form.fields()?) {
        Ok(form) => form,
        Err(errors) => return respond_invalid(request, &org, FormName::SetEmail, errors).await,
    };
    let record = request.auth.operator.record(form.reason.clone(), request.auth.now);
    match store::retry(|| correct(request, &org, &form, &record)).await? {
        Some(after) => {
            Ok(request.respond_done(&paths::organization(after.id), ActionOut::of(&after, request.auth.now)))
        }
        None => {
            let error = FieldError::new("user", "unknown", text::UNKNOWN_USER);
            respond_invalid(request, &org, FormName::SetEmail, vec![error]).await
        }
    }
}

/// Parses the form. If it is invalid, returns the errors of all invalid fields.
fn parse(fields: &Fields) -> Result<SetEmailIn, Vec<FieldError>> {
    let mut errors = Vec::new();
    let user = fields.get("user").and_then(|id| id.trim().parse().ok());
    if user.is_none() {
        errors.push(FieldError::new("user", "invalid", text::INVALID_USER));
    }
    let address = Address::parse(fields.get("email").unwrap_or_default());
    let address =
        address.map_err(|error| errors.push(FieldError::new("email", error.code(), error.to_string())));
    let reason = parse_reason(fields, &mut errors);
    match (user, address, reason) {
        (Some(user), Ok(address), Some(reason)) => Ok(SetEmailIn { user, address, reason }),
        _ => Err(errors),
    }
}

/// Attempts the correction once, and returns the organization afterward. Returns `None` if the user is
/// not a member of the organization.
async fn correct(
    request: &ActionRequest,
    org: &Org,
    form: &SetEmailIn,
    record: &ActionRecord,
) -> Result<Option<Org>, Problem> {
    let (app, now) = (&request.app, request.auth.now);
    let Some(before) = app.store.load_profile(org.id, form.user).await? else { return Ok(None) };
    if before.user.value.address == form.address {
        return Ok(Some(before.org.value));
    }
    let correction = decide_correction(request, before, form, record)?;
    match app.store.correct_address(&correction, now).await? {
        AddressCorrected::Done { is_delayed } => {
            if is_delayed {
                telemetry::count(Metric::SignupBrake, 1, now);
            }
            tracing::info!(
                area = %LogArea::Operator,
                organization = %org.id,
                user = %form.user,
                operator = %record.by,
                is_delayed,
                "corrected address"
            );
            Ok(Some(correction.after.org))
        }
        AddressCorrected::Limited(window) => Err(Problem::too_many(window.retry_after(now))),
        AddressCorrected::InUse => Err(Problem::new(Kind::Conflict, text::ADDRESS_IN_USE)),
    }
}

/// Decides the correction.
///
/// # Errors
/// 409 if the user has verified their address.
fn decide_correction(
    request: &ActionRequest,
    before: Profile,
    form: &SetEmailIn,
    record: &ActionRecord,
) -> Result<AddressCorrection, Problem> {
    let (app, now) = (&request.app, request.auth.now);
    let [random] = app.entropy.bytes();
    let limits = vec![
        ADDRESS_CORRECTIONS.window(&form.user.to_string(), now),
        SIGN_UPS_OF_ADDRESS.window(form.address.as_str(), now),
    ];
    let shares = app.config.budget.shares(random, now);
    let correction = AddressCorrection::new(before, &form.address, limits, shares, now);
    let correction = correction
        .map_err(|NotCorrectable::Verified| Problem::new(Kind::Conflict, text::ADDRESS_VERIFIED))?;
    Ok(AddressCorrection { record: Some(record.clone()), ..correction })
}
