//! The clock of the local stack: the system time plus an offset that can change.
//!
//! The data folder stores the offset with nanosecond precision, so a restart never moves the clock
//! back.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

/// A clock that runs at the speed of the system clock, with an adjustable offset.
#[derive(Debug, Default)]
pub struct LocalClock {
    offset: Mutex<SignedDuration>,
    /// Start of a stopped clock. `None` if the clock follows the system clock.
    start: Option<Timestamp>,
    /// File that stores the offset across restarts.
    file: Option<PathBuf>,
    /// Whether an operation, such as a request to the control interface, is advancing the clock
    /// now. During this time, [`LocalClock::sleep`] moves the clock to the end of the wait instead
    /// of waiting in real time.
    advancing: AtomicBool,
    moved: Notify,
}

/// The offset as the file stores it. Files that an older version wrote contain no nanoseconds.
#[derive(Serialize, Deserialize)]
struct Ahead {
    ahead_seconds: i64,
    #[serde(default)]
    ahead_nanoseconds: i32,
}

impl LocalClock {
    /// Creates a clock that starts at `time` and moves only when it is moved, or by the waits of
    /// [`LocalClock::sleep`]. Results of a test then do not depend on the time of the run.
    pub fn stopped_at(time: Timestamp) -> Self {
        Self { start: Some(time), advancing: AtomicBool::new(true), ..Self::default() }
    }

    /// Opens the clock with the offset that `folder` stores. Without a folder or a stored offset,
    /// the clock starts at the system time.
    ///
    /// # Errors
    /// Returns the error if the file cannot be read or parsed.
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

    /// Returns the local time.
    pub fn now(&self) -> Timestamp {
        let base = self.base();
        base.checked_add(self.offset()).unwrap_or(base)
    }

    /// Returns how far this clock is ahead of the system clock. Negative if it is behind.
    pub fn offset(&self) -> SignedDuration {
        *self.lock()
    }

    /// Sets the local time, forward or backward.
    pub fn set(&self, to: Timestamp) {
        self.change(self.lock(), to.duration_since(self.base()));
    }

    /// Moves the clock forward to `to`. It does nothing if the clock is already there or later.
    pub fn reach(&self, to: Timestamp) {
        let offset = self.lock();
        let ahead = to.duration_since(self.base());
        if *offset < ahead {
            self.change(offset, ahead);
        }
    }

    /// Sets the clock to the system time.
    pub fn reset(&self) {
        self.change(self.lock(), SignedDuration::ZERO);
    }

    /// Marks the clock as being advanced until the returned guard is dropped.
    pub fn start_advance(&self) -> AdvanceGuard<'_> {
        self.advancing.store(true, Ordering::SeqCst);
        self.moved.notify_waiters();
        AdvanceGuard(self)
    }

    /// Waits until this clock has advanced by `wait`. The clock advances in real time, or because
    /// an operation moves it. While an operation is advancing the clock, this function moves the
    /// clock to the end of the wait. Even a wait of hours then ends immediately.
    pub async fn sleep(&self, wait: Duration) {
        let target = self.now().checked_add(wait).unwrap_or(Timestamp::MAX);
        let reached = async {
            loop {
                let moved = self.moved.notified();
                if self.advancing.load(Ordering::SeqCst) {
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

    /// Returns the time to which the offset is added.
    fn base(&self) -> Timestamp {
        self.start.unwrap_or_else(system_time)
    }

    fn lock(&self) -> MutexGuard<'_, SignedDuration> {
        self.offset.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes the offset `to` to the file before the clock uses it. Otherwise, after a crash, the
    /// clock could be behind times that are already in stored data.
    fn change(&self, mut offset: MutexGuard<'_, SignedDuration>, to: SignedDuration) {
        if let Some(file) = &self.file
            && let Err(error) = save(file, to)
        {
            tracing::warn!(%error, "failed to save clock");
        }
        *offset = to;
        drop(offset);
        self.moved.notify_waiters();
    }
}

/// Guard that marks the clock as being advanced.
#[derive(Debug)]
pub struct AdvanceGuard<'a>(&'a LocalClock);

impl Drop for AdvanceGuard<'_> {
    fn drop(&mut self) {
        self.0.advancing.store(false, Ordering::SeqCst);
    }
}

/// Replaces the file atomically, because the stack cannot start with an invalid file.
fn save(file: &Path, offset: SignedDuration) -> io::Result<()> {
    let ahead = Ahead { ahead_seconds: offset.as_secs(), ahead_nanoseconds: offset.subsec_nanos() };
    crate::replace(file, serde_json::to_vec(&ahead)?)
}

#[expect(clippy::disallowed_methods, reason = "the only place where the local stack reads the system clock")]
fn system_time() -> Timestamp {
    Timestamp::now()
}

/// Parses a duration such as `90s`, `5m`, `1h`, `11d`, or `1d12h`.
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
    fn duration_needs_a_unit() {
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
    fn clock_continues_after_a_restart() {
        let folder = std::env::temp_dir().join(format!("onramp-clock-{}", crate::random::uuid()));
        fs::create_dir_all(&folder).unwrap();
        let clock = LocalClock::open(Some(&folder)).unwrap();
        for nanoseconds in [1, 999_999_999] {
            clock.reach(clock.now() + SignedDuration::new(5, nanoseconds));
            let before = clock.now();
            assert!(LocalClock::open(Some(&folder)).unwrap().now() >= before);
        }
        // A file that an older version wrote, with the offset in whole seconds.
        fs::write(folder.join("clock.json"), r#"{"ahead_seconds":86400}"#).unwrap();
        assert_eq!(LocalClock::open(Some(&folder)).unwrap().offset().as_hours(), 24);
        fs::remove_dir_all(&folder).unwrap();
    }

    #[tokio::test]
    async fn wait_ends_when_the_clock_moves_or_moves_it_itself() {
        let clock = LocalClock::default();
        let hour = Duration::from_secs(3600);
        let start = clock.now();
        let moving = async {
            tokio::task::yield_now().await;
            clock.set(start + SignedDuration::from_hours(2));
        };
        tokio::join!(clock.sleep(hour), moving);
        let advancing = clock.start_advance();
        tokio::join!(clock.sleep(hour), clock.sleep(hour * 3));
        assert!(clock.now() >= start + SignedDuration::from_hours(5));
        drop(advancing);
        assert!(tokio::time::timeout(Duration::ZERO, clock.sleep(hour)).await.is_err());
    }

    #[tokio::test]
    async fn stopped_clock_moves_only_by_waits_and_moves() {
        let start: Timestamp = "2026-01-15T09:00:00Z".parse().unwrap();
        let clock = LocalClock::stopped_at(start);
        clock.sleep(Duration::from_secs(3600)).await;
        assert_eq!(clock.now(), start + SignedDuration::from_hours(1));
        clock.set(start);
        assert_eq!(clock.now(), start);
    }

    #[test]
    fn reach_never_moves_the_clock_back() {
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
