//! Finds the conflicts that an event causes, and describes them for the operator.

use std::{collections::BTreeSet, fmt};

use domain::{
    billing::{Conflict, Fact, FactKind},
    id::OrgId,
    org::Org,
};

/// The new conflicts that an event causes.
pub struct Conflicts {
    new: Vec<Conflict>,
    /// The organization to which the event is applied.
    org: OrgId,
    /// The organization to which the event's customer is linked.
    linked: Option<OrgId>,
    /// The organizations that the event's Checkout session names.
    named: Vec<OrgId>,
}

impl Conflicts {
    /// Collects the conflicts that the organization has in `after` but not in `before`. `linked` is
    /// the organization to which the event's customer is linked.
    pub fn new(before: &Org, after: &Org, fact: &Fact, linked: Option<OrgId>) -> Self {
        let known = before.billing.conflicts();
        let new = after.billing.conflicts().into_iter().filter(|it| !known.contains(it)).collect();
        let named = match &fact.what {
            FactKind::Checkout { named, .. } => named.iter().copied().collect(),
            _ => Vec::new(),
        };
        Self { new, org: after.id, linked, named }
    }

    /// Returns the affected organizations. The first is the one to which the event is applied.
    pub fn organizations(&self) -> Vec<OrgId> {
        let others = self.linked.iter().chain(&self.named).filter(|other| **other != self.org);
        let others: BTreeSet<OrgId> = others.copied().collect();
        [self.org].into_iter().chain(others).collect()
    }

    /// Returns whether the event causes no new conflict.
    pub fn is_empty(&self) -> bool {
        self.new.is_empty()
    }
}

impl fmt::Display for Conflicts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let org = self.org;
        for (n, conflict) in self.new.iter().enumerate() {
            if n > 0 {
                f.write_str("; ")?;
            }
            match (conflict, self.linked.filter(|linked| *linked != org)) {
                (Conflict::Customer { customer }, Some(linked)) => {
                    write!(f, "names organization {org}, but its customer {customer} is linked to {linked}")?;
                }
                (Conflict::Customer { customer }, None) => {
                    write!(
                        f,
                        "is of customer {customer}, but organization {org} is linked to another customer"
                    )?;
                }
                (Conflict::Session { event }, _) => {
                    write!(
                        f,
                        "the Checkout session of {event} names another organization than {org}, to which it was applied"
                    )?;
                }
                (Conflict::Content { event }, _) => {
                    write!(f, "{event} arrived at organization {org} with two different contents")?;
                }
                (Conflict::Late { event }, _) => {
                    write!(
                        f,
                        "{event} arrived at organization {org} too late, after its period was folded, and changed nothing"
                    )?;
                }
            }
        }
        Ok(())
    }
}
