//! The fields of `POST /api/v1/organizations` for an organization that existed before Onramp.

use domain::{
    billing::CustomerId,
    org::{History, ImportError, Org},
    time::truncate_to_second,
    trial::{Trial, TrialTerms},
};
use jiff::Timestamp;
use store::TenantCustomer;
use web::{FieldError, Kind, Problem};

use crate::{App, body::Body, words};

/// The earliest accepted sign-up. The list of organizations ends there too.
const FIRST_SIGN_UP: &str = "2010-01-01T00:00:00Z";

/// The parsed fields of an import. A new organization has none of them.
pub struct ImportIn {
    /// Whether the host app provisioned the organization before.
    pub provisioned: bool,
    pub customer: Option<CustomerId>,
    pub signed_up_at: Option<Timestamp>,
    trial_ends_at: Option<Timestamp>,
    completed_tasks: Vec<String>,
}

impl ImportIn {
    pub fn parse(body: &mut Body<'_>, now: Timestamp) -> Option<Self> {
        let provisioned = body.boolean("provisioned", false);
        let customer = body.optional("stripe_customer_id", parse_customer);
        let signed_up_at = body.optional("signed_up_at", |text| parse_sign_up(text, now));
        let start = signed_up_at.flatten().unwrap_or_else(first_sign_up);
        let trial_ends_at = body.optional("trial_ends_at", |text| parse_trial_end(text, start));
        let completed_tasks = body.texts("completed_tasks");
        if provisioned == Some(false) {
            let given = [
                ("trial_ends_at", trial_ends_at.flatten().is_some()),
                ("completed_tasks", completed_tasks.as_ref().is_some_and(|tasks| !tasks.is_empty())),
            ];
            for (name, _) in given.iter().filter(|(_, is_given)| *is_given) {
                body.reject(name, "needs_provisioned", words::NEEDS_PROVISIONED);
            }
        }
        Some(Self {
            provisioned: provisioned?,
            customer: customer?,
            signed_up_at: signed_up_at?,
            trial_ends_at: trial_ends_at?,
            completed_tasks: completed_tasks?.into_iter().map(str::to_owned).collect(),
        })
    }

    /// Returns what the organization did before the import. Its trial began with the sign-up, and has
    /// the reminders that fit between the two.
    pub fn history(&self, terms: &TrialTerms, signed_up_at: Timestamp) -> History {
        let trial = self.trial_ends_at.map(|ends_at| {
            let started_at = truncate_to_second(signed_up_at.min(ends_at));
            Trial { started_at, ends_at, reminder_days: terms.reminder_days.clone(), extensions: Vec::new() }
        });
        History { trial, completed_tasks: self.completed_tasks.iter().cloned().collect() }
    }
}

/// Loads the customer to link, with its parked events.
///
/// # Errors
/// 409 if the customer is linked to another organization.
pub async fn load_customer(app: &App, id: Option<&CustomerId>) -> Result<Option<TenantCustomer>, Problem> {
    let Some(id) = id else { return Ok(None) };
    let link = app.store.load_customer_link(id).await?;
    if link.org.is_some() {
        let problem = Problem::new(Kind::Conflict, words::CUSTOMER_IN_USE);
        return Err(problem.with("field", "stripe_customer_id".into()));
    }
    let released = app.store.load_parked(id, &link).await?;
    Ok(Some(TenantCustomer { id: id.clone(), link, released }))
}

/// Returns the 422 that names the unknown tasks and those of the organization's checklist.
pub fn unknown_tasks(org: &Org) -> impl FnOnce(ImportError) -> Problem + use<> {
    let valid: Vec<&str> = org.onboarding.definition().tasks.iter().map(|task| task.key).collect();
    move |ImportError::UnknownTasks(unknown)| {
        let message = words::unknown_tasks(&unknown, &valid);
        Problem::invalid(vec![FieldError::new("completed_tasks", "unknown_task", message)])
    }
}

fn parse_customer(text: &str) -> Result<CustomerId, FieldError> {
    let id = CustomerId::parse(text).ok().filter(|id| id.as_str().starts_with("cus_"));
    id.ok_or_else(|| FieldError::new("stripe_customer_id", "invalid", words::CUSTOMER))
}

fn parse_sign_up(text: &str, now: Timestamp) -> Result<Timestamp, FieldError> {
    let at = parse_time("signed_up_at", text)?;
    if (first_sign_up()..=now).contains(&at) {
        Ok(at)
    } else {
        Err(FieldError::new("signed_up_at", "out_of_range", words::SIGNED_UP_AT))
    }
}

fn parse_trial_end(text: &str, start: Timestamp) -> Result<Timestamp, FieldError> {
    let at = truncate_to_second(parse_time("trial_ends_at", text)?);
    let is_after = at > start;
    is_after
        .then_some(at)
        .ok_or_else(|| FieldError::new("trial_ends_at", "out_of_range", words::TRIAL_ENDS_AT))
}

/// Parses a time in the precision of the table.
fn parse_time(field: &'static str, text: &str) -> Result<Timestamp, FieldError> {
    let at = text.parse::<Timestamp>().ok();
    let at = at.and_then(|at| Timestamp::from_millisecond(at.as_millisecond()).ok());
    at.ok_or_else(|| FieldError::new(field, "invalid", words::TIMESTAMP))
}

fn first_sign_up() -> Timestamp {
    FIRST_SIGN_UP.parse().unwrap_or(Timestamp::UNIX_EPOCH)
}
