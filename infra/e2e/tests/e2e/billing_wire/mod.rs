//! Sends complete billing histories to the gateway, as signed webhook requests. The tests shuffle
//! and repeat the events, and send some of them in parallel. The stored state must equal the state
//! that results if each billing fact is applied once and in order.

mod concurrency;
mod history;
mod known;
mod random;
mod rng;
mod wire;
