//! Tests of the queues with a stopped clock.

use super::*;
use crate::template::Redrive;

const DEAD: &str = "dead";

fn queues() -> (Queues, Arc<LocalClock>) {
    let clock = Arc::new(LocalClock::stopped_at("2026-01-15T09:00:00Z".parse().unwrap()));
    let queue = |name: &str, redrive: Option<Redrive>| Queue {
        name: name.to_owned(),
        visibility: SignedDuration::from_secs(30),
        retention: SignedDuration::from_hours(24),
        redrive,
    };
    let redrive = Redrive { queue: DEAD.to_owned(), max_receives: 2 };
    let source = QueueSource {
        id: "F.Events.Q".to_owned(),
        function: "f".to_owned(),
        queue: "q".to_owned(),
        batch: 1,
        concurrency: 2,
        reports_failures: true,
    };
    let list = vec![queue("q", Some(redrive)), queue(DEAD, None)];
    (Queues::open(list, vec![source], Arc::clone(&clock), None).unwrap(), clock)
}

fn pass(clock: &LocalClock, seconds: i64) {
    clock.set(clock.now() + SignedDuration::from_secs(seconds));
}

#[test]
fn received_message_is_invisible_until_its_timeout_ends() {
    let (queues, clock) = queues();
    queues.send("q", "{}", 0).unwrap();
    let first = queues.receive("q", 10).unwrap();
    assert_eq!((first.len(), queues.receive("q", 10).unwrap().len()), (1, 0));
    assert_eq!(queues.next_due(clock.now()), Some(clock.now() + SignedDuration::from_secs(30)));
    pass(&clock, 30);
    let second = queues.receive("q", 10).unwrap().remove(0);
    assert_eq!((second.receives, second.first_received_at), (2, first[0].first_received_at));
    let receipt = second.receipt.unwrap();
    queues.change_visibility("q", &receipt, 3600).unwrap();
    pass(&clock, 3599);
    assert_eq!(queues.counts("q"), Ok((0, 1)));
    queues.delete("q", &receipt).unwrap();
    assert_eq!(queues.counts("q"), Ok((0, 0)));
}

#[test]
fn invalid_calls_are_rejected() {
    let (queues, clock) = queues();
    assert_eq!(queues.send("unknown", "{}", 0), Err(QueueError::DoesNotExist));
    assert_eq!(queues.send("q", "", 0), Err(QueueError::InvalidParameter));
    assert_eq!(queues.send("q", "{}", 901), Err(QueueError::InvalidParameter));
    queues.send("q", "{}", 0).unwrap();
    let receipt = queues.receive("q", 1).unwrap().remove(0).receipt.unwrap();
    assert_eq!(queues.change_visibility("q", &receipt, 43_201), Err(QueueError::InvalidParameter));
    assert_eq!(queues.change_visibility("q", "unknown", 1), Err(QueueError::NotInFlight));
    pass(&clock, 30);
    assert_eq!(queues.change_visibility("q", &receipt, 1), Err(QueueError::NotInFlight));
    assert_eq!(queues.move_messages("q", None), Err(QueueError::InvalidParameter));
}

#[test]
fn message_received_too_often_becomes_a_dead_letter() {
    let (queues, clock) = queues();
    queues.send("q", r#"{"a":1}"#, 0).unwrap();
    queues.send(DEAD, r#"{"a":2}"#, 0).unwrap();
    for _ in 0..2 {
        assert_eq!(queues.receive("q", 1).unwrap().len(), 1);
        pass(&clock, 30);
    }
    assert!(queues.receive("q", 1).unwrap().is_empty());
    let dead = queues.dead_letters();
    assert_eq!(dead.iter().map(|dead| dead.event["a"].as_u64()).collect::<Vec<_>>(), [Some(1), Some(2)]);
    // A message that a caller sent has no queue to return to.
    assert_eq!(queues.move_messages(DEAD, None), Ok(1));
    assert_eq!(queues.move_messages(DEAD, Some("q")), Ok(1));
    assert_eq!((queues.counts("q"), queues.counts(DEAD)), (Ok((2, 0)), Ok((0, 0))));
    assert_eq!(queues.receive("q", 1).unwrap()[0].receives, 1);
}

#[test]
fn messages_survive_a_restart_and_expire() {
    let folder = std::env::temp_dir().join(format!("onramp-queues-{}", sim::random::uuid()));
    std::fs::create_dir_all(&folder).unwrap();
    let (memory, clock) = queues();
    let open = || {
        Queues::open(memory.queues.clone(), memory.sources.clone(), Arc::clone(&clock), Some(&folder))
            .unwrap()
    };
    open().send("q", "{}", 0).unwrap();
    assert_eq!(open().receive("q", 1).unwrap().len(), 1);
    pass(&clock, 24 * 3600);
    assert_eq!(open().receive("q", 1).unwrap()[0].receives, 2);
    pass(&clock, 31);
    assert_eq!(open().counts("q"), Ok((0, 0)));
    std::fs::remove_dir_all(&folder).unwrap();
}
