//! SQS: queues with visibility timeouts, a redrive policy, and dead-letter queues.
//!
//! Times are those of the local clock, so a test can move past a visibility timeout. The data folder
//! stores the messages. Source: Amazon SQS Developer Guide, "Visibility timeout" and "Using
//! dead-letter queues".

mod message;
mod poller;

use std::{
    collections::BTreeMap,
    io,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jiff::{SignedDuration, Timestamp};
pub use message::{Message, QueueError};
pub use poller::QueuePoller;
use serde::{Deserialize, Serialize};
use sim::{append_log::AppendLog, clock::LocalClock};
use tokio::sync::Notify;

use crate::{
    dead_letters::DeadLetter,
    template::{ACCOUNT, Queue, QueueSource, REGION},
};

/// Longest time for which a message can stay invisible.
const MAX_VISIBILITY: i64 = 43_200;
/// Longest delay of a sent message, in seconds.
const MAX_DELAY: i64 = 900;
/// Maximum size of a message, in bytes.
const MAX_BODY_BYTES: usize = 1024 * 1024;

/// A change, as the data folder stores it.
#[derive(Debug, Clone, Serialize, Deserialize)]
enum Line {
    Put(u64, String, Message),
    Gone(u64),
}

/// Messages by their number, each with the name of its queue. Numbers follow the order of arrival.
type Messages = BTreeMap<u64, (String, Message)>;

/// All queues that hold messages.
#[derive(Debug)]
pub struct Queues {
    queues: Vec<Queue>,
    sources: Vec<QueueSource>,
    clock: Arc<LocalClock>,
    lines: AppendLog<Line>,
    messages: Mutex<Messages>,
    arrived: Notify,
}

impl Queues {
    /// Opens the queues with the messages that `folder` stores.
    ///
    /// # Errors
    /// Returns the error if the file cannot be read or created.
    pub fn open(
        queues: Vec<Queue>,
        sources: Vec<QueueSource>,
        clock: Arc<LocalClock>,
        folder: Option<&Path>,
    ) -> io::Result<Self> {
        let lines = AppendLog::open(folder, "queues.jsonl")?;
        let mut messages = Messages::new();
        for line in lines.all() {
            match line {
                Line::Put(number, queue, message) => drop(messages.insert(number, (queue, message))),
                Line::Gone(number) => drop(messages.remove(&number)),
            }
        }
        let messages = Mutex::new(messages);
        Ok(Self { queues, sources, clock, lines, messages, arrived: Notify::new() })
    }

    /// Adds a message to a queue and returns its ID.
    ///
    /// # Errors
    /// [`QueueError`] if the queue does not exist, or if the message or its delay is invalid.
    pub fn send(&self, queue: &str, body: &str, delay_seconds: i64) -> Result<String, QueueError> {
        self.queue(queue)?;
        let is_valid = (1..=MAX_BODY_BYTES).contains(&body.len()) && (0..=MAX_DELAY).contains(&delay_seconds);
        if !is_valid {
            return Err(QueueError::InvalidParameter);
        }
        let message =
            Message::new(body.to_owned(), self.clock.now(), SignedDuration::from_secs(delay_seconds));
        let id = message.id.clone();
        let mut messages = self.lock();
        let number = messages.last_key_value().map_or(0, |(number, _)| number + 1);
        self.put(&mut messages, number, queue, message);
        drop(messages);
        self.arrived.notify_waiters();
        Ok(id)
    }

    /// Receives at most `max` visible messages. A message that was received too often moves to the
    /// dead-letter queue instead, and an expired message is dropped.
    ///
    /// # Errors
    /// [`QueueError::DoesNotExist`].
    pub fn receive(&self, queue: &str, max: usize) -> Result<Vec<Message>, QueueError> {
        let settings = self.queue(queue)?;
        let now = self.clock.now();
        let mut messages = self.lock();
        self.drop_expired(&mut messages, now);
        let visible: Vec<(u64, Message)> = messages
            .iter()
            .filter(|(_, (name, message))| name == queue && message.visible_at <= now)
            .map(|(number, (_, message))| (*number, message.clone()))
            .collect();
        let mut received = Vec::new();
        for (number, mut message) in visible {
            if received.len() == max {
                break;
            }
            match &settings.redrive {
                Some(redrive) if message.receives >= redrive.max_receives => {
                    let moved =
                        Message { receives: 0, receipt: None, source: Some(queue.to_owned()), ..message };
                    self.put(&mut messages, number, &redrive.queue, moved);
                }
                _ => {
                    message.receive(now, settings.visibility);
                    self.put(&mut messages, number, queue, message.clone());
                    received.push(message);
                }
            }
        }
        Ok(received)
    }

    /// Deletes a received message. A message that is already gone is no error.
    ///
    /// # Errors
    /// [`QueueError::DoesNotExist`].
    pub fn delete(&self, queue: &str, receipt: &str) -> Result<(), QueueError> {
        self.queue(queue)?;
        let mut messages = self.lock();
        if let Some(number) = find(&messages, queue, receipt) {
            self.remove(&mut messages, number);
        }
        drop(messages);
        Ok(())
    }

    /// Sets the time from now until a received message becomes visible again.
    ///
    /// # Errors
    /// [`QueueError`] if the queue does not exist, the message is not in flight, or the time is
    /// longer than 12 hours.
    pub fn change_visibility(&self, queue: &str, receipt: &str, seconds: i64) -> Result<(), QueueError> {
        self.queue(queue)?;
        if !(0..=MAX_VISIBILITY).contains(&seconds) {
            return Err(QueueError::InvalidParameter);
        }
        let now = self.clock.now();
        let mut messages = self.lock();
        let number = find(&messages, queue, receipt).ok_or(QueueError::NotInFlight)?;
        let (_, message) = messages.get(&number).ok_or(QueueError::NotInFlight)?;
        if message.visible_at <= now {
            return Err(QueueError::NotInFlight);
        }
        let visible_at = now.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX);
        let message = Message { visible_at, ..message.clone() };
        self.put(&mut messages, number, queue, message);
        drop(messages);
        Ok(())
    }

    /// Returns the numbers of visible and of invisible messages.
    ///
    /// # Errors
    /// [`QueueError::DoesNotExist`].
    pub fn counts(&self, queue: &str) -> Result<(usize, usize), QueueError> {
        self.queue(queue)?;
        let now = self.clock.now();
        let mut messages = self.lock();
        self.drop_expired(&mut messages, now);
        let own = messages.values().filter(|(name, _)| name == queue);
        let (visible, invisible): (Vec<_>, Vec<_>) = own.partition(|(_, message)| message.visible_at <= now);
        Ok((visible.len(), invisible.len()))
    }

    /// Moves all messages of a dead-letter queue, as new messages: to `destination`, or else each to
    /// the queue from which the redrive policy moved it. Returns the number of moved messages. A
    /// message without such a queue stays.
    ///
    /// # Errors
    /// [`QueueError`] if a queue does not exist, or if the source is not a dead-letter queue.
    pub fn move_messages(&self, source: &str, destination: Option<&str>) -> Result<usize, QueueError> {
        self.queue(source)?;
        destination.map_or(Ok(()), |destination| self.queue(destination).map(|_| ()))?;
        if self.feeding(source).is_none() {
            return Err(QueueError::InvalidParameter);
        }
        let now = self.clock.now();
        let mut messages = self.lock();
        self.drop_expired(&mut messages, now);
        let own = messages.iter().filter(|(_, (name, _))| name == source);
        let moved: Vec<(u64, String, String)> = own
            .filter_map(|(number, (_, message))| {
                let to = destination.or(message.source.as_deref())?;
                Some((*number, to.to_owned(), message.body.clone()))
            })
            .collect();
        for (number, to, body) in &moved {
            self.put(&mut messages, *number, to, Message::new(body.clone(), now, SignedDuration::ZERO));
        }
        drop(messages);
        self.arrived.notify_waiters();
        Ok(moved.len())
    }

    /// Returns the next time after `after` at which a message of a queue with a mapping becomes
    /// visible.
    pub fn next_due(&self, after: Timestamp) -> Option<Timestamp> {
        let messages = self.lock();
        let read = |name: &String| self.sources.iter().any(|source| source.queue == *name);
        let times = messages.values().filter(|(name, _)| read(name)).map(|(_, message)| message.visible_at);
        times.filter(|at| *at > after).min()
    }

    /// Returns the messages of the dead-letter queues, oldest first.
    pub fn dead_letters(&self) -> Vec<DeadLetter> {
        let messages = self.lock();
        let dead = messages.values().filter_map(|(name, message)| {
            let feeding = self.feeding(name)?;
            let function = self.sources.iter().find(|source| source.queue == feeding.name)?.function.clone();
            let reason = match message.source {
                Some(_) => "received too often",
                None => "sent to the dead-letter queue by the function",
            };
            Some(DeadLetter {
                at: message.sent_at,
                function,
                origin: format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"),
                reason: reason.to_owned(),
                event: serde_json::from_str(&message.body).unwrap_or_default(),
            })
        });
        dead.collect()
    }

    /// Deletes all messages of all queues.
    pub fn clear(&self) {
        self.lock().clear();
        self.lines.clear();
    }

    fn queue(&self, name: &str) -> Result<&Queue, QueueError> {
        self.queues.iter().find(|queue| queue.name == name).ok_or(QueueError::DoesNotExist)
    }

    /// Returns the queue whose dead-letter queue is `name`.
    fn feeding(&self, name: &str) -> Option<&Queue> {
        let feeds = |queue: &&Queue| queue.redrive.as_ref().is_some_and(|redrive| redrive.queue == name);
        self.queues.iter().find(feeds)
    }

    fn drop_expired(&self, messages: &mut Messages, now: Timestamp) {
        let is_expired = |(name, message): &(String, Message)| {
            let age = now.duration_since(message.sent_at);
            self.queue(name).is_ok_and(|queue| age > queue.retention)
        };
        let expired: Vec<u64> =
            messages.iter().filter(|(_, entry)| is_expired(entry)).map(|(number, _)| *number).collect();
        for number in expired {
            self.remove(messages, number);
        }
    }

    fn put(&self, messages: &mut Messages, number: u64, queue: &str, message: Message) {
        self.lines.push(Line::Put(number, queue.to_owned(), message.clone()));
        messages.insert(number, (queue.to_owned(), message));
    }

    fn remove(&self, messages: &mut Messages, number: u64) {
        messages.remove(&number);
        if messages.is_empty() {
            self.lines.clear();
        } else {
            self.lines.push(Line::Gone(number));
        }
    }

    fn lock(&self) -> MutexGuard<'_, Messages> {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns the number of the message with this receipt handle.
fn find(messages: &Messages, queue: &str, receipt: &str) -> Option<u64> {
    let matches =
        |(name, message): &(String, Message)| name == queue && message.receipt.as_deref() == Some(receipt);
    messages.iter().find(|(_, entry)| matches(entry)).map(|(number, _)| *number)
}

#[cfg(test)]
mod tests;
