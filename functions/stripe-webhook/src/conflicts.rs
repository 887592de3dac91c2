//! What an event shows that does not fit, in words for the operator.

use std::{collections::BTreeSet, fmt};

use domain::{
    billing::{Conflict, Fact, FactKind},
    id::OrgId,
    org::Org,
};

/// The conflicts that an event brought to light.
pub struct Conflicts {
    new: Vec<Conflict>,
    /// The organization that the event counts for.
    org: OrgId,
    /// The organization that the event's customer is linked to.
    linked: Option<OrgId>,
    /// The organizations that its Checkout session names.
    named: Vec<OrgId>,
}

impl Conflicts {
    /// Those that `after` shows and `before` did not, be they noted or seen from the facts.
    pub fn new(before: &Org, after: &Org, fact: &Fact, linked: Option<OrgId>) -> Self {
        let known = before.billing.conflicts();
        let new = after.billing.conflicts().into_iter().filter(|it| !known.contains(it)).collect();
        let named = match &fact.what {
            FactKind::Checkout { named, .. } => named.iter().copied().collect(),
            _ => Vec::new(),
        };
        Self { new, org: after.id, linked, named }
    }

    /// The organizations they are about, the one that the event counts for first.
    pub fn organizations(&self) -> Vec<OrgId> {
        let others = self.linked.iter().chain(&self.named).filter(|other| **other != self.org);
        let others: BTreeSet<OrgId> = others.copied().collect();
        [self.org].into_iter().chain(others).collect()
    }

    /// Whether there is none.
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
