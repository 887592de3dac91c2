//! Rate limits: the transaction that writes the result of an attempt also counts the attempt.

use std::fmt::Write;

use aws_sdk_dynamodb::types::{
    AttributeValue, CancellationReason, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
};
use domain::{limits::RateLimitWindow, time::add};
use jiff::{SignedDuration, Timestamp};

use crate::{
    attributes::{Attributes, number, values},
    client::{Store, Transacted},
    error::{Error, failed},
    keys::Key,
    update::update,
};

impl Store {
    /// Counts an attempt that causes no other write. Returns a limit that is reached, or `None` if
    /// the attempt is allowed.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Conflict`].
    pub async fn count_attempt(&self, limits: &[RateLimitWindow]) -> Result<Option<RateLimitWindow>, Error> {
        let actions = limits.iter().map(|window| self.count(window)).collect::<Result<_, _>>()?;
        let Transacted::Cancelled(reasons) = self.transact(actions).await? else { return Ok(None) };
        let Some(window) = reached(limits, &reasons) else { return Err(Error::Conflict) };
        self.count_rejected_attempt(limits).await?;
        Ok(Some(window))
    }

    /// Counts an attempt that at least one limit rejected. The attempt counts for each limit that
    /// includes rejected attempts, unless that limit is already reached.
    pub(crate) async fn count_rejected_attempt(&self, limits: &[RateLimitWindow]) -> Result<(), Error> {
        for window in limits.iter().filter(|window| window.limit.counts_refused) {
            self.transact(vec![self.count(window)?]).await?;
        }
        Ok(())
    }

    /// Builds the action that counts an attempt, on condition that the limit is not reached.
    ///
    /// The item contains the times of the newest attempts, as many as the limit allows. The
    /// attribute `t0` is the newest time, `t1` is the second newest, and so on. Each write sets
    /// `t0` to now and copies the old `t0` to `t1`, the old `t1` to `t2`, and so on. This works
    /// because an update expression reads the values from before the update.
    ///
    /// The write requires that the oldest of these times is not in the window. So the number of
    /// attempts in a window never exceeds the limit, and no read is needed before the write. A
    /// limit with `again_after` has an exception: the write also succeeds if the newest attempt is
    /// old enough.
    ///
    /// If the window is a UTC hour (`is_hour`), the item contains only a counter.
    pub(crate) fn count(&self, window: &RateLimitWindow) -> Result<TransactWriteItem, Error> {
        if window.is_hour {
            let until = millis(window.ends_at()) / 1000;
            return count_up(&self.table, &Key::limit(window), window.limit.max, until);
        }
        let oldest = window.limit.max.saturating_sub(1);
        let mut shift = "SET expires_at = :expires, t0 = :now".to_owned();
        for n in 1..=oldest {
            write!(shift, ", t{n} = if_not_exists(t{}, :never)", n - 1).map_err(build_error)?;
        }
        let now = window.ends_at();
        let mut bound = values([
            (":expires", number(millis(now) / 1000 + window.limit.period.unsigned_abs() + 3600)),
            (":now", number(millis(now))),
            (":from", number(millis(window.from))),
        ]);
        if oldest > 0 {
            bound.insert(":never".to_owned(), number(0));
        }
        let mut condition = format!("attribute_not_exists(t{oldest}) OR t{oldest} <= :from");
        if let Some(wait) = window.limit.again_after {
            condition.push_str(" OR t0 <= :again");
            bound.insert(":again".to_owned(), number(millis(add(now, -SignedDuration::from_secs(wait)))));
        }
        let update = Update::builder()
            .table_name(&self.table)
            .set_key(Some(Key::limit(window).attributes()))
            .update_expression(shift)
            .condition_expression(condition)
            .set_expression_attribute_values(Some(bound))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()
            .map_err(build_error)?;
        Ok(TransactWriteItem::builder().update(update).build())
    }
}

/// Builds the action that increments a counter, on condition that it is below `most`. The item
/// expires an hour after `until`, in seconds since 1970.
pub(crate) fn count_up(table: &str, key: &Key, most: u32, until: u64) -> Result<TransactWriteItem, Error> {
    update(
        table,
        key,
        "ADD n :one SET expires_at = :expires",
        "attribute_not_exists(n) OR n < :most",
        values([(":one", number(1)), (":most", number(most.into())), (":expires", number(until + 3600))]),
    )
}

/// Returns the limit that cancelled a transaction, or `None` if no limit cancelled it. The returned
/// window ends when the next attempt is allowed. If several limits are reached, returns the limit
/// whose window ends last.
///
/// `reasons` must start with the reasons of the actions that count for `limits`, in the same order.
pub(crate) fn reached(limits: &[RateLimitWindow], reasons: &[CancellationReason]) -> Option<RateLimitWindow> {
    let reached = limits.iter().zip(reasons).enumerate().filter(|(index, _)| failed(reasons, *index));
    let windows = reached.map(|(_, (window, reason))| {
        if window.is_hour {
            return window.clone();
        }
        let attempt = |n| reason.item().and_then(|item| time(item, n));
        // If DynamoDB does not return the item, the time of the oldest attempt is unknown. The code
        // then assumes that it was made now, so the next attempt is allowed after a complete
        // window.
        let oldest = attempt(window.limit.max.saturating_sub(1)).unwrap_or(window.ends_at());
        window.reached(oldest, attempt(0))
    });
    windows.max_by_key(RateLimitWindow::ends_at)
}

fn time(item: &Attributes, n: u32) -> Option<Timestamp> {
    let AttributeValue::N(millis) = item.get(&format!("t{n}"))? else { return None };
    Timestamp::from_millisecond(millis.parse().ok()?).ok()
}

/// Returns the time in milliseconds since 1970, or 0 for an earlier time.
pub(crate) fn millis(at: Timestamp) -> u64 {
    u64::try_from(at.as_millisecond()).unwrap_or(0)
}

fn build_error(error: impl std::fmt::Display) -> Error {
    Error::Unavailable(error.to_string())
}
