//! Lists of all organizations, the newest first.
//!
//! The index `by-cohort` has the organizations of each week in eight partitions. A list walks the
//! weeks backward, so it needs no scan.

use std::{cmp::Reverse, fmt, str::FromStr};

use domain::{id::OrgId, org::Org};
use futures_util::future::try_join_all;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use crate::{
    at::At,
    attributes::text,
    client::{Store, Stored},
    error::Error,
    index::{COHORT_ATTRIBUTES, iso_week},
    keys::{Key, SHARDS},
    operation::Query,
    schema::org::decode,
};

/// Weeks that are queried at the same time.
const PARALLEL_WEEKS: i64 = 4;
/// Maximum number of weeks that one page covers. A page can therefore be empty although more follow.
const MAX_WEEKS: i64 = 52;
/// No organization signed up before this time.
const FIRST_SIGN_UP: &str = "2010-01-01T00:00:00Z";
const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The position in the list after which the next page starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListCursor {
    at: Timestamp,
    org: Option<OrgId>,
}

/// Error for text that is not a cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotACursor;

impl fmt::Display for ListCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.org {
            Some(org) => write!(f, "{}~{org}", At(self.at)),
            None => write!(f, "{}", At(self.at)),
        }
    }
}

impl FromStr for ListCursor {
    type Err = NotACursor;

    fn from_str(text: &str) -> Result<Self, NotACursor> {
        let (at, org) = text.split_once('~').map_or((text, None), |(at, org)| (at, Some(org)));
        let at = at.parse().map_err(|_| NotACursor)?;
        let org = org.map(str::parse).transpose().map_err(|_| NotACursor)?;
        Ok(Self { at, org })
    }
}

/// A page of organizations.
#[derive(Clone, Debug)]
pub struct OrgPage {
    /// The organizations, the newest first.
    pub orgs: Vec<Stored<Org>>,
    /// Where the next page starts; `None` on the last page.
    pub next: Option<ListCursor>,
}

type Entry = (Timestamp, OrgId);

impl Store {
    /// Loads a page of at most `limit` organizations, the newest first, after `cursor` or from the
    /// newest on.
    ///
    /// The index can lag behind the table by a moment, so a new organization may still be missing.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn list_orgs(
        &self,
        cursor: Option<ListCursor>,
        limit: usize,
        now: Timestamp,
    ) -> Result<OrgPage, Error> {
        let first: Timestamp = FIRST_SIGN_UP.parse().unwrap_or(Timestamp::UNIX_EPOCH);
        // A minute ahead, because the clocks of two hosts differ.
        let start = cursor.map_or_else(|| later(now, SignedDuration::from_mins(1)), |cursor| cursor.at);
        let mut entries: Vec<Entry> = Vec::new();
        let mut weeks = 0;
        let mut week = start;
        while entries.len() <= limit && weeks < MAX_WEEKS && week >= first {
            let count = if weeks == 0 { 1 } else { PARALLEL_WEEKS };
            let queries = (0..count).flat_map(|n| (0..SHARDS).map(move |shard| (n, shard)));
            let queries = queries
                .map(|(n, shard)| self.entries(later(week, WEEK * -as_i32(n)), shard, start, cursor, limit));
            entries.extend(try_join_all(queries).await?.into_iter().flatten());
            weeks += count;
            week = later(week_end(week), WEEK * -as_i32(count));
        }
        entries.sort_unstable_by_key(|entry| Reverse(*entry));
        let has_more = entries.len() > limit;
        entries.truncate(limit);
        let next = match entries.last() {
            Some((at, org)) if has_more => Some(ListCursor { at: *at, org: Some(*org) }),
            _ if week >= first => Some(ListCursor { at: week, org: None }),
            _ => None,
        };
        let keys: Vec<Key> = entries.iter().map(|(_, org)| Key::org(*org)).collect();
        let items = self.get_each(&keys).await?.into_iter().flatten();
        Ok(OrgPage { orgs: items.map(decode).collect::<Result<_, _>>()?, next })
    }

    /// Loads the entries of one week and shard that follow `cursor`: at least `limit` + 1, if there
    /// are so many, and all entries with the time of the last of them.
    async fn entries(
        &self,
        week: Timestamp,
        shard: u8,
        start: Timestamp,
        cursor: Option<ListCursor>,
        limit: usize,
    ) -> Result<Vec<Entry>, Error> {
        let [_, range] = COHORT_ATTRIBUTES;
        let mut entries: Vec<Entry> = Vec::new();
        let mut from = None;
        loop {
            let input = self
                .cohort_query(iso_week(week), shard)
                .key_condition_expression("#hash = :hash AND #range <= :start")
                .expression_attribute_names("#range", range)
                .expression_attribute_values(":start", text(&At(start)))
                .scan_index_forward(false)
                .set_exclusive_start_key(from)
                .limit(page_size(limit))
                .build();
            let response = self.call::<Query>(input).await.map_err(|error| Error::of(&error))?;
            let found = response.items.unwrap_or_default();
            let found = found.iter().filter_map(|item| {
                let at = item.get(range)?.as_s().ok()?.parse().ok()?;
                let org = Key::of(item)?.pk.strip_prefix("ORG#")?.parse().ok()?;
                Some((at, org))
            });
            entries.extend(found.filter(|entry| cursor.is_none_or(|cursor| follows(*entry, cursor))));
            from = response.last_evaluated_key;
            let enough =
                entries.get(limit).is_some_and(|(at, _)| entries.last().is_some_and(|it| it.0 < *at));
            if from.is_none() || enough {
                return Ok(entries);
            }
        }
    }
}

/// Returns whether an entry follows the cursor in the list.
fn follows(entry: Entry, cursor: ListCursor) -> bool {
    match cursor.org {
        Some(org) => entry < (cursor.at, org),
        None => entry.0 <= cursor.at,
    }
}

/// Returns the last moment of the week of a time.
fn week_end(at: Timestamp) -> Timestamp {
    let at = at.to_zoned(TimeZone::UTC);
    let days = 7 - at.weekday().to_monday_zero_offset();
    let midnight = at.start_of_day().map_or(at.timestamp(), |day| day.timestamp());
    later(later(midnight, SignedDuration::from_hours(24) * i32::from(days)), -SignedDuration::from_micros(1))
}

fn page_size(limit: usize) -> i32 {
    i32::try_from(limit.saturating_add(2)).unwrap_or(i32::MAX)
}

fn as_i32(weeks: i64) -> i32 {
    i32::try_from(weeks).unwrap_or(i32::MAX)
}

fn later(at: Timestamp, duration: SignedDuration) -> Timestamp {
    at.checked_add(duration).unwrap_or(Timestamp::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn week_ends_before_the_next_monday_in_utc() {
        let end = "2026-11-29T23:59:59.999999Z".parse().unwrap();
        for at in ["2026-11-23T00:00:00Z", "2026-11-25T12:00:00Z", "2026-11-29T23:59:59.999999Z"] {
            assert_eq!(week_end(at.parse().unwrap()), end, "{at}");
        }
    }

    #[test]
    fn cursor_parses_only_its_own_text() {
        let at = "2026-01-15T09:00:00Z".parse().unwrap();
        let org = "org_0198c0de-0000-7000-8000-000000000001".parse().ok();
        for cursor in [ListCursor { at, org }, ListCursor { at, org: None }] {
            assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }
        for text in ["", "~", "yesterday", "2026-01-15T09:00:00Z~org_1", "2026-01-15T09:00:00Z~"] {
            assert_eq!(text.parse::<ListCursor>(), Err(NotACursor), "{text}");
        }
    }
}
