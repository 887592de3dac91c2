//! Reads the prices of the plans from Stripe, for the plan page.
//!
//! A schedule invokes this every hour, and the deployment once. Between two runs, `stripe-webhook`
//! stores a price when Stripe reports its change.

use domain::{billing::Plan, time::add};
use jiff::SignedDuration;
use runtime::InvocationResult;
use serde_json::{Value, json, value::to_raw_value};
use stripe::client::CallError;
use telemetry::LogArea;

use crate::app::App;

/// Subtracted from the time of a read. Stripe states the time of a change in whole seconds, so a
/// change in the second of the read counts as newer than the read.
const RESOLUTION: SignedDuration = SignedDuration::from_secs(1);

/// The payload of the schedule and of the deployment: `{"refresh": "prices"}`. An event of the
/// gateway never has this form.
#[derive(Debug, PartialEq, Eq)]
pub struct PricesIn;

impl PricesIn {
    pub fn parse(payload: &str) -> Option<Self> {
        let payload: Value = serde_json::from_str(payload).ok()?;
        (payload == json!({ "refresh": "prices" })).then_some(Self)
    }
}

/// Reads and stores the price of each plan. A price that cannot be read keeps its stored state.
///
/// # Errors
/// Stripe rejected a request, which an operator must solve, or the table is unavailable. While Stripe
/// is unavailable, the function only logs a warning, because the next run reads the prices again.
pub async fn refresh_prices(app: &App) -> InvocationResult {
    let mut refreshed = 0_u64;
    let mut failed = None;
    for plan in Plan::ALL {
        match refresh(app, plan).await {
            Ok(stored) => refreshed += u64::from(stored),
            Err(error) => failed = Some(error),
        }
    }
    tracing::info!(area = %LogArea::Billing, refreshed, "refreshed prices");
    match failed {
        Some(error) => Err(error),
        None => Ok(to_raw_value(&json!({ "refreshed": refreshed }))?),
    }
}

async fn refresh(app: &App, plan: Plan) -> Result<bool, lambda_runtime::Error> {
    let id = app.config.prices.current(plan);
    let as_of = add(app.clock.now(), -RESOLUTION);
    let stripe = app.stripe().await.map_err(|_| "there is no secret key for Stripe")?;
    match stripe.price(id).await {
        Ok(price) => Ok(app.store.commit_price(&price, as_of).await?),
        Err(error) if error.is_transient() => {
            tracing::warn!(area = %LogArea::Billing, price = id, %error, "failed to read price");
            Ok(false)
        }
        Err(error) => {
            if matches!(error, CallError::Rejected { status: 401, .. }) {
                app.key.invalidate().await;
            }
            Err(format!("failed to read price {id}: {error}").into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_payload_of_the_schedule_is_accepted() {
        assert_eq!(PricesIn::parse(r#"{ "refresh": "prices" }"#), Some(PricesIn));
        for payload in ["", "{}", r#"{"refresh":"prices","version":"2.0"}"#, r#"{"version":"2.0"}"#] {
            assert_eq!(PricesIn::parse(payload), None, "{payload}");
        }
    }
}
