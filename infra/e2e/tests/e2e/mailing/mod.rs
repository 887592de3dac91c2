//! State and delivery of emails while SES, the table, the stream, and the senders fail.

mod every_fault;
mod feedback;
mod outage;
mod scenario;
mod unknown;
