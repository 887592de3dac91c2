//! Random runs of provisioning steps against a model of the host.

use domain::{
    mail::NoticeKey,
    org::{Org, Setup},
    provisioning::{Call, Lease, Output, Reported, Response, ResponseBody, Run, RunEnd, StepKey},
    trial::Trial,
};
use jiff::Timestamp;

use crate::{
    fixture::org,
    provisioning::{lease, now, reason, seconds, step},
};

/// SplitMix64, so that each run follows from its number.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % limit
    }
}

/// A host that responds in every way, with calls that may be lost, late, or repeated.
fn respond(random: &mut Random) -> Response {
    let status = match random.below(12) {
        0..=4 => 200,
        5 | 6 => 202,
        7 => 500,
        8 => 429,
        9 => 302,
        10 if random.below(8) == 0 => 422,
        10 => return Response::Timeout,
        _ => return Response::NoConnection,
    };
    let body = (random.below(6) > 0).then(ResponseBody::default);
    let retry_after = (random.below(4) == 0).then(|| seconds(i64::try_from(random.below(7200)).unwrap()));
    Response::Status { status, body, retry_after }
}

/// One organization whose run lives to its end.
struct Life {
    random: Random,
    org: Org,
    at: Timestamp,
    /// The call in flight, and the end of its timeout.
    flight: Option<(Lease, Call, Timestamp)>,
}

impl Life {
    fn begin(number: u64) -> Self {
        let mut random = Random(number);
        let count = usize::try_from(1 + random.below(4)).unwrap();
        let setup = Setup {
            project: "prj_0198c0de-0000-7000-8000-000000000003".parse().unwrap(),
            steps: ["a", "b", "c", "d"][..count].iter().map(|key| step(key)).collect(),
            asks_for_verification: true,
            waits_for_verification: random.below(4) == 0,
        };
        let mut org: Org = org();
        org.start_trial(Trial::start(now(), 14, vec![3]), &setup, now());
        Self { random, org, at: now(), flight: None }
    }

    /// Lives the run. Each turn is a call, its response, a callback, an operator, or a crash.
    fn live(mut self) -> Result<(), String> {
        for turn in 0..10_000_u64 {
            let run = self.org.run.as_ref().ok_or("the run is gone")?;
            if let Some(end) = &run.end {
                return self.check_end(run, end);
            }
            if run.due_at().is_none() && !run.is_held {
                return Err(format!("silent: {run:?}"));
            }
            let current = run.current().ok_or("no current step")?.definition.key.clone();
            match self.random.below(10) {
                0..=4 => self.claim(lease(turn))?,
                5..=7 => self.record(&current)?,
                8 => self.report(&current),
                _ => self.operate(&current),
            }
        }
        Err("the run does not end".to_owned())
    }

    fn check_end(&self, run: &Run, end: &RunEnd) -> Result<(), String> {
        let is_ready = matches!(end, RunEnd::Ready { .. });
        let full = seconds(14 * 24 * 3600);
        let trial = self.org.trial.as_ref();
        let started = trial.is_some_and(|trial| trial.ends_at.duration_since(trial.started_at) == full);
        let consistent = is_ready == (run.done_count() == run.steps.len())
            && is_ready == started
            && is_ready == run.waiting.is_none()
            && is_ready == self.org.outbox.0.contains_key(&NoticeKey::Welcome)
            && run.due_at().is_none();
        consistent.then_some(()).ok_or_else(|| format!("{:?}", self.org))
    }

    /// The due index finds the run.
    fn claim(&mut self, lease: Lease) -> Result<(), String> {
        let run = self.org.run.as_ref().unwrap();
        let at = self.at.max(run.due_at().unwrap_or(self.at));
        let in_flight =
            self.flight.as_ref().is_some_and(|(lease, _, until)| run.claimed(lease).is_some() && at < *until);
        self.at = at;
        if let Some(call) = self.org.change_run(at, |run| run.claim(&lease, at)).flatten() {
            if in_flight {
                return Err(format!("two calls in flight: {:?}", self.org));
            }
            let until = at + call.timeout;
            // A crash drops the call.
            self.flight = (self.random.below(5) > 0).then_some((lease, call, until));
        }
        Ok(())
    }

    fn record(&mut self, current: &StepKey) -> Result<(), String> {
        let Some((lease, call, until)) = self.flight.take() else { return Ok(()) };
        let random = &mut self.random;
        let at = self.at.max(until.min(self.at + seconds(i64::try_from(random.below(12)).unwrap())));
        let attempt = respond(random).judge(true);
        if call.step != *current && self.org.run.as_ref().unwrap().claimed(&lease).is_some() {
            return Err(format!("a call of another step is in flight: {:?}", self.org));
        }
        let jitter = random.below(u64::MAX);
        self.org.change_run(at, |run| run.record(&lease, attempt, jitter, at));
        self.at = at;
        Ok(())
    }

    fn report(&mut self, current: &StepKey) {
        let reported = match self.random.below(10) {
            0 => Reported::Failed(None),
            _ => Reported::Done(Output::default()),
        };
        let at = self.at;
        self.org.change_run(at, |run| run.report(current, reported, at)).unwrap().ok();
    }

    fn operate(&mut self, current: &StepKey) {
        let (at, choice) = (self.at, self.random.below(40));
        self.org.change_run(at, |run| match choice {
            0 => run.skip_step(current, reason(), at),
            1 => run.give_up(reason(), at),
            2 => run.retry_step(at),
            _ => {
                run.release(at);
                true
            }
        });
    }
}

#[test]
fn random_run_ends_ready_or_failed_and_is_never_silent() {
    for number in 0..100_000 {
        if let Err(problem) = Life::begin(number).live() {
            panic!("run {number}: {problem}");
        }
    }
}
