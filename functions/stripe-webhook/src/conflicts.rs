//! What an event shows that does not fit, in words for the operator.

use std::fmt;

use domain::{billing::Conflict, id::OrgId, org::Org};

/// The conflicts that an event brought to light.
pub struct Conflicts<'a> {
    new: Vec<&'a Conflict>,
    org: &'a Org,
    /// The organization that the event's customer is linked to.
    linked: Option<OrgId>,
}

impl<'a> Conflicts<'a> {
    /// Those noted in `after` and not in `before`.
    pub fn new(before: &'a Org, after: &'a Org, linked: Option<OrgId>) -> Self {
        let new = after.billing.noted.difference(&before.billing.noted).collect();
        Self { new, org: after, linked }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.new.is_empty()
    }
}

impl fmt::Display for Conflicts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let org = self.org.id;
        for (n, conflict) in self.new.iter().enumerate() {
            if n > 0 {
                f.write_str("; ")?;
            }
            match (conflict, self.linked.filter(|linked| *linked != org)) {
                (Conflict::Customer { customer }, Some(linked)) => {
                    write!(f, "names organization {org}, its customer {customer} belongs to {linked}")?;
                }
                (Conflict::Customer { customer }, None) => {
                    write!(f, "is of customer {customer}, organization {org} is linked to another")?;
                }
                (Conflict::Session { event }, _) => {
                    write!(
                        f,
                        "the Checkout of {event} names another organization than {org}, for which it counts"
                    )?;
                }
                (Conflict::Content { event }, _) => {
                    write!(f, "{event} came to organization {org} with two contents")?;
                }
                (Conflict::Late { event }, _) => {
                    write!(
                        f,
                        "{event} came to organization {org} after its time was folded and changed nothing"
                    )?;
                }
            }
        }
        Ok(())
    }
}
