//! The movable clock: wall time and an offset.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

/// A clock that runs as the machine's does, from wherever it was set.
#[derive(Debug, Default)]
pub struct LocalClock {
    offset: Mutex<SignedDuration>,
    /// Where the offset is kept over a restart.
    file: Option<PathBuf>,
    /// Whether the clock is being advanced: waits then move it instead of taking time.
    driven: AtomicBool,
    moved: Notify,
}

/// The offset as stored. Versions that knew only whole seconds wrote no nanoseconds.
#[derive(Serialize, Deserialize)]
struct Ahead {
    ahead_seconds: i64,
    #[serde(default)]
    ahead_nanoseconds: i32,
}

impl LocalClock {
    /// Opens the clock of a data folder, as far ahead as it last was; without a folder, the machine's time.
    pub fn open(folder: Option<&Path>) -> io::Result<Self> {
        let Some(folder) = folder else { return Ok(Self::default()) };
        let file = folder.join("clock.json");
        let offset = match fs::read(&file) {
            Ok(text) => {
                let ahead: Ahead = serde_json::from_slice(&text)?;
                SignedDuration::new(ahead.ahead_seconds, ahead.ahead_nanoseconds)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => SignedDuration::ZERO,
            Err(error) => return Err(error),
        };
        Ok(Self { offset: Mutex::new(offset), file: Some(file), ..Self::default() })
    }

    /// The local time.
    pub fn now(&self) -> Timestamp {
        let wall = wall();
        wall.checked_add(self.offset()).unwrap_or(wall)
    }

    /// How far this clock is ahead of the machine's.
    pub fn offset(&self) -> SignedDuration {
        *self.lock()
    }

    /// Sets the local time.
    pub fn set(&self, to: Timestamp) {
        self.change(self.lock(), to.duration_since(wall()));
    }

    /// Moves to `to` unless the clock is there already.
    pub fn reach(&self, to: Timestamp) {
        let offset = self.lock();
        let ahead = to.duration_since(wall());
        if *offset < ahead {
            self.change(offset, ahead);
        }
    }

    /// Back to the machine's time.
    pub fn reset(&self) {
        self.change(self.lock(), SignedDuration::ZERO);
    }

    /// Marks the clock as being advanced until the guard is dropped.
    pub fn drive(&self) -> Driven<'_> {
        self.driven.store(true, Ordering::SeqCst);
        self.moved.notify_waiters();
        Driven(self)
    }

    /// Waits until so much time has passed on this clock, by itself or because it was moved. While the clock is being
    /// advanced, the wait moves it: hours of waiting for a service then take moments.
    pub async fn sleep(&self, wait: Duration) {
        let target = self.now().checked_add(wait).unwrap_or(Timestamp::MAX);
        let reached = async {
            loop {
                let moved = self.moved.notified();
                if self.driven.load(Ordering::SeqCst) {
                    self.reach(target);
                }
                if self.now() >= target {
                    return;
                }
                moved.await;
            }
        };
        tokio::select! {
            () = reached => tokio::task::yield_now().await,
            () = tokio::time::sleep(wait) => {}
        }
    }

    fn lock(&self) -> MutexGuard<'_, SignedDuration> {
        self.offset.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Kept before anything can be stored under the new time, so that no restart goes back behind that.
    fn change(&self, mut offset: MutexGuard<'_, SignedDuration>, to: SignedDuration) {
        if let Some(file) = &self.file
            && let Err(error) = save(file, to)
        {
            tracing::warn!(%error, "the clock cannot be saved");
        }
        *offset = to;
        drop(offset);
        self.moved.notify_waiters();
    }
}

/// A clock that is being advanced.
#[derive(Debug)]
pub struct Driven<'a>(&'a LocalClock);

impl Drop for Driven<'_> {
    fn drop(&mut self) {
        self.0.driven.store(false, Ordering::SeqCst);
    }
}

/// Replaces the file as a whole: one that was cut off would set the clock back.
fn save(file: &Path, offset: SignedDuration) -> io::Result<()> {
    let ahead = Ahead { ahead_seconds: offset.as_secs(), ahead_nanoseconds: offset.subsec_nanos() };
    let new = file.with_extension("new");
    fs::write(&new, serde_json::to_vec(&ahead)?)?;
    fs::rename(new, file)
}

impl dynoxide::storage_backend::Clock for LocalClock {
    fn now_unix_secs(&self) -> u64 {
        u64::try_from(self.now().as_second()).unwrap_or_default()
    }

    fn now_unix_secs_f64(&self) -> f64 {
        self.now().as_duration().as_secs_f64()
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place where the local system meets the machine's clock"
)]
fn wall() -> Timestamp {
    Timestamp::now()
}

/// Reads `90s`, `5m`, `1h`, `11d` or a chain of them such as `1d12h`.
pub fn parse_duration(text: &str) -> Option<SignedDuration> {
    let mut total = SignedDuration::ZERO;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let (count, tail) = rest.split_at_checked(digits)?;
        let count: i64 = count.parse().ok()?;
        let mut units = tail.chars();
        let seconds = match units.next()? {
            's' => 1,
            'm' => 60,
            'h' => 60 * 60,
            'd' => 24 * 60 * 60,
            _ => return None,
        };
        total = total.checked_add(SignedDuration::from_secs(count.checked_mul(seconds)?))?;
        rest = units.as_str();
    }
    (!text.is_empty()).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        for (text, seconds) in [
            ("90s", Some(90)),
            ("5m", Some(300)),
            ("1h", Some(3600)),
            ("11d", Some(11 * 86400)),
            ("1d12h", Some(129_600)),
            ("0s", Some(0)),
            ("", None),
            ("5", None),
            ("m", None),
            ("-5m", None),
            ("5w", None),
            ("5m ", None),
            ("99999999999999999999d", None),
            ("9223372036854775807d", None),
        ] {
            assert_eq!(parse_duration(text).map(|duration| duration.as_secs()), seconds, "{text}");
        }
    }

    #[test]
    fn clock_goes_on_from_where_it_was_after_a_restart() {
        let folder = std::env::temp_dir().join(format!("onramp-clock-{}", crate::random::uuid()));
        fs::create_dir_all(&folder).unwrap();
        let clock = LocalClock::open(Some(&folder)).unwrap();
        for nanoseconds in [1, 999_999_999] {
            clock.reach(clock.now() + SignedDuration::new(5, nanoseconds));
            let before = clock.now();
            assert!(LocalClock::open(Some(&folder)).unwrap().now() >= before);
        }
        // As versions wrote it that kept whole seconds.
        fs::write(folder.join("clock.json"), r#"{"ahead_seconds":86400}"#).unwrap();
        assert_eq!(LocalClock::open(Some(&folder)).unwrap().offset().as_hours(), 24);
        fs::remove_dir_all(&folder).unwrap();
    }

    #[tokio::test]
    async fn wait_ends_when_the_clock_moves_and_moves_a_driven_one() {
        let clock = LocalClock::default();
        let hour = Duration::from_secs(3600);
        let start = clock.now();
        let moving = async {
            tokio::task::yield_now().await;
            clock.set(start + SignedDuration::from_hours(2));
        };
        tokio::join!(clock.sleep(hour), moving);
        let driven = clock.drive();
        tokio::join!(clock.sleep(hour), clock.sleep(hour * 3));
        assert!(clock.now() >= start + SignedDuration::from_hours(5));
        drop(driven);
        assert!(tokio::time::timeout(Duration::ZERO, clock.sleep(hour)).await.is_err());
    }

    #[test]
    fn it_moves_runs_on_and_never_goes_back_by_reaching() {
        let clock = LocalClock::default();
        let start = clock.now();
        let target = start + SignedDuration::from_hours(24);
        clock.reach(target);
        assert!(clock.now() >= target);
        clock.reach(start);
        assert!(clock.now() >= target);
        clock.set(start);
        assert!(clock.now() < target);
    }
}
