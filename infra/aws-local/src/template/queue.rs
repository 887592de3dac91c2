//! SQS queues of the template that hold messages locally.

use jiff::SignedDuration;
use serde_json::Value;

use super::scalar::{number, text};

/// A queue with its timeouts.
#[derive(Debug, Clone)]
pub struct Queue {
    /// Physical name of the queue.
    pub name: String,
    /// How long a received message stays invisible to further receives.
    pub visibility: SignedDuration,
    /// Age at which a message is dropped.
    pub retention: SignedDuration,
    /// Where a message goes that was received too often.
    pub redrive: Option<Redrive>,
}

/// The redrive policy of a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redrive {
    /// Name of the dead-letter queue.
    pub queue: String,
    /// Maximum number of receives. The next receive moves the message instead.
    pub max_receives: u32,
}

impl Queue {
    pub(super) fn read(logical: &str, name: &str, properties: &Value) -> Result<Self, String> {
        let seconds = |key, default| number(properties, key, logical, default).map(SignedDuration::from_secs);
        let redrive = match properties.get("RedrivePolicy") {
            Some(policy) => {
                let at = format!("{logical}.RedrivePolicy");
                let max = number(policy, "maxReceiveCount", &at, 0)?;
                Some(Redrive {
                    queue: name_of(&text(policy, "deadLetterTargetArn", &at)?).to_owned(),
                    max_receives: u32::try_from(max)
                        .ok()
                        .filter(|max| (1..=1000).contains(max))
                        .ok_or_else(|| format!("{at}.maxReceiveCount must be from 1 to 1000"))?,
                })
            }
            None => None,
        };
        Ok(Self {
            name: name_of(name).to_owned(),
            visibility: seconds("VisibilityTimeout", 30)?,
            retention: seconds("MessageRetentionPeriod", 345_600)?,
            redrive,
        })
    }
}

/// Returns the name of a queue from its URL or ARN.
pub fn name_of(queue: &str) -> &str {
    queue.rsplit(['/', ':']).next().unwrap_or(queue)
}

/// Returns the queues that hold messages locally: those with a redrive policy, and their dead-letter
/// queues. The list of dead letters replaces the other ones.
pub(super) fn with_messages(queues: Vec<Queue>) -> Vec<Queue> {
    let targets: Vec<String> = queues
        .iter()
        .filter_map(|queue| queue.redrive.as_ref())
        .map(|redrive| redrive.queue.clone())
        .collect();
    queues.into_iter().filter(|queue| queue.redrive.is_some() || targets.contains(&queue.name)).collect()
}
